"""Ledger: what is settled is settled once, and adds up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from botocore.exceptions import EndpointConnectionError

from headrace.aws.ledger import DynamoLedger
from headrace.errors import TransientError
from headrace.ledger import (
    Delivery,
    DuplicateNote,
    JobRecord,
    JobState,
    Ledger,
    Outcome,
    Progress,
    RejectNote,
    Settled,
    Tally,
    UnitRecord,
    UnitState,
)
from headrace.ports import Counts
from tests.contract.conftest import client, real_ledger
from tests.fakes import FakeClock

JOB = JobRecord("job", "execution", 1.5)
WRITTEN = Outcome(Counts(written=3, units=2.5, throttles={"TableWrite": 2}))


def bitmap(numbers: Iterable[int]) -> int:
    return sum(1 << number for number in numbers)


def test_the_first_claim_of_a_job_stands(ledger: Ledger) -> None:
    assert ledger.claim(JOB) == JOB
    assert ledger.claim(replace(JOB, execution="another")) == JOB


def test_a_job_is_kept_as_it_was_saved_last(ledger: Ledger) -> None:
    assert ledger.job("job") is None
    ended = replace(JOB, state=JobState.ENDED, units=7, records=9, error="why")
    ledger.save_job(JOB)
    ledger.save_job(ended)
    assert ledger.job("job") == ended


def test_a_units_record_comes_back_whole(ledger: Ledger) -> None:
    notes = {"first_reject": RejectNote(3, 40, "why"), "first_duplicate": DuplicateNote(2, 5)}
    tally = Tally(9, 8, 5, 2, 1, {"type n": 1}, **notes)  # type: ignore[arg-type]
    record = UnitRecord(4, UnitState.FAILED, 100, 9, 1, 2, 3, tally, "failed")
    assert ledger.unit("job", 4) is None
    ledger.save_unit("job", record)
    assert ledger.unit("job", 4) == record


def test_a_unit_that_is_done_stays_done(ledger: Ledger) -> None:
    done = UnitRecord(4, UnitState.DONE, sent=3)
    ledger.save_unit("job", replace(done, state=UnitState.RUNNING))
    ledger.save_unit("job", done)
    ledger.save_unit("job", UnitRecord(4, UnitState.FAILED, error="too late"))
    assert ledger.units("job") == [done]


def test_many_units_come_back_in_order_and_of_their_job_alone(ledger: Ledger) -> None:
    records = [UnitRecord(number, error="x" * 1000) for number in range(1000)]
    for record in reversed(records):
        ledger.save_unit("job", record)
    ledger.save_unit("jobs", UnitRecord(1))
    assert ledger.units("job") == records


def test_a_message_is_settled_once(ledger: Ledger) -> None:
    assert ledger.settle("job", 0, 5, WRITTEN) is True
    assert ledger.settle("job", 0, 5, WRITTEN) is False
    assert ledger.settled("job") == {0: Settled(1 << 5, 0, WRITTEN.counts)}
    assert ledger.delivery("job", 0, 5) == Delivery(settled=True)
    assert ledger.delivery("job", 0, 6) == Delivery()


def test_however_often_a_message_is_settled_it_counts_once(ledger: Ledger) -> None:
    answers = [ledger.settle("job", 0, sequence, WRITTEN) for sequence in (1, 2, 1, 1, 2)]
    assert answers == [True, True, False, False, False]
    assert ledger.settled("job")[0].counts.written == 6


def test_messages_of_many_groups_and_units_add_up(ledger: Ledger) -> None:
    sequences = (0, 1, 255, 256, 70_000)
    for sequence in sequences:
        ledger.settle("job", 0, sequence, WRITTEN)
    ledger.settle("job", 12, 0, Outcome(Counts(rejected=2, failed=1), ("part",), "refused"))
    ledger.settle("job", 12, 1, Outcome(Counts(skipped=4), ("other",), "later"))
    found = ledger.settled("job")
    numbers, counts = bitmap(sequences), Counts(written=15, units=12.5, throttles={"TableWrite": 10})
    assert found[0] == Settled(numbers, counts=counts)
    assert found[0].messages == 5
    assert found[12].counts == Counts(rejected=2, failed=1, skipped=4)
    assert sorted(found[12].parts) == ["other", "part"]
    assert found[12].reason == "refused"


def test_progress_and_the_last_failure_are_kept_until_the_message_is_settled(ledger: Ledger) -> None:
    progress = Progress(2, Outcome(Counts(written=50, rejected=1), ("part",), "why"))
    ledger.note_failure("job", 0, 3, "busy")
    ledger.keep_progress("job", 0, 3, progress)
    assert ledger.delivery("job", 0, 3) == Delivery(progress=progress, reason="busy")
    assert ledger.settled("job")[0].in_progress == 2
    ledger.settle("job", 0, 3, WRITTEN)
    assert ledger.settled("job")[0].in_progress == 0


def test_progress_that_comes_after_the_settling_does_not_count(ledger: Ledger) -> None:
    ledger.settle("job", 0, 3, WRITTEN)
    ledger.keep_progress("job", 0, 3, Progress(1))
    assert ledger.delivery("job", 0, 3) == Delivery(settled=True)
    assert ledger.settled("job")[0] == Settled(1 << 3, 0, WRITTEN.counts)


def test_a_job_without_records_is_empty(ledger: Ledger) -> None:
    assert ledger.units("job") == []
    assert ledger.settled("job") == {}


@pytest.mark.usefixtures("aws")
def test_a_ledger_that_does_not_answer_is_trouble_that_may_pass() -> None:
    gone = DynamoLedger(client("dynamodb"), "gone", FakeClock(), 30)
    for call in (
        lambda: gone.claim(JOB),
        lambda: gone.job("job"),
        lambda: gone.save_job(JOB),
        lambda: gone.units("job"),
        lambda: gone.settled("job"),
        lambda: gone.settle("job", 0, 0, WRITTEN),
        lambda: gone.note_failure("job", 0, 0, "why"),
    ):
        with pytest.raises(TransientError):
            call()


@pytest.mark.usefixtures("aws")
def test_a_ledger_that_cannot_be_reached_is_trouble_that_may_pass() -> None:
    nowhere = client("dynamodb")
    nowhere.meta.events.register("before-send.dynamodb", _no_network)
    lost = DynamoLedger(nowhere, "ledger", FakeClock(), 30)
    for call in (lambda: lost.claim(JOB), lambda: lost.settle("job", 0, 0, WRITTEN), lambda: lost.job("job")):
        with pytest.raises(TransientError):
            call()


def _no_network(**_: object) -> None:
    raise EndpointConnectionError(endpoint_url="https://dynamodb")


@pytest.mark.usefixtures("aws")
def test_records_expire() -> None:
    dynamodb = client("dynamodb")
    real = real_ledger(dynamodb)
    real.save_job(JOB)
    real.settle("job", 0, 0, WRITTEN)
    items = dynamodb.scan(TableName="ledger")["Items"]
    assert {item["expires"]["N"] for item in items} == {str(1_700_000_000 + 30 * 86_400)}
