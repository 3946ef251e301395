"""A job that runs on this machine comes to what the pipeline makes of it, whatever happens to its process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from headrace.errors import JobRunningError, TableAccessError, TransientError
from headrace.here.locks import JobLocks
from headrace.here.runner import Runner
from headrace.ledger import Stop
from tests.builders import TABLE, is_balanced, job_document
from tests.here import WORKERS, Machine, die
from tests.scenarios import (
    COPY,
    READING,
    SCENARIOS,
    WRITING,
    Scenario,
    outcome,
    uninterrupted,
)

SECOND_DELIVERIES = ("insert", "newer", "delete", "mirror", "truncate")
"""What a job wrote before it was killed, and does again, it may count as skipped or find gone."""


def comes_to(machine: Machine, report: Mapping[str, Any]) -> dict[str, Any]:
    """What `outcome` tells, but for the export, which is in the machine's folder."""
    return {key: value for key, value in outcome(machine.pipeline, report).items() if key != "export"}


def expected(scenario: Scenario) -> dict[str, Any]:
    return {key: value for key, value in uninterrupted(scenario)[0].items() if key != "export"}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=repr)
def test_a_job_comes_to_what_the_pipeline_makes_of_it(machine: Machine, scenario: Scenario) -> None:
    report = machine.run(scenario.prepare(machine.pipeline))
    assert comes_to(machine, report) == expected(scenario)


@pytest.mark.parametrize("thousandth", [0, 150, 400, 700, 950])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=repr)
def test_a_job_that_is_interrupted_goes_on_where_it_stood(
    machine: Machine, scenario: Scenario, thousandth: int
) -> None:
    document = scenario.prepare(machine.pipeline)
    report = machine.run_and(document, calls_until(scenario, thousandth), Runner.interrupt)
    assert report is not None
    assert is_balanced(report)
    if report["status"] != "SUCCEEDED":
        assert report["error"] == "JobCancelledError"
        assert "; to go on: headrace resume one" in report["cause"]
        report = machine.run({"resume": "one"}, "again")
    assert comes_to(machine, report) == expected(scenario)


@pytest.mark.parametrize("thousandth", [0, 150, 400, 700, 950])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=repr)
def test_a_job_whose_process_is_killed_is_done_by_the_next_one(
    machine: Machine, scenario: Scenario, thousandth: int
) -> None:
    document = scenario.prepare(machine.pipeline)
    report = machine.run_and(document, calls_until(scenario, thousandth), die)
    if report is None:
        report = machine.run({"resume": "one"}, "again")
    told, wanted = comes_to(machine, report), expected(scenario)
    assert is_balanced(report)
    if scenario.name in SECOND_DELIVERIES:
        assert {key: told[key] for key in ("status", TABLE, COPY)} == {
            key: wanted[key] for key in ("status", TABLE, COPY)
        }
    else:
        assert told == wanted


def calls_until(scenario: Scenario, thousandth: int) -> int:
    """A quarter of the pipeline's calls are those of tables, queues and S3."""
    return 1 + uninterrupted(scenario)[1] * thousandth // 4000


@pytest.mark.parametrize("scenario", WRITING, ids=repr)
def test_a_job_stopped_twice_loses_nothing(machine: Machine, scenario: Scenario) -> None:
    """The second time its process is killed while it sets aside what is left."""
    document = scenario.prepare(machine.pipeline)
    machine.run_and(document, calls_until(scenario, 300), Runner.interrupt)
    bench = machine.process()
    record = bench.ledger.job("one")
    assert record is not None
    bench.ledger.stop("one", Stop("JobCancelledError", "again"))
    report = machine.run({"resume": "one"}, "again")
    assert comes_to(machine, report) == expected(scenario)


def test_two_processes_do_not_work_on_one_job(machine: Machine) -> None:
    with (
        JobLocks(machine.folder / "locks").hold("one"),
        pytest.raises(JobRunningError, match="'one' is running"),
    ):
        machine.run(job_document(), "one")


def test_a_job_of_a_process_that_ended_is_not_running(machine: Machine) -> None:
    locks = JobLocks(machine.folder / "locks")
    with locks.hold("one"):
        assert JobLocks(machine.folder / "locks").is_running("here:one:abc")
        assert not locks.is_running("here:one:abc")
    assert not JobLocks(machine.folder / "locks").is_running("here:one:abc")


def test_what_cannot_start_says_why(machine: Machine) -> None:
    report = machine.run(job_document(target="nowhere"))
    assert report["status"] == "FAILED"
    assert "no table 'nowhere'" in report["cause"]
    assert "s3://data/incoming/orders/rows.csv" in report["cause"]


def test_planning_is_tried_again_where_that_may_help(machine: Machine) -> None:
    machine.pipeline.put_source("id\n1\n2\n")
    machine.pipeline.tables.faults.on("describe", 1, TransientError("busy"))
    assert machine.run(job_document())["rows"]["written"] == 2


def test_an_error_that_no_second_try_can_mend_stops_all_workers(machine: Machine) -> None:
    machine.pipeline.put_source("id\n" + "".join(f"k{n}\n" for n in range(5000)))
    machine.pipeline.tables.faults.on("write", 3, TableAccessError("not any more"))
    report = machine.run(job_document(parallel={"chunk_bytes": 1024, "message_bytes": 1024}))
    assert report["error"] == "TableAccessError"
    assert is_balanced(report)
    report = machine.run({"resume": "one"}, "again")
    assert report["rows"] == {"read": 5000, "written": 5000, "superseded": 0, "skipped": 0, "rejected": 0}
    assert len(machine.pipeline.items) == 5000


def test_messages_that_fail_again_and_again_become_rejects(machine: Machine) -> None:
    machine.pipeline.put_source("id\n1\n")
    for call in range(1, 99):
        machine.pipeline.places.faults.on("tables", call + 1, TransientError("broken"))
    report = machine.run(job_document())
    assert report["rows"]["rejected"] == 1
    assert report["rejects"]["given_up"] == 1


def test_a_table_that_takes_nothing_any_more_stops_the_job_and_loses_nothing(machine: Machine) -> None:
    machine.pipeline.put_source("id\n1\n2\n")
    machine.pipeline.tables.leave_every = 1
    runner = machine.process().runner(WORKERS, lambda _: None)
    runner._stall_seconds = 0
    report = runner.run(job_document(), "one")
    assert report["error"] == "RowsMissingError"
    assert "took nothing" in report["cause"]
    machine.pipeline.tables.leave_every = 0
    assert machine.run({"resume": "one"}, "again")["rows"]["written"] == 2


def test_what_the_engine_does_not_know_comes_out(machine: Machine) -> None:
    machine.pipeline.put_source("id\n1\n")
    machine.pipeline.tables.faults.on("write", 1, ZeroDivisionError("a bug"))
    with pytest.raises(ZeroDivisionError):
        machine.run(job_document())


def test_whoever_watches_is_told_of_the_job(machine: Machine) -> None:
    machine.pipeline.put_source("id\n1\n")
    seen: list[str] = []
    machine.process().runner(WORKERS, seen.append).run(job_document(), "one")
    assert set(seen) == {"one"}


def test_an_export_goes_where_the_job_says_and_comes_back(machine: Machine, tmp_path: Path) -> None:
    export = next(one for one in READING if one.name == "export").prepare(machine.pipeline)
    folder = f"file://{tmp_path}/out/"
    report = machine.run(export | {"target": folder})
    assert report["export"]["location"] == folder
    moved = (tmp_path / "out").rename(tmp_path / "moved")
    report = machine.run({"operation": "restore", "source": f"file://{moved}/", "target": COPY}, "back")
    assert report["status"] == "SUCCEEDED"
    assert machine.pipeline.items_of(COPY) == machine.pipeline.items_of(TABLE)


def test_a_file_is_loaded(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("id,n:N\n1,2\n2,x\n1,3\n")
    report = machine.run(job_document(source=f"file://{tmp_path}/rows.csv"))
    assert report["rows"] == {"read": 3, "written": 1, "superseded": 1, "skipped": 0, "rejected": 1}
    assert report["rejects"]["location"] == f"file://{machine.folder}/jobs/one/rejects/rejects.csv"
    assert (machine.folder / "jobs/one/rejects/rejects.csv").read_text().count("\n") == 2


def test_an_interruption_right_after_a_look_is_one(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.pipeline.put_source("id\n" + "".join(f"k{n}\n" for n in range(600)))
    runner = machine.process().runner(WORKERS, lambda _: None)
    begun = runner._begun

    def interrupted(*asked: Any) -> Any:
        runner.interrupt()
        return begun(*asked)

    monkeypatch.setattr(runner, "_begun", interrupted)
    report = runner.run(job_document(parallel={"chunk_bytes": 1024}), "one")
    assert (report["error"], report["units"]["done"]) == ("JobCancelledError", 0)
    assert machine.run({"resume": "one"}, "again")["rows"]["written"] == 600
