"""What the ledger of this machine promises beside what every ledger does, of which the contract tells."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from headrace.errors import TransientError
from headrace.here.ledger import SqliteLedger
from headrace.ledger import JobRecord, Outcome, Stop
from headrace.ports import Counts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[SqliteLedger]:
    made = SqliteLedger(path)
    yield made
    made.close()


@pytest.fixture
def another(path: Path, ledger: SqliteLedger) -> Iterator[SqliteLedger]:  # noqa: ARG001 - the first makes it
    """Of another process: a connection of its own to the same file."""
    made = SqliteLedger(path)
    yield made
    made.close()


def test_jobs_are_listed_the_latest_first_and_nothing_else(ledger: SqliteLedger) -> None:
    early, late = JobRecord("early", "arn", 1.0), JobRecord("late", "arn", 2.0)
    for record in (early, late, JobRecord("early/resumption/1", "arn", 3.0)):
        ledger.claim(record)
    ledger.stop("early", Stop("JobCancelledError", "cancelled"))
    assert ledger.jobs() == [late, early]


def test_a_job_is_forgotten_with_its_resumptions_and_no_other_with_it(ledger: SqliteLedger) -> None:
    kept = [JobRecord(name, "arn", 1.0) for name in ("my-job", "my-job/resumption/1", "my_job2", "my_jo")]
    for record in (*kept, *(JobRecord(name, "arn", 1.0) for name in ("my_job", "my_job/resumption/1"))):
        ledger.claim(record)
    ledger.settle("my_job", 0, 0, Outcome(Counts(written=1)))
    ledger.forget("my_job")
    assert [ledger.job(record.job) for record in kept] == kept
    assert (ledger.job("my_job"), ledger.job("my_job/resumption/1"), ledger.settled("my_job")) == (
        None,
        None,
        {},
    )


def test_there_are_no_jobs_in_a_ledger_that_is_new(ledger: SqliteLedger) -> None:
    assert ledger.jobs() == []


def test_two_connections_see_at_once_what_either_keeps(ledger: SqliteLedger, another: SqliteLedger) -> None:
    ledger.claim(JobRecord("one", "first", 1.0))
    assert another.claim(JobRecord("one", "second", 2.0)).execution == "first"
    another.stop("one", Stop("JobCancelledError", "cancelled"))
    stopped = ledger.stopped("one")
    assert stopped is not None
    assert stopped.cause == "cancelled"


def test_a_message_is_settled_once_whoever_tries(ledger: SqliteLedger, another: SqliteLedger) -> None:
    outcome = Outcome(Counts(written=1))
    with ThreadPoolExecutor(4) as pool:
        tries = [pool.submit(one.settle, "one", 0, 0, outcome) for one in (ledger, another) * 10]
    assert sum(attempt.result() for attempt in tries) == 1
    assert ledger.settled("one")[0].counts.written == 1


def test_what_was_kept_is_there_when_it_is_opened_again(path: Path, ledger: SqliteLedger) -> None:
    ledger.settle("one", 0, 5, Outcome(Counts(written=7)))
    ledger.close()
    again = SqliteLedger(path)
    found = again.settled("one")[0]
    again.close()
    assert (found.numbers, found.counts.written) == (1 << 5, 7)


def test_a_file_that_is_no_ledger_is_told(ledger: SqliteLedger) -> None:
    ledger._database.execute("DROP TABLE records")
    with pytest.raises(TransientError, match="the ledger on this machine: no such table"):
        ledger.job("one")
