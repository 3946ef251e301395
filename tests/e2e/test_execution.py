from __future__ import annotations

import pytest

from tests.e2e.events import FinishedJobs
from tests.e2e.stack import Ended, Stack

GOOD = "id,price\n1,2\n"


@pytest.fixture(scope="module")
def table(stack: Stack) -> str:
    return stack.table()


def test_a_job_as_the_input_of_an_execution_runs(stack: Stack, table: str, finished: FinishedJobs) -> None:
    source = stack.put("sources/typed.csv", GOOD)
    job = stack.ended(stack.load(table, source, columns={"price": "N"}))
    assert (job.status, job.rows) == ("SUCCEEDED", {"read": 1, "written": 1})
    assert stack.items(table) == {"1": {"id": {"S": "1"}, "price": {"N": "2"}}}
    assert finished.detail(job.job)["status"] == "SUCCEEDED"


def test_a_dry_run_writes_nothing(stack: Stack) -> None:
    table = stack.table()
    job = stack.ended(stack.load(table, stack.put("sources/dry.csv", GOOD), dry_run=True))
    assert (job.status, job.rows, job.report["records_planned"]) == ("SUCCEEDED", {}, 1)
    assert stack.items(table) == {}


def test_five_mistakes_are_told_at_once(stack: Stack) -> None:
    mistakes = {
        "operation": "load",
        "source": "not-a-url",
        "target": "x",
        "format": {"delimeter": ";"},
        "write": {"mode": "upsert"},
        "tolerate": {"rejects": -1},
    }
    job = stack.ended(stack.start(mistakes))
    assert (job.status, job.error) == ("FAILED", "JobInvalidError")
    told = [line.split(":")[0] for line in job.cause.splitlines()]
    assert sorted(told) == ["format.delimeter", "source", "target", "tolerate.rejects", "write.mode"]


REFUSALS = {
    "a missing object": ("SourceNotFoundError", None, ""),
    "a missing table": ("TableNotFoundError", GOOD, "e2e-nowhere"),
    "a table outside the settings": ("TableNotAllowedError", GOOD, "elsewhere"),
    "a header without the key": ("HeaderError", "name,price\na,1\n", ""),
    "an empty object": ("SourceFormatError", "", ""),
    "another encoding": ("SourceFormatError", "id,naïve\n1,2\n".encode("latin-1"), ""),
}


@pytest.fixture(scope="module")
def refused(stack: Stack, table: str) -> dict[str, str]:
    executions = {}
    for number, (name, (_, body, target)) in enumerate(REFUSALS.items()):
        url = f"s3://{stack.bucket}/sources/nothing.csv"
        if body is not None:
            url = stack.put(f"sources/refused-{number}.csv", body)
        executions[name] = stack.load(target or table, url)
    return executions


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_run_is_refused_by_name(
    stack: Stack, refused: dict[str, str], finished: FinishedJobs, name: str
) -> None:
    job: Ended = stack.ended(refused[name])
    assert (job.status, job.error) == ("FAILED", REFUSALS[name][0]), job.cause
    assert job.cause == finished.detail(job.job)["cause"]
    assert job.rows == {}


def test_rejects_that_are_not_tolerated_fail_the_job_and_say_where_they_are(stack: Stack, table: str) -> None:
    source = stack.put("sources/rejects.csv", "id,price:N\ngood,1\nnever,cheap\n")
    job = stack.ended(stack.load(table, source))
    assert (job.status, job.error) == ("FAILED", "RowsRejectedError")
    assert job.report["rejects"]["location"] in job.cause
    assert job.rows == {"read": 2, "written": 1, "rejected": 1}
    assert "never" not in stack.items(table)
