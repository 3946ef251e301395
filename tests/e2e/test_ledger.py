"""The ledger on a table that is really updated by many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from headrace.aws.ledger import DynamoLedger
from headrace.clock import SystemClock
from headrace.ledger import Outcome
from headrace.ports import Counts
from tests.e2e.stack import Stack


def test_of_many_writers_of_one_message_one_settles_it(stack: Stack) -> None:
    ledger = DynamoLedger(stack.dynamodb, stack.ledger_table, SystemClock(), retention_days=1)
    job, outcome = stack.name(), Outcome(Counts(written=3))
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: ledger.settle(job, 0, 1, outcome), range(64)))
    assert answers.count(True) == 1
    assert ledger.settled(job)[0].counts == Counts(written=3)
