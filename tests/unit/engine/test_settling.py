"""Waiting ends when all is settled, when nothing moves any more, and not before."""

from __future__ import annotations

from typing import Any

import pytest

from headrace.ledger import Outcome, Progress, UnitRecord, UnitState
from headrace.ports import Counts
from headrace.settling import MAX_PAUSE_SECONDS, QUIET_SECONDS, look, unsettled
from tests.fakes import MemoryLedger

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


@pytest.mark.parametrize("move", ["settled", "progress"])
def test_whatever_moves_starts_the_wait_anew(move: str) -> None:
    ledger = ledger_with(DONE)
    watch = at(ledger, 0)["watch"]
    if move == "settled":
        ledger.settle("one", 0, 0, Outcome())
    else:
        ledger.keep_progress("one", 0, 0, Progress(lines=1))
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
    assert unsettled(ledger.units("one"), ledger.settled("one")) == {0: 1, 1: 3}
