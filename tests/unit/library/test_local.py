"""Jobs of this machine, run, followed and gone on with from Python, also by another process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from headrace import layout
from headrace.errors import (
    JobExistsError,
    JobInvalidError,
    JobNotFoundError,
    JobRunningError,
    NothingToRetryError,
    TableAccessError,
)
from headrace.job.model import MIB
from headrace.library.jobs import Status
from headrace.library.local import LocalPipeline, state_folder, url_of_path
from headrace.progress import JobPhase, Progress
from tests.builders import TABLE, job_document
from tests.fakes import Crash
from tests.here import Machine
from tests.scenarios import COPY

ROWS = "id,name\n" + "".join(f"k{n},{'x' * 60}{n}\n" for n in range(24))
SMALL = {"chunk_bytes": 1024, "message_bytes": 1024}
COUNT = {"operation": "count", "source": TABLE}


@pytest.fixture
def pipeline(machine: Machine) -> LocalPipeline:
    machine.pipeline.put_source(ROWS)
    return machine.library()


@pytest.fixture
def another(machine: Machine) -> LocalPipeline:
    """Another process on the same folder."""
    return machine.library()


@contextmanager
def running(machine: Machine, pipeline: LocalPipeline, **fields: Any) -> Iterator[dict[str, Any]]:
    """The job `mine`, which does nothing more before the block is left; its report comes into the block's
    value then."""
    begun, let_go, write = Event(), Event(), machine.pipeline.tables.write
    report: dict[str, Any] = {}

    def held(table: str, requests: str) -> Any:
        begun.set()
        assert let_go.wait(10)
        return write(table, requests)

    def run() -> None:
        report.update(pipeline.run(job_document(parallel=SMALL, **fields), "mine"))

    machine.pipeline.tables.write = held  # type: ignore[method-assign]
    worker = Thread(target=run)
    worker.start()
    assert begun.wait(10)
    yield report
    let_go.set()
    worker.join()


def killed(machine: Machine, pipeline: LocalPipeline) -> None:
    """The job `mine`, whose process dies in the middle of it."""
    machine.pipeline.tables.faults.on("written", 3, Crash())
    with pytest.raises(Crash):
        pipeline.run(job_document(parallel=SMALL), "mine")


def test_running_gives_the_report(pipeline: LocalPipeline, machine: Machine) -> None:
    report = pipeline.run(job_document())
    assert (report["status"], report["rows"]["written"]) == ("SUCCEEDED", 24)
    assert report["job"].startswith("load-orders-")
    assert report == pipeline.report(report["job"])
    assert len(machine.pipeline.items) == 24


def test_a_file_of_this_machine_is_loaded(pipeline: LocalPipeline, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(ROWS)
    report = pipeline.run(job_document(source=url_of_path(tmp_path / "rows.csv")))
    assert report["rows"]["written"] == 24


@pytest.mark.parametrize(
    ("parallel", "sizes"),
    [
        ({}, (8 * MIB, MIB, 120 * 1024)),
        ({"message_bytes": 2048}, (8 * MIB, MIB, 2048)),
        ({"window_bytes": 2048}, (8 * MIB, 2048, 120 * 1024)),
        ({"chunk_bytes": 2048}, (2048, 8 * MIB, 120 * 1024)),
    ],
)
def test_windows_and_messages_are_small_unless_the_job_says_otherwise(
    pipeline: LocalPipeline, parallel: dict[str, int], sizes: tuple[int, int, int]
) -> None:
    pipeline.run(job_document(parallel=parallel), "mine")
    job = pipeline.plan("mine").job
    assert (job.chunk_bytes, job.window_bytes, job.message_bytes) == sizes


def test_whoever_watches_sees_the_job_to_its_end(pipeline: LocalPipeline) -> None:
    seen: list[Progress] = []
    pipeline.run(job_document(), on_progress=seen.append)
    assert seen[-1].phase is JobPhase.ENDED
    assert (seen[-1].written, seen[-1].done, seen[-1].total) == (24, 24, 24)


def test_what_is_wrong_with_a_job_is_told_before_anything_is_called(
    pipeline: LocalPipeline, machine: Machine
) -> None:
    calls = machine.pipeline.calls.count
    with pytest.raises(JobInvalidError) as caught:
        pipeline.run({"operation": "load", "target": "orders"}, "no name!")
    assert len(caught.value.problems) == 2
    assert machine.pipeline.calls.count == calls
    assert pipeline.jobs() == []


def test_a_job_that_cannot_start_has_a_report_that_says_why(pipeline: LocalPipeline) -> None:
    report = pipeline.run(job_document(target="nowhere"), "mine")
    assert (report["status"], report["error"]) == ("FAILED", "TableNotFoundError")
    assert pipeline.status("mine").status is Status.FAILED


def test_a_name_is_used_once(pipeline: LocalPipeline, another: LocalPipeline) -> None:
    first = pipeline.run(job_document(), "mine")
    with pytest.raises(JobExistsError, match="'mine' on this machine already"):
        another.run(COUNT, "mine")
    assert another.report("mine") == first
    assert another.plan("mine").job.operation == "load"


def test_jobs_are_listed_the_newest_first(pipeline: LocalPipeline, another: LocalPipeline) -> None:
    pipeline.run(job_document(), "first")
    another.run(COUNT, "second")
    listed = pipeline.jobs()
    assert [(one.job, one.operation, one.status) for one in listed] == [
        ("second", "count", Status.SUCCEEDED),
        ("first", "load", Status.SUCCEEDED),
    ]
    assert [one.job for one in pipeline.jobs(limit=1)] == ["second"]


def test_a_job_that_another_process_runs_is_seen(
    machine: Machine, pipeline: LocalPipeline, another: LocalPipeline
) -> None:
    with running(machine, pipeline) as report:
        status = another.status("mine")
        assert (status.status, status.progress.total) == (Status.RUNNING, 24)
        assert status.phase in (JobPhase.WORKING, JobPhase.SETTLING)
        assert [one.status for one in another.jobs()] == [Status.RUNNING]
        with pytest.raises(JobRunningError, match="has no report before it ends"):
            another.report("mine")
        with pytest.raises(JobRunningError, match="is running still"):
            another.wait("mine", timeout=1)
        with pytest.raises(JobRunningError, match="'mine' is running on this machine"):
            another.resume("mine")
        with pytest.raises(JobRunningError, match="'mine' is running on this machine"):
            another.run(COUNT, "mine")
    assert another.wait("mine") == report
    assert report["rows"]["written"] == 24


def test_a_job_that_another_process_runs_is_cancelled_and_resumed(
    machine: Machine, pipeline: LocalPipeline, another: LocalPipeline
) -> None:
    with running(machine, pipeline) as report:
        assert "can be resumed" in another.cancel("mine")
    assert (report["error"], report["pending"]["rows"] > 0) == ("JobCancelledError", True)
    assert another.status("mine").status is Status.CANCELLED
    with pytest.raises(JobInvalidError, match="has ended"):
        another.cancel("mine")
    assert another.resume("mine")["rows"]["written"] == 24
    assert len(machine.pipeline.items) == 24


def test_a_job_is_interrupted_from_another_thread(machine: Machine, pipeline: LocalPipeline) -> None:
    with running(machine, pipeline) as report:
        pipeline.interrupt()
    assert (report["error"], report["cause"].startswith("interrupted")) == ("JobCancelledError", True)
    assert pipeline.resume("mine")["status"] == "SUCCEEDED"


def test_an_interruption_that_comes_before_the_job_stops_it_and_no_other(pipeline: LocalPipeline) -> None:
    pipeline.interrupt()
    assert pipeline.run(job_document(), "first")["error"] == "JobCancelledError"
    assert pipeline.run(job_document(), "second")["status"] == "SUCCEEDED"
    assert pipeline.resume("first")["rows"]["written"] == 24


def test_a_job_whose_process_was_killed_is_seen_to_have_failed_and_is_resumed(
    machine: Machine, pipeline: LocalPipeline, another: LocalPipeline
) -> None:
    killed(machine, pipeline)
    status = another.status("mine")
    assert (status.status, status.report) == (Status.FAILED, None)
    assert "to go on: headrace resume mine" in status.cause
    assert [one.status for one in another.jobs()] == [Status.FAILED]
    with pytest.raises(JobNotFoundError, match="has left no report"):
        another.wait("mine")
    assert another.resume("mine")["rows"]["written"] == 24
    assert another.status("mine").status is Status.SUCCEEDED


def test_a_job_that_had_to_stop_is_resumed_once_its_cause_is_gone(
    machine: Machine, pipeline: LocalPipeline
) -> None:
    machine.pipeline.tables.faults.on("write", 2, TableAccessError("for now"))
    assert pipeline.run(job_document(parallel=SMALL), "mine")["error"] == "TableAccessError"
    seen: list[Progress] = []
    assert pipeline.resume("mine", seen.append)["resumed"] == 1
    assert seen[-1].written == 24


def test_mended_rejects_are_loaded_again(pipeline: LocalPipeline, machine: Machine, tmp_path: Path) -> None:
    machine.pipeline.put_source("id,n:N\n1,2\n2,x\n")
    pipeline.run(job_document(), "mine")
    mended = pipeline.rejects("mine", tmp_path)
    assert mended == tmp_path / "rejects.csv"
    mended.write_text(mended.read_text().replace("2,x", "2,3"))
    assert pipeline.retry_job("mine", mended)["source"] == f"file://{mended}"
    again = pipeline.retry("mine", mended)
    assert (again["status"], again["rows"]["written"]) == ("SUCCEEDED", 1)
    assert len(machine.pipeline.items) == 2


def test_rejects_are_retried_as_they_are(pipeline: LocalPipeline, machine: Machine) -> None:
    machine.pipeline.tables.refuse = ("k13",)
    assert pipeline.run(job_document(), "mine")["rows"]["rejected"] == 1
    machine.pipeline.tables.refuse = ()
    assert pipeline.retry("mine")["rows"] == {
        "read": 1,
        "written": 1,
        "superseded": 0,
        "skipped": 0,
        "rejected": 0,
    }


def test_a_job_without_rejects_has_none_to_fetch_or_to_retry(pipeline: LocalPipeline, tmp_path: Path) -> None:
    pipeline.run(job_document(), "mine")
    assert pipeline.rejects("mine", tmp_path) is None
    with pytest.raises(NothingToRetryError):
        pipeline.retry("mine")


def test_of_a_job_that_is_not_there_nothing_is_known(pipeline: LocalPipeline, tmp_path: Path) -> None:
    for ask in (
        pipeline.status,
        pipeline.report,
        pipeline.plan,
        pipeline.resume,
        pipeline.cancel,
        pipeline.wait,
        pipeline.retry,
        lambda job: pipeline.rejects(job, tmp_path),
    ):
        with pytest.raises(JobNotFoundError, match="'nobody'"):
            ask("nobody")


def test_a_table_is_exported_and_restored_by_its_segments(
    pipeline: LocalPipeline, machine: Machine, tmp_path: Path
) -> None:
    pipeline.run(job_document(), "load")
    folder = url_of_path(f"{tmp_path}/out/")
    pipeline.run({"operation": "export", "source": TABLE, "target": folder, "parallel": {"segments": 5}})
    report = pipeline.run({"operation": "restore", "source": folder, "target": COPY})
    assert (report["status"], report["units"]["planned"]) == ("SUCCEEDED", 5)
    assert machine.pipeline.items_of(COPY) == machine.pipeline.items


def test_a_pipeline_that_is_left_is_closed(machine: Machine) -> None:
    with machine.library() as pipeline:
        assert pipeline.jobs() == []
    assert (machine.folder / "ledger.sqlite").exists()


def test_a_job_is_kept_as_it_was_started(pipeline: LocalPipeline, machine: Machine) -> None:
    pipeline.run(COUNT, "mine")
    assert json.loads((machine.folder / layout.document_key("mine")).read_text()) == COUNT


# Where things are on this machine.


def test_jobs_are_kept_where_the_environment_says() -> None:
    assert state_folder({"HEADRACE_HOME": "/var/headrace"}) == Path("/var/headrace")
    assert state_folder({"HEADRACE_HOME": "here"}) == Path.cwd() / "here"
    assert state_folder({"XDG_STATE_HOME": "/state"}) == Path("/state/headrace")
    assert state_folder({}) == Path.home() / ".local" / "state" / "headrace"


def test_a_file_is_named_by_its_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/somebody")
    assert url_of_path("rows.csv") == f"file://{tmp_path}/rows.csv"
    assert url_of_path(Path("rows.csv")) == f"file://{tmp_path}/rows.csv"
    assert url_of_path("~/rows.csv") == "file:///home/somebody/rows.csv"
    assert url_of_path("odd name #1 %20.csv") == f"file://{tmp_path}/odd name #1 %20.csv"


def test_a_folder_ends_in_a_slash(tmp_path: Path) -> None:
    assert url_of_path(tmp_path) == f"file://{tmp_path}/"
    assert url_of_path(f"{tmp_path}/new/") == f"file://{tmp_path}/new/"


@pytest.mark.parametrize("url", ["s3://bucket/key", "file:///folder/name"])
def test_what_is_a_url_stays_one(url: str) -> None:
    assert url_of_path(url) == url
