"""Waiting ends when all is settled, when nothing moves any more, and not before."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from headrace.ledger import Outcome, Progress, Stop, UnitRecord, UnitState
from headrace.ports import Counts
from headrace.settling import (
    CALL_SECONDS,
    MAX_OWN_PAUSE_SECONDS,
    MAX_PAUSE_SECONDS,
    QUIET_SECONDS,
    look,
    look_on,
    pause_after,
    unsettled,
)
from tests.fakes import FakeClock, MemoryLedger

STALL = 900


def ledger_with(*units: UnitRecord, settled: int = 0) -> MemoryLedger:
    ledger = MemoryLedger()
    for unit in units:
        ledger.save_unit("one", unit)
    for sequence in range(settled):
        ledger.settle("one", 0, sequence, Outcome(Counts(written=1)))
    return ledger


def at(ledger: MemoryLedger, now: float, watch: dict[str, Any] | None = None) -> dict[str, Any]:
    return look(ledger, "one", watch, now, STALL).to_json("one")


DONE = UnitRecord(0, UnitState.DONE, sent=2)
FAILED = UnitRecord(0, UnitState.FAILED, sent=2)


@pytest.mark.parametrize(("settled", "done"), [(0, False), (1, False), (2, True)])
def test_a_job_is_done_when_every_message_is_settled(settled: int, done: bool) -> None:
    assert at(ledger_with(DONE, settled=settled), 0)["done"] is done


def test_a_job_without_messages_is_done_at_once() -> None:
    assert at(ledger_with(UnitRecord(0, UnitState.DONE)), 0)["done"] is True


def test_pauses_grow_with_the_time_waited_up_to_a_limit() -> None:
    ledger, first = ledger_with(DONE), at(ledger_with(DONE), 0)
    pauses = [at(ledger, now, first["watch"])["pause"] for now in (0, 5, 50, 500, 100_000)]
    assert pauses == [1, 1, 5, 50, MAX_PAUSE_SECONDS]


def test_nothing_that_moves_for_long_ends_the_wait() -> None:
    ledger = ledger_with(DONE, settled=1)
    watch = at(ledger, 0)["watch"]
    assert at(ledger, STALL - 1, watch)["done"] is False
    assert at(ledger, STALL, watch)["done"] is True


@pytest.mark.parametrize("move", ["settled", "parked", "progress"])
def test_whatever_moves_starts_the_wait_anew(move: str) -> None:
    ledger = ledger_with(DONE)
    ledger.park("one", 0, 0)
    watch = at(ledger, 0)["watch"]
    if move == "settled":
        ledger.settle("one", 0, 0, Outcome())
    elif move == "parked":
        ledger.park("one", 0, 1)
    else:
        ledger.keep_progress("one", 0, 1, Progress(lines=1))
    moved = at(ledger, STALL, watch)
    assert moved["done"] is False
    assert moved["watch"]["moved"] == STALL
    assert moved["watch"]["started"] == 0


def test_messages_of_a_failed_unit_are_waited_for_until_it_is_quiet() -> None:
    ledger = ledger_with(FAILED)
    watch = at(ledger, 0)["watch"]
    assert at(ledger, QUIET_SECONDS - 1, watch)["done"] is False
    assert at(ledger, QUIET_SECONDS, watch)["done"] is True


def test_unsettled_messages_are_told_by_unit() -> None:
    ledger = ledger_with(DONE, UnitRecord(1, UnitState.DONE, sent=3), settled=1)
    ledger.park("one", 1, 0)
    assert unsettled(ledger.units("one"), ledger.settled("one")) == {0: 1, 1: 3}


def test_another_message_does_not_stand_for_one_that_is_not_settled() -> None:
    ledger = ledger_with(replace(DONE, sent=3, void=((1, 1),)), settled=2)
    assert unsettled(ledger.units("one"), ledger.settled("one")) == {0: 1}
    assert at(ledger, 0)["done"] is False
    ledger.settle("one", 0, 2, Outcome())
    assert at(ledger, 0)["done"] is True


@pytest.mark.parametrize("state", [UnitState.VOID, UnitState.DONE])
def test_a_void_unit_is_not_waited_for(state: UnitState) -> None:
    ledger = ledger_with(UnitRecord(0, state, sent=2), UnitRecord(1, UnitState.DONE, task="count"))
    assert at(ledger, 0)["done"] is (state is UnitState.VOID)


@pytest.mark.parametrize("state", [UnitState.DONE, UnitState.RUNNING, UnitState.FAILED])
def test_a_stopped_job_is_done_when_all_that_was_sent_is_settled_or_set_aside(state: UnitState) -> None:
    ledger = stopped(UnitRecord(0, state, sent=3, void=((0, 1),), pending=9))
    assert at(ledger, 0)["done"] is False
    ledger.settle("one", 0, 1, Outcome())
    assert at(ledger, 0)["done"] is False
    ledger.park("one", 0, 2)
    assert at(ledger, 0)["done"] is True


def test_a_stopped_job_does_not_wait_for_a_void_unit() -> None:
    assert at(stopped(UnitRecord(0, UnitState.VOID, sent=3)), 0)["done"] is True


def test_the_rest_of_a_stopped_job_is_left_as_soon_as_it_is_quiet() -> None:
    ledger = stopped(DONE)
    watch = at(ledger, 0)["watch"]
    ledger.park("one", 0, 0)
    watch = at(ledger, QUIET_SECONDS, watch)["watch"]
    assert at(ledger, 2 * QUIET_SECONDS - 1, watch)["done"] is False
    assert at(ledger, 2 * QUIET_SECONDS, watch)["done"] is True


def test_a_job_that_is_resumed_waits_again_for_what_was_set_aside() -> None:
    ledger = stopped(DONE)
    for sequence in range(DONE.sent):
        ledger.park("one", 0, sequence)
    assert at(ledger, 0)["done"] is True
    ledger.clear_stop("one")
    assert at(ledger, 0)["done"] is False


def stopped(*units: UnitRecord) -> MemoryLedger:
    ledger = ledger_with(*units)
    ledger.stop("one", Stop("JobCancelledError", "cancelled"))
    return ledger


def test_one_call_waits_until_all_is_settled() -> None:
    ledger = ledger_with(DONE, settled=1)

    class Settling(FakeClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if self.now() >= 5:
                ledger.settle("one", 0, 1, Outcome())

    clock = Settling(0)
    seen = look_on(ledger, "one", None, clock, STALL)
    assert (seen.done, clock.now()) == (True, 5)


def test_one_call_waits_no_longer_than_it_may_and_the_next_goes_on() -> None:
    ledger, clock = ledger_with(DONE, settled=1), FakeClock(0)
    seen = look_on(ledger, "one", None, clock, STALL)
    assert not seen.done
    assert CALL_SECONDS - seen.pause < clock.now() <= CALL_SECONDS
    again = look_on(ledger, "one", asdict(seen.watch), clock, STALL)
    assert (again.watch, again.pause) == (seen.watch, pause_after(clock.now()))


def test_long_pauses_are_left_to_the_state_machine() -> None:
    ledger, clock = ledger_with(DONE), FakeClock(0)
    watch = look(ledger, "one", None, 0, STALL).watch
    clock.sleep(MAX_OWN_PAUSE_SECONDS * 11)
    before = clock.now()
    seen = look_on(ledger, "one", asdict(watch), clock, STALL)
    assert (seen.pause > MAX_OWN_PAUSE_SECONDS, clock.now()) == (True, before)
