"""Accounts stay exact, whatever goes wrong: see `faulty_functions` for what does."""

from __future__ import annotations

import gzip
import json

import pytest

from headrace import layout
from tests.e2e.events import FinishedJobs
from tests.e2e.faults import Faults
from tests.e2e.stack import Ended, Stack, until

ROWS = 120
BODY = "id,name\n" + "".join(f"{n},name {n}\n" for n in range(ROWS))
SMALL = {"chunk_bytes": 1024, "message_bytes": 2048}
ONE_BY_ONE = {"message_bytes": 1024}
"""A message a row: the least that the job's field takes is what a header may need."""

HARMLESS = ("thrice", "unsettled", "halfway", "thirds", "slow")
JOBS = (*HARMLESS, "lost", "later")


@pytest.fixture(scope="module")
def jobs(stack: Stack, faults: Faults) -> dict[str, tuple[str, str]]:
    """Table and execution of a job for each fault; all of them run at once."""
    assert faults.directory.exists()
    source = stack.put("sources/faults.csv", BODY)
    zipped = stack.put("sources/faults.csv.gz", gzip.compress(BODY.encode()))
    found = {}
    for fault in JOBS:
        name = stack.name(fault)
        table = stack.table(name)
        slow = fault == "slow"
        execution = stack.load(
            table, zipped if slow else source, name, parallel=ONE_BY_ONE if slow else SMALL
        )
        found[fault] = table, execution
    _lose_the_table_of(stack, *found["later"])
    return found


def _lose_the_table_of(stack: Stack, table: str, execution: str) -> None:
    """Once its loaders are done; the messages are still on their way."""
    job = execution.rsplit(":", 1)[-1]
    until(lambda: True if any(unit["sent"] for unit in stack.units(job)) else None, "messages sent", 60)
    stack.dynamodb.delete_table(TableName=table)


@pytest.mark.parametrize("fault", HARMLESS)
def test_every_row_is_written_and_counted_once(
    stack: Stack, jobs: dict[str, tuple[str, str]], finished: FinishedJobs, fault: str
) -> None:
    table, execution = jobs[fault]
    job = stack.ended(execution)
    assert (job.status, job.rows) == ("SUCCEEDED", {"read": ROWS, "written": ROWS}), job.cause
    assert len(stack.items(table)) == ROWS
    assert finished.detail(job.job)["rows"] == job.report["rows"]


def test_the_faults_happened(stack: Stack, jobs: dict[str, tuple[str, str]], faults: Faults) -> None:
    ended = {fault: stack.ended(jobs[fault][1]) for fault in HARMLESS}
    killed = {path.name for path in faults.directory.glob("killed-*")}
    assert killed == {f"killed-{ended[fault].job}" for fault in ("halfway", "unsettled")}
    assert ended["thirds"].report["throttles"]["Unprocessed"] > 0
    assert ended["slow"].report["units"]["planned"] == 1
    assert faults.noted(ended["slow"].job) > 1


def test_a_table_that_goes_meanwhile_stops_the_job_and_the_next_table_gets_the_rest(
    stack: Stack, jobs: dict[str, tuple[str, str]]
) -> None:
    table, execution = jobs["later"]
    job = stack.ended(execution)
    assert (job.status, job.error) == ("FAILED", "TableNotFoundError")
    assert table in job.cause
    assert job.rows.get("written", 0) + job.report["pending"]["rows"] == ROWS
    stack.table(table)
    again = stack.run({"resume": job.job})
    assert (again.status, again.rows) == ("SUCCEEDED", {"read": ROWS, "written": ROWS}), again.cause
    assert len(stack.items(table)) == ROWS - job.rows.get("written", 0)


def poison(job: Ended) -> dict[str, str]:
    def message(name: str, lines: str, target: str) -> str:
        header = {
            "v": 1,
            "job": name,
            "unit": 0,
            "sequence": 9999,
            "target": target,
            "requests": 1,
            "units": 1,
        }
        return json.dumps(header) + "\n" + lines

    table = job.report["target"]
    row = '[{"PutRequest":{"Item":{"id":{"S":"poison"}}}}]'
    return {
        "garbage": "no message at all",
        "broken lines": message(job.job, "[{", table),
        "unknown job": message("e2e-unknown", row, "e2e-nowhere"),
    }


def test_poison_is_put_away_and_the_accounts_do_not_move(
    stack: Stack, jobs: dict[str, tuple[str, str]]
) -> None:
    job = stack.ended(jobs["thrice"][1])
    sent = {
        stack.sqs.send_message(QueueUrl=stack.write_queue, MessageBody=body)["MessageId"]: body
        for body in poison(job).values()
    }

    def all_put_away() -> bool | None:
        found = set(stack.exists("dead/"))
        return True if {layout.dead_key(message) for message in sent} <= found else None

    until(all_put_away, "the poison under dead/")
    for message, body in sent.items():
        assert stack.get(f"s3://{stack.bucket}/{layout.dead_key(message)}").decode() == body
    assert len(stack.items(jobs["thrice"][0])) == ROWS


def test_messages_that_never_come_fail_the_job_and_resuming_it_loads_the_rest(
    stack: Stack, jobs: dict[str, tuple[str, str]]
) -> None:
    table, execution = jobs["lost"]
    job = stack.ended(execution)
    assert (job.status, job.error) == ("FAILED", "RowsMissingError")
    assert 0 < job.report["rows"]["written"] == len(stack.items(table)) < ROWS
    messages = job.report["messages"]
    assert messages["settled"] < messages["sent"]
    assert "were never settled" in job.cause
    again = stack.run({"resume": job.job})
    assert (again.status, again.rows) == ("SUCCEEDED", {"read": ROWS, "written": ROWS}), again.cause
    assert len(stack.items(table)) == ROWS
