"""A job is followed from its start to its report, and beyond: cancelled, resumed, retried."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headrace import layout
from headrace.errors import (
    HeadraceError,
    JobFailedError,
    JobInvalidError,
    JobNotFoundError,
    JobRunningError,
    NothingToRetryError,
)
from headrace.ledger import JobState, Stop
from headrace.library.jobs import Status
from headrace.progress import JobPhase, Progress
from tests.builders import BUCKET, execution, job_document, upload_event
from tests.fakes import Faults
from tests.library import DeployedFakes
from tests.scenarios import small_pipeline

ROWS = "id,name\n" + "".join(f"k{n},{'x' * 60}{n}\n" for n in range(24))
SMALL = {"chunk_bytes": 1024, "message_bytes": 1024}


@pytest.fixture
def deployed() -> DeployedFakes:
    made = DeployedFakes(small_pipeline())
    made.fakes.put_source(ROWS)
    return made


def started(deployed: DeployedFakes, **fields: Any) -> str:
    return deployed.pipeline.start(job_document(**fields), "mine")


def held(deployed: DeployedFakes, **fields: Any) -> str:
    """A job that runs and does nothing before a test says so."""
    deployed.machine.holds = True
    job = started(deployed, parallel=SMALL, **fields)
    deployed.machine.holds = False
    return job


def test_waiting_gives_the_report_and_shows_the_last_progress(deployed: DeployedFakes) -> None:
    seen: list[Progress] = []
    report = deployed.pipeline.wait(started(deployed), seen.append)
    assert report["status"] == "SUCCEEDED"
    assert report == deployed.pipeline.report("mine")
    assert [one.phase for one in seen] == [JobPhase.PLANNING, JobPhase.ENDED]
    assert (seen[-1].written, seen[-1].done, seen[-1].total) == (24, 24, 24)


def test_a_job_is_seen_in_each_of_its_phases(deployed: DeployedFakes) -> None:
    job = held(deployed)
    fakes, by = deployed.fakes, execution(job)

    def end() -> None:
        deployed.end(job, fakes.reporter.report(job, by.arn))

    document = job_document(parallel=SMALL)
    deployed.clock.steps += [
        lambda: fakes.plan(document, by),
        lambda: fakes.work(job),
        fakes.deliver,
        end,
    ]
    seen: list[Progress] = []
    deployed.pipeline.wait(job, seen.append)
    assert [one.phase for one in seen] == ["planning", "working", "settling", "settling", "ended"]
    assert [one.units_done for one in seen] == sorted(one.units_done for one in seen)


def test_the_pauses_of_a_long_wait_grow_and_are_never_long(deployed: DeployedFakes) -> None:
    job = held(deployed)
    with pytest.raises(JobRunningError, match="after 300 seconds"):
        deployed.pipeline.wait(job, timeout=300)
    slept = deployed.clock.slept
    assert slept[0] == 0.5
    assert max(slept) == 10.0
    assert sum(slept) == pytest.approx(300)
    assert slept[:-1] == sorted(slept[:-1])


def test_a_job_that_has_not_begun_is_in_its_planning(deployed: DeployedFakes) -> None:
    status = deployed.pipeline.status(held(deployed))
    assert (status.status, status.phase, status.is_over) == ("RUNNING", "planning", False)
    with pytest.raises(JobRunningError):
        deployed.pipeline.report("mine")


def test_a_job_that_failed_says_why_and_where_its_report_is(deployed: DeployedFakes) -> None:
    job = started(deployed, columns={"price": "N"})
    report = deployed.pipeline.wait(job)
    status = deployed.pipeline.status(job)
    assert (status.status, status.error, status.cause) == ("FAILED", "HeaderError", report["cause"])
    assert status.report == f"s3://{BUCKET}/jobs/mine/report.json"
    assert status.ended is not None
    assert status.started <= status.ended


@pytest.mark.parametrize("method", ["status", "report", "wait", "cancel", "resume", "retry"])
def test_a_job_that_never_was_is_not_found(deployed: DeployedFakes, method: str) -> None:
    with pytest.raises(JobNotFoundError, match="'never'"):
        getattr(deployed.pipeline, method)("never")


def test_an_execution_that_is_no_job_of_its_own_is_not_found(deployed: DeployedFakes) -> None:
    deployed.machine.holds = True
    deployed.machine.start("by-event", upload_event())
    deployed.machine.start("resuming", {"resume": "mine"})
    deployed.machine.start("cancelling", {"cancel": "mine"})
    for name in ("by-event", "resuming", "cancelling"):
        with pytest.raises(JobNotFoundError):
            deployed.pipeline.status(name)


def test_an_uploads_job_is_followed_by_its_own_name(deployed: DeployedFakes) -> None:
    deployed.machine.start("by-event", upload_event())
    deployed.finish("by-event")
    (job,) = deployed.fakes.ledger.jobs
    assert deployed.pipeline.status(job).status is Status.SUCCEEDED
    assert deployed.pipeline.wait(job)["job"] == job


def test_a_report_is_there_a_moment_before_its_execution_has_ended(deployed: DeployedFakes) -> None:
    job = held(deployed)
    deployed.fakes.execute(job_document(), execution(job))
    status = deployed.pipeline.status(job)
    assert (status.status, status.phase, status.is_over) == ("RUNNING", "ended", False)
    assert deployed.pipeline.report(job)["status"] == "SUCCEEDED"


def test_a_job_that_step_functions_has_forgotten_is_told_by_its_report(deployed: DeployedFakes) -> None:
    deployed.pipeline.wait(started(deployed))
    deployed.machine.found.clear()
    assert deployed.pipeline.status("mine").status is Status.SUCCEEDED
    del deployed.fakes.store.objects[BUCKET, layout.report_key("mine")]
    assert deployed.pipeline.status("mine").status is Status.FAILED
    with pytest.raises(JobNotFoundError, match="expired"):
        deployed.pipeline.report("mine")


def test_a_job_that_is_cancelled_stops_and_goes_on_when_it_is_resumed(deployed: DeployedFakes) -> None:
    job = held(deployed)
    fakes = deployed.fakes
    fakes.plan(job_document(parallel=SMALL), execution(job))
    assert "can be resumed" in deployed.pipeline.cancel(job)
    assert deployed.pipeline.status(job).error == "JobCancelledError"
    deployed.clock.steps.append(lambda: deployed.finish(job))
    report = deployed.pipeline.wait(job)
    assert report["error"] == "JobCancelledError"
    assert deployed.pipeline.status(job).status is Status.CANCELLED
    assert deployed.pipeline.resume(job) == job
    resumed = deployed.pipeline.wait(job)
    assert (resumed["status"], resumed["rows"]["written"], resumed["resumed"]) == ("SUCCEEDED", 24, 1)


def test_a_job_that_is_about_to_stop_says_why(deployed: DeployedFakes) -> None:
    job = held(deployed)
    deployed.fakes.plan(job_document(), execution(job))
    deployed.fakes.ledger.stop(job, Stop("TableNotFoundError", "it is gone"))
    status = deployed.pipeline.status(job)
    assert (status.status, status.error, status.cause) == ("RUNNING", "TableNotFoundError", "it is gone")


def test_a_job_that_has_not_begun_is_stopped_at_once(deployed: DeployedFakes) -> None:
    job = held(deployed)
    assert "had not begun" in deployed.pipeline.cancel(job)
    status = deployed.pipeline.status(job)
    assert (status.status, status.is_over) == ("CANCELLED", True)
    with pytest.raises(JobNotFoundError, match="left no report"):
        deployed.pipeline.wait(job)


def test_what_has_ended_is_not_cancelled_and_what_runs_is_not_resumed(deployed: DeployedFakes) -> None:
    job = held(deployed)
    with pytest.raises(JobRunningError, match="cancel it first"):
        deployed.pipeline.resume(job)
    deployed.finish(job)
    with pytest.raises(JobInvalidError, match="has ended"):
        deployed.pipeline.cancel(job)


def aborted(deployed: DeployedFakes) -> str:
    """A job whose execution was stopped in the console."""
    job = held(deployed)
    deployed.fakes.plan(job_document(parallel=SMALL), execution(job))
    deployed.machine.stop(deployed.machine.arn_of(job), "by hand")
    return job


def test_the_report_of_an_execution_that_was_stopped_is_waited_for(deployed: DeployedFakes) -> None:
    job = aborted(deployed)
    assert deployed.pipeline.status(job).status is Status.CANCELLED
    stop = Stop("JobCancelledError", "the execution was stopped")
    arn = deployed.machine.arn_of(job)
    deployed.clock.steps.append(lambda: deployed.fakes.reporter.report_stopped(job, arn, stop))
    assert deployed.pipeline.wait(job)["error"] == "JobCancelledError"


def test_a_report_that_never_comes_is_not_waited_for_without_end(deployed: DeployedFakes) -> None:
    job = aborted(deployed)
    with pytest.raises(JobNotFoundError, match="left no report"):
        deployed.pipeline.wait(job)
    assert sum(deployed.clock.slept) < 200


def test_a_resumption_that_is_refused_is_told(deployed: DeployedFakes) -> None:
    """Somebody else was faster."""
    job = aborted(deployed)
    other = execution("other")
    deployed.fakes.executions.running.add(other.arn)
    deployed.fakes.ledger.jobs[job] = replace(deployed.fakes.ledger.jobs[job], execution=other.arn)
    with pytest.raises(JobRunningError, match="other"):
        deployed.pipeline.resume(job)


def test_a_resumption_that_fails_otherwise_is_told(deployed: DeployedFakes) -> None:
    job = aborted(deployed)
    deployed.machine.holds = True
    deployed.clock.steps.append(
        lambda: deployed.machine.end(list(deployed.machine.found)[-1], "FAILED", cause="no function")
    )
    with pytest.raises(JobFailedError, match="no function"):
        deployed.pipeline.resume(job)


def test_a_job_is_not_over_before_its_resumption_has_taken_it(deployed: DeployedFakes) -> None:
    job = aborted(deployed)
    stop = Stop("JobCancelledError", "the execution was stopped")
    deployed.fakes.reporter.report_stopped(job, deployed.machine.arn_of(job), stop)
    deployed.pipeline.resume(job)
    assert deployed.fakes.ledger.jobs[job].state is JobState.ENDED
    assert deployed.pipeline.wait(job)["status"] == "SUCCEEDED"


def rejected(deployed: DeployedFakes) -> str:
    deployed.fakes.put_source("id,n:N\na,1\nb,x\n")
    deployed.pipeline.wait(started(deployed))
    return "mine"


def test_rejects_are_fetched_mended_and_loaded_again(deployed: DeployedFakes, tmp_path: Path) -> None:
    file = deployed.pipeline.rejects(rejected(deployed), tmp_path)
    assert file == tmp_path / "rejects.csv"
    file.write_text(file.read_text().replace("b,x", "b,2"))
    report = deployed.pipeline.wait(deployed.pipeline.retry("mine", file))
    assert (report["status"], report["rows"]["written"]) == ("SUCCEEDED", 1)
    assert deployed.fakes.items["b",]["n"] == {"N": "2"}


def test_rejects_go_into_the_file_that_is_named(deployed: DeployedFakes, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    assert deployed.pipeline.rejects(rejected(deployed), str(file)) == file
    assert "'x' is not a number" in file.read_text()


def test_what_was_given_up_is_retried_as_it_is(deployed: DeployedFakes) -> None:
    deployed.fakes.max_receives = 1
    deployed.fakes.tables.faults.on("write", 1, HeadraceError("odd"))
    first = deployed.pipeline.wait(started(deployed))
    deployed.fakes.tables.faults = Faults()
    again = deployed.pipeline.wait(deployed.pipeline.retry("mine", name="again"))
    assert again["rows"]["written"] == first["rejects"]["given_up"] == 24
    assert len(deployed.fakes.items) == 24


def test_of_a_job_without_rejects_there_are_none(deployed: DeployedFakes, tmp_path: Path) -> None:
    deployed.pipeline.wait(started(deployed))
    assert deployed.pipeline.rejects("mine", tmp_path) is None
    with pytest.raises(NothingToRetryError):
        deployed.pipeline.retry("mine")


def test_a_job_whose_plan_has_expired_is_not_retried(deployed: DeployedFakes) -> None:
    job = rejected(deployed)
    del deployed.fakes.store.objects[BUCKET, layout.plan_key(job)]
    with pytest.raises(HeadraceError, match="expired"):
        deployed.pipeline.retry(job)


def test_a_report_is_fetched_as_a_page(deployed: DeployedFakes, tmp_path: Path) -> None:
    deployed.pipeline.wait(started(deployed))
    page = deployed.pipeline.page("mine", tmp_path)
    assert page == tmp_path / "report.html"
    assert page.read_bytes() == deployed.fakes.store.objects[BUCKET, layout.report_page_key("mine")]


def test_it_is_told_what_a_planned_job_does(deployed: DeployedFakes) -> None:
    job = held(deployed)
    assert deployed.pipeline.status(job).progress.operation is None
    deployed.fakes.plan(job_document(), execution(job))
    assert deployed.pipeline.status(job).progress.operation == "load"
