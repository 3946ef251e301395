"""A failure is noted where it happened, and stays noted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headrace.errors import TableNotFoundError, TurnLostError
from headrace.failures import note_unit_failure, refusal
from headrace.ledger import UnitRecord, UnitState
from headrace.plan import Segment, Task, Unit
from tests.fakes import MemoryLedger

UNIT = Unit(3, 100, 200, 7, None)
ERROR = refusal(TableNotFoundError("target: there is no table"))
TEXT = "TableNotFoundError: target: there is no table"


def test_a_unit_that_never_began_is_noted_at_its_start() -> None:
    ledger = MemoryLedger()
    noted = note_unit_failure(ledger, "one", UNIT, ERROR)
    assert noted == UnitRecord(3, UnitState.FAILED, offset=100, row=7, error=TEXT, turn=1)
    assert ledger.unit("one", 3) == noted


def test_a_segment_is_noted_with_its_task() -> None:
    noted = note_unit_failure(MemoryLedger(), "one", Segment(3, 0, 8, Task.PRUNE), ERROR)
    assert noted == UnitRecord(3, UnitState.FAILED, error=TEXT, task="prune", turn=1)


def test_where_a_unit_stood_stays_in_its_record() -> None:
    ledger = MemoryLedger()
    stood = replace(ledger.take_unit("one", UnitRecord(3)), offset=150, sent=4, mark="mark", pending=2)
    ledger.save_unit("one", stood)
    noted = note_unit_failure(ledger, "one", UNIT, ERROR)
    assert noted == replace(stood, state=UnitState.FAILED, error=TEXT, turn=2)


def test_a_worker_that_goes_on_all_the_same_does_not_save_over_the_note() -> None:
    ledger = MemoryLedger()
    late = ledger.take_unit("one", UnitRecord(3))
    noted = note_unit_failure(ledger, "one", UNIT, ERROR)
    with pytest.raises(TurnLostError):
        ledger.save_unit("one", replace(late, offset=180))
    assert ledger.unit("one", 3) == noted


@pytest.mark.parametrize("state", [UnitState.DONE, UnitState.VOID])
def test_a_unit_that_is_done_or_void_cannot_fail_any_more(state: UnitState) -> None:
    ledger = MemoryLedger()
    final = UnitRecord(3, state, sent=4)
    ledger.save_unit("one", final)
    assert note_unit_failure(ledger, "one", UNIT, ERROR) == final
    assert ledger.unit("one", 3) == final
