"""Processes of this machine, as executions of the state machine are seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headrace.errors import JobInvalidError
from headrace.here.locks import JobLocks
from headrace.here.machine import HereMachine
from headrace.here.wiring import Workbench
from headrace.ledger import JobRecord, JobState
from headrace.ports import ExecutionRecord
from tests.builders import job_document
from tests.here import Machine


@pytest.fixture
def bench(machine: Machine) -> Workbench:
    return machine.process()


@pytest.fixture
def here(bench: Workbench) -> HereMachine:
    return HereMachine(bench.ledger, bench.locks, bench.store, bench.bucket)


def described(here: HereMachine, job: str = "one") -> ExecutionRecord:
    found = here.describe(here.arn_of(job))
    assert found is not None
    return found


def test_a_job_that_nobody_started_is_not_there(here: HereMachine) -> None:
    assert here.describe(here.arn_of("one")) is None
    assert list(here.executions()) == []


def test_a_job_that_has_its_report_is_as_that_says(machine: Machine, here: HereMachine) -> None:
    machine.pipeline.put_source("id\n1\n")
    report = machine.run(job_document())
    found = described(here)
    assert found.ended is not None
    assert (found.status, found.name, found.document) == ("SUCCEEDED", "one", job_document())
    assert found.ended - found.started == pytest.approx(report["seconds"])
    assert [one.arn for one in here.executions()] == [found.arn]


def test_a_job_that_failed_says_why(machine: Machine, here: HereMachine) -> None:
    report = machine.run(job_document(target="nowhere"))
    found = described(here)
    assert (found.status, found.error, found.cause) == ("FAILED", report["error"], report["cause"])


def test_a_job_that_a_process_holds_runs(bench: Workbench, here: HereMachine, machine: Machine) -> None:
    bench.ledger.claim(JobRecord("one", here.arn_of("one"), 5.0))
    with JobLocks(machine.folder / "locks").hold("one"):
        assert described(here).status == "RUNNING"


def test_a_job_whose_process_was_killed_failed(bench: Workbench, here: HereMachine) -> None:
    bench.ledger.claim(JobRecord("one", here.arn_of("one"), 5.0))
    found = described(here)
    assert (found.status, found.cause) == (
        "FAILED",
        "its process ended without a word; to go on: headrace resume one",
    )


def test_a_job_that_ends_while_it_is_looked_at_was_not_killed(
    bench: Workbench, here: HereMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = bench.ledger.claim(JobRecord("one", here.arn_of("one"), 5.0))

    def ends(_: JobLocks, job: str) -> bool:
        bench.ledger.save_job(replace(record, state=JobState.ENDED))
        bench.store.put(bench.bucket, f"jobs/{job}/report.json", b'{"status": "SUCCEEDED"}')
        return False

    monkeypatch.setattr(JobLocks, "is_held", ends)
    assert described(here).status == "SUCCEEDED"


def test_a_job_that_begins_again_while_it_is_looked_at_runs(
    bench: Workbench, here: HereMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.ledger.claim(JobRecord("one", here.arn_of("one"), 5.0))
    looks = iter([False, True])
    monkeypatch.setattr(JobLocks, "is_held", lambda *_: next(looks))
    assert described(here).status == "RUNNING"


def test_a_job_is_cancelled_by_what_it_looks_at(bench: Workbench, here: HereMachine) -> None:
    here.start("cancel-one", {"cancel": "one"})
    stop = bench.ledger.stopped("one")
    assert stop is not None
    assert (stop.error, stop.cause) == ("JobCancelledError", "cancelled")


def test_all_else_needs_a_process(here: HereMachine) -> None:
    with pytest.raises(JobInvalidError, match="runs in the process that starts it"):
        here.start("one", job_document())


def test_a_job_is_known_by_its_folder_alone(machine: Machine, tmp_path: Path) -> None:
    machine.pipeline.put_source("id\n1\n")
    machine.run(job_document())
    moved = machine.folder.rename(tmp_path / "moved")
    bench = Workbench(moved, places=machine.pipeline.places, s3=machine.pipeline.store)
    found = described(HereMachine(bench.ledger, bench.locks, bench.store, bench.bucket))
    bench.close()
    assert found.status == "SUCCEEDED"
