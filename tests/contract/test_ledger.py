"""Ledger: what is settled is settled once, and adds up."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from headrace.aws.ledger import DynamoLedger
from headrace.errors import TransientError, TurnLostError
from headrace.ledger import (
    Delivery,
    DuplicateNote,
    JobRecord,
    JobState,
    Ledger,
    Outcome,
    Part,
    Progress,
    RejectNote,
    Settled,
    Stop,
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
    ended = replace(
        JOB, state=JobState.ENDED, units=7, records=9, error="why", resumed=2, planned={"items": 5}
    )
    ledger.save_job(JOB)
    ledger.save_job(ended)
    assert ledger.job("job") == ended


def test_who_had_a_job_before_it_was_resumed_saves_nothing_over_it(ledger: Ledger) -> None:
    resumed = replace(JOB, execution="another", resumed=1)
    ledger.claim(JOB)
    ledger.save_job(resumed)
    with pytest.raises(TurnLostError, match="was resumed"):
        ledger.save_job(replace(JOB, units=3))
    ledger.save_job(replace(resumed, units=2))
    assert ledger.job("job") == replace(resumed, units=2)


def test_a_units_record_comes_back_whole(ledger: Ledger) -> None:
    notes = {"first_reject": RejectNote(3, 40, "why"), "first_duplicate": DuplicateNote(2, 5)}
    reads = {"delivered": 3, "user_messages": 2, "scanned": 40, "read_units": 2.5, "read_throttles": {"r": 1}}
    tally = Tally(9, 8, 5, 2, 1, {"type n": 1}, **notes, **reads)  # type: ignore[arg-type]
    parts = (Part("data/1", 5, 99, '"etag"', "md5="), Part("data/2", 0, 9, "", ""))
    record = UnitRecord(
        4, UnitState.FAILED, 100, 9, 1, 2, 3, tally, "failed", "count", '{"id":{"S":"é"}}', 7, "mark", 5,
        ((0, 2), (5, 1)), parts, 6,
    )  # fmt: skip
    assert ledger.unit("job", 4) is None
    ledger.save_unit("job", record)
    assert ledger.unit("job", 4) == record


def test_each_worker_of_a_unit_has_a_turn_of_its_own_and_goes_on_where_it_stood(ledger: Ledger) -> None:
    fresh = UnitRecord(4, offset=10)
    assert ledger.take_unit("job", fresh) == replace(fresh, turn=1)
    stood = UnitRecord(4, UnitState.FAILED, offset=30, sent=2, error="why", turn=1)
    ledger.save_unit("job", stood)
    assert ledger.take_unit("job", fresh) == replace(stood, turn=2)
    assert ledger.unit("job", 4) == replace(stood, turn=2)


def test_a_worker_that_was_given_up_saves_nothing_over_a_later_one(ledger: Ledger) -> None:
    late = ledger.take_unit("job", UnitRecord(4))
    now = replace(ledger.take_unit("job", UnitRecord(4)), offset=50)
    ledger.save_unit("job", now)
    for state in UnitState:
        with pytest.raises(TurnLostError, match="unit 4"):
            ledger.save_unit("job", replace(late, state=state, offset=20))
    assert ledger.unit("job", 4) == now
    ledger.save_unit("job", replace(now, state=UnitState.DONE))
    with pytest.raises(TurnLostError, match="unit 4"):
        ledger.save_unit("job", replace(late, offset=20))
    assert ledger.unit("job", 4) == replace(now, state=UnitState.DONE)


@pytest.mark.parametrize("state", [UnitState.DONE, UnitState.VOID])
def test_nobody_takes_a_unit_that_is_done_or_void(ledger: Ledger, state: UnitState) -> None:
    final = UnitRecord(4, state, sent=3, turn=5)
    ledger.save_unit("job", final)
    assert ledger.take_unit("job", UnitRecord(4)) == final
    assert ledger.unit("job", 4) == final


def test_a_unit_whose_work_another_does_again_is_void_for_good(ledger: Ledger) -> None:
    done = replace(ledger.take_unit("job", UnitRecord(4)), state=UnitState.DONE, sent=3)
    void = replace(done, state=UnitState.VOID)
    ledger.save_unit("job", done)
    ledger.save_unit("job", void)
    ledger.save_unit("job", void)
    for state in (UnitState.RUNNING, UnitState.FAILED, UnitState.DONE):
        with pytest.raises(TurnLostError):
            ledger.save_unit("job", replace(done, state=state))
    assert ledger.unit("job", 4) == void


@pytest.mark.parametrize("state", UnitState)
def test_a_unit_that_is_done_or_failed_can_begin_again_and_no_other(ledger: Ledger, state: UnitState) -> None:
    ended = UnitRecord(4, state, offset=30, sent=3, turn=5)
    ledger.save_unit("job", ended)
    ledger.reopen_unit("job", UnitRecord(4, turn=4))
    assert ledger.unit("job", 4) == ended
    ledger.reopen_unit("job", UnitRecord(4, turn=5))
    begun = UnitRecord(4, turn=5) if state in (UnitState.DONE, UnitState.FAILED) else ended
    assert ledger.unit("job", 4) == begun
    ledger.reopen_unit("job", UnitRecord(7))
    assert ledger.unit("job", 7) is None


@pytest.mark.usefixtures("aws")
def test_what_a_worker_saves_while_another_takes_its_unit_is_not_lost() -> None:
    dynamodb = client("dynamodb")
    ledger, others = real_ledger(dynamodb), DynamoLedger(client("dynamodb"), "ledger", FakeClock(), 30)
    taken = others.take_unit("job", UnitRecord(4))
    saves = [replace(taken, offset=offset) for offset in (1, 2, 3)]

    def interfere(**_: object) -> None:
        if saves:
            others.save_unit("job", saves.pop(0))

    dynamodb.meta.events.register("before-call.dynamodb.PutItem", interfere)
    assert ledger.take_unit("job", UnitRecord(4)) == UnitRecord(4, offset=3, turn=2)


@pytest.mark.usefixtures("aws")
def test_a_unit_that_two_take_for_the_first_time_is_taken_twice() -> None:
    dynamodb = client("dynamodb")
    ledger, other = real_ledger(dynamodb), DynamoLedger(client("dynamodb"), "ledger", FakeClock(), 30)
    takes = iter([other])

    def interfere(**_: object) -> None:
        for one in takes:
            one.take_unit("job", UnitRecord(4))

    dynamodb.meta.events.register("before-call.dynamodb.PutItem", interfere)
    assert ledger.take_unit("job", UnitRecord(4)).turn == 2


def test_the_first_reason_to_stop_stays_until_it_is_cleared(ledger: Ledger) -> None:
    first, second = Stop("JobCancelledError", "cancelled"), Stop("TableNotFoundError", "gone")
    assert ledger.stopped("job") is None
    ledger.stop("job", first)
    ledger.stop("job", second)
    assert (ledger.stopped("job"), ledger.stopped("jobs")) == (first, None)
    ledger.clear_stop("job")
    assert ledger.stopped("job") is None
    ledger.clear_stop("job")
    ledger.stop("job", second)
    assert ledger.stopped("job") == second


def test_whoever_receives_a_message_learns_that_its_job_is_to_stop(ledger: Ledger) -> None:
    ledger.settle("job", 0, 5, WRITTEN)
    ledger.keep_progress("job", 0, 6, Progress(2))
    ledger.stop("job", Stop("JobCancelledError", "cancelled"))
    assert ledger.delivery("job", 0, 5) == Delivery(settled=True, stopped=True)
    assert ledger.delivery("job", 0, 6) == Delivery(stopped=True, progress=Progress(2))
    assert ledger.delivery("job", 9, 0) == Delivery(stopped=True)
    assert ledger.delivery("jobs", 9, 0) == Delivery()
    ledger.clear_stop("job")
    assert ledger.delivery("job", 9, 0) == Delivery()


def test_a_message_is_set_aside_until_it_is_settled(ledger: Ledger) -> None:
    ledger.keep_progress("job", 0, 300, Progress(2))
    for sequence in (0, 0, 300, 301):
        ledger.park("job", 0, sequence)
    assert ledger.settled("job") == {0: Settled(in_progress=2, parked=bitmap((0, 300, 301)))}
    assert ledger.delivery("job", 0, 300) == Delivery(progress=Progress(2))
    assert ledger.settle("job", 0, 300, WRITTEN) is True
    ledger.park("job", 0, 300)
    found = ledger.settled("job")[0]
    assert (found.numbers, found.parked) == (bitmap((300,)), bitmap((0, 301)))


def test_a_unit_that_is_done_stays_done(ledger: Ledger) -> None:
    done = UnitRecord(4, UnitState.DONE, sent=3)
    ledger.save_unit("job", replace(done, state=UnitState.RUNNING))
    ledger.save_unit("job", done)
    ledger.save_unit("job", UnitRecord(4, UnitState.FAILED, error="too late"))
    assert ledger.units("job") == [done]


def test_many_units_come_back_in_order_and_of_their_job_alone(ledger: Ledger) -> None:
    """More than a page of DynamoDB's holds, which is 1 MB."""
    records = [UnitRecord(number, error="x" * 15_000) for number in range(100)]
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


def test_units_of_any_number_are_kept_in_order(ledger: Ledger) -> None:
    numbers = [0, 999_999, 1_000_000, 1_000_001, 2_000_000]
    for number in reversed(numbers):
        ledger.save_unit("job", UnitRecord(number))
        ledger.settle("job", number, 1, WRITTEN)
    assert [record.unit for record in ledger.units("job")] == numbers
    assert sorted(ledger.settled("job")) == numbers


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
        lambda: gone.delivery("job", 0, 0),
        lambda: gone.park("job", 0, 0),
        lambda: gone.take_unit("job", UnitRecord(0)),
        lambda: gone.save_unit("job", UnitRecord(0)),
        lambda: gone.stop("job", Stop("error", "cause")),
        lambda: gone.stopped("job"),
        lambda: gone.clear_stop("job"),
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
def test_a_ledger_that_answers_in_part_does_not_pass_for_one_that_knows_nothing() -> None:
    dynamodb = client("dynamodb")
    busy = real_ledger(dynamodb)
    busy.settle("job", 0, 0, WRITTEN)
    dynamodb.meta.events.register("after-call.dynamodb.BatchGetItem", _answer_nothing)
    with pytest.raises(TransientError, match="busy"):
        busy.delivery("job", 0, 0)


def _answer_nothing(parsed: dict[str, Any], **_: object) -> None:
    parsed |= {"Responses": {}, "UnprocessedKeys": {"ledger": {"Keys": [{}]}}}


@pytest.mark.usefixtures("aws")
def test_records_of_the_version_before_are_read_and_go_on() -> None:
    dynamodb = client("dynamodb")
    ledger = real_ledger(dynamodb)
    for record, attributes in FORMER.items():
        dynamodb.put_item(
            TableName="ledger", Item={"job": {"S": "old"}, "record": {"S": record}} | attributes
        )
    assert ledger.job("old") == JobRecord("old", "arn", 1.5, JobState.RUNNING, 2, 9)
    note = RejectNote(3, 40, "why")
    former = UnitRecord(0, UnitState.RUNNING, 100, 9, 1, 2, 3, Tally(9, 8, 7, 0, 1, {"a": 1}, note))
    assert ledger.unit("old", 0) == former
    ledger.save_unit("old", replace(former, row=10))
    assert ledger.take_unit("old", UnitRecord(0)) == replace(former, row=10, turn=1)
    assert ledger.take_unit("old", UnitRecord(1)).turn == 1
    assert ledger.settled("old") == {0: Settled(bitmap((0, 2)), 1, Counts(written=6, units=5))}
    assert ledger.settle("old", 0, 2, WRITTEN) is False
    assert ledger.settle("old", 0, 3, WRITTEN) is True


FORMER_TALLY = {
    "records": 9, "rows": 8, "requests": 7, "superseded": 0, "rejected": 1, "reasons": {"a": 1},
    "first_reject": {"row": 3, "offset": 40, "reason": "why"}, "first_duplicate": None,
}  # fmt: skip
FORMER_UNIT = {
    "unit": 0, "state": "running", "offset": 100, "row": 9, "window": 1, "first_message": 2, "sent": 3,
    "tally": FORMER_TALLY, "error": None,
}  # fmt: skip
FORMER_JOB = {
    "job": "old", "execution": "arn", "started": 1.5, "state": "running", "units": 2, "records": 9,
    "error": None,
}  # fmt: skip
FORMER_PROGRESS = {"lines": 1, "outcome": {"counts": {"written": 1}, "parts": [], "reason": None}}
FORMER: dict[str, dict[str, Any]] = {
    "job": {"data": {"S": json.dumps(FORMER_JOB)}},
    "unit#000000": {"data": {"S": json.dumps(FORMER_UNIT)}, "state": {"S": "running"}},
    "unit#000001": {"data": {"S": json.dumps(FORMER_UNIT | {"unit": 1})}, "state": {"S": "running"}},
    "settled#000000#000000": {
        "settled": {"NS": ["0", "2"]}, "messages": {"N": "2"}, "written": {"N": "6"}, "skipped": {"N": "0"},
        "rejected": {"N": "0"}, "failed": {"N": "0"}, "units": {"N": "5.0"},
        "progress:1": {"S": json.dumps(FORMER_PROGRESS)},
    },
}  # fmt: skip
"""As the version before this one wrote them: without turns, and with less in each record."""


@pytest.mark.usefixtures("aws")
def test_records_expire() -> None:
    dynamodb = client("dynamodb")
    real = real_ledger(dynamodb)
    real.save_job(JOB)
    real.stop("job", Stop("error", "cause"))
    real.take_unit("job", UnitRecord(0))
    real.park("job", 1, 0)
    real.settle("job", 0, 0, WRITTEN)
    items = dynamodb.scan(TableName="ledger")["Items"]
    assert len(items) == 5
    assert {item["expires"]["N"] for item in items} == {str(1_700_000_000 + 30 * 86_400)}
