"""The list of jobs has each job once, as it stands now, and nothing that is none."""

from __future__ import annotations

import pytest

from headrace.library.jobs import JobSummary
from tests.builders import BUCKET, SOURCE, TABLE, execution, job_document, upload_event
from tests.library import DeployedFakes


@pytest.fixture
def deployed() -> DeployedFakes:
    made = DeployedFakes()
    made.fakes.put_source("id,name\na,1\n")
    return made


def run(deployed: DeployedFakes, document: object, name: str) -> None:
    deployed.clock.time += 60
    deployed.machine.start(name, document)
    deployed.clock.steps.clear()
    deployed.finish(name)


def told(jobs: list[JobSummary]) -> list[tuple[str, str]]:
    return [(one.job, str(one.status)) for one in jobs]


def test_jobs_come_the_newest_first_with_what_they_do(deployed: DeployedFakes) -> None:
    run(deployed, job_document(), "one")
    run(deployed, {"operation": "count", "source": TABLE}, "two")
    run(deployed, job_document(columns={"price": "N"}), "three")
    deployed.machine.start("four", job_document())
    jobs = deployed.pipeline.jobs()
    assert told(jobs) == [
        ("four", "RUNNING"),
        ("three", "FAILED"),
        ("two", "SUCCEEDED"),
        ("one", "SUCCEEDED"),
    ]
    assert [(one.operation, one.source, one.target) for one in jobs[2:]] == [
        ("count", TABLE, ""),
        ("load", SOURCE, TABLE),
    ]
    assert jobs[0].ended is None
    assert (jobs[1].ended or jobs[1].started) >= jobs[1].started > jobs[2].started


def test_no_more_are_asked_for_than_are_wanted(deployed: DeployedFakes) -> None:
    for number in range(5):
        run(deployed, job_document(), f"job-{number}")
    before = deployed.machine.faults.calls["describe"]
    assert [one.job for one in deployed.pipeline.jobs(2)] == ["job-4", "job-3"]
    assert deployed.machine.faults.calls["describe"] - before == 2


def test_an_upload_is_one_job_however_often_it_is_delivered(deployed: DeployedFakes) -> None:
    run(deployed, upload_event(), "first")
    run(deployed, upload_event(), "second")
    run(deployed, upload_event("incoming/orders/_headrace.json"), "options")
    (job,) = deployed.pipeline.jobs()
    assert job.job.startswith("upload-")
    assert (job.operation, job.source, job.target) == ("load", SOURCE, TABLE)
    assert job.execution.endswith(":first")


def test_an_uploads_job_is_listed_once_it_can_be_asked_for(deployed: DeployedFakes) -> None:
    deployed.machine.start("first", upload_event())
    deployed.machine.start("second", upload_event())
    assert deployed.pipeline.jobs() == []
    deployed.fakes.plan(upload_event(), execution("first"))
    (job,) = deployed.pipeline.jobs()
    assert job.execution.endswith(":first")
    assert deployed.pipeline.status(job.job).status == job.status == "RUNNING"


def test_a_job_that_was_resumed_is_told_by_its_resumption_and_began_when_it_began(
    deployed: DeployedFakes,
) -> None:
    deployed.fakes.cancel(9, "one")
    run(deployed, job_document(), "one")
    assert told(deployed.pipeline.jobs()) == [("one", "CANCELLED")]
    run(deployed, {"resume": "one"}, "again")
    (job,) = deployed.pipeline.jobs()
    assert (job.status, job.source) == ("SUCCEEDED", SOURCE)
    assert job.execution.endswith(":again")
    assert job.started.timestamp() == deployed.fakes.ledger.jobs["one"].started


def test_a_resumption_that_was_refused_and_a_cancellation_are_no_jobs(deployed: DeployedFakes) -> None:
    run(deployed, job_document(), "one")
    run(deployed, {"resume": "never"}, "refused")
    run(deployed, {"cancel": "one"}, "late")
    assert told(deployed.pipeline.jobs()) == [("one", "SUCCEEDED")]


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        ({"operation": "lod", "source": SOURCE, "target": {"no": "table"}}, ("lod", SOURCE, "")),
        ({"resume": 5}, ("", "", "")),
        ([1], ("", "", "")),
    ],
)
def test_what_was_no_valid_job_is_listed_by_what_it_says(
    deployed: DeployedFakes, document: object, shown: tuple[str, str, str]
) -> None:
    run(deployed, document, "odd")
    (job,) = deployed.pipeline.jobs()
    assert (job.job, job.status) == ("odd", "FAILED")
    assert (job.operation, job.source, job.target) == shown


@pytest.mark.parametrize(
    ("status", "error", "shown"),
    [
        ("TIMED_OUT", "", "FAILED"),
        ("ABORTED", "", "CANCELLED"),
        ("FAILED", "JobCancelledError", "CANCELLED"),
        ("PENDING_REDRIVE", "", "RUNNING"),
    ],
)
def test_the_status_is_that_of_the_execution(
    deployed: DeployedFakes, status: str, error: str, shown: str
) -> None:
    deployed.machine.end(deployed.machine.start("one", job_document()), status, error=error)
    assert deployed.pipeline.jobs()[0].status == shown


def test_a_resumption_of_a_job_whose_document_has_expired_still_is_that_job(deployed: DeployedFakes) -> None:
    deployed.fakes.cancel(9, "one")
    run(deployed, job_document(), "one")
    run(deployed, {"resume": "one"}, "again")
    del deployed.fakes.store.objects[BUCKET, "jobs/one/job.json"]
    (job,) = deployed.pipeline.jobs()
    assert (job.job, job.source) == ("one", "")
