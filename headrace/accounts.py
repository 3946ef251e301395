"""Adds up what the ledger knows of a job: its units and what became of their messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from headrace.job.model import Operation
from headrace.ledger import Settled, Tally, UnitRecord, UnitState, add_counts, add_tallies
from headrace.plan import Task
from headrace.ports import Counts

_NOTHING = Settled()


@dataclass(frozen=True, slots=True)
class Accounts:
    """Void units count for nothing but for what they consumed, and what they deleted where only what is
    there is deleted: the units that do their work again do not find it any more.

    `moving` and `counting` are the units that are not void, by what they do; `tally` is of those that
    move, `counts` and `settled`, by unit, also of deletions by void ones. `void`: how many units are
    void. `consumed` and `read_units` are of all units.
    """

    moving: Sequence[UnitRecord]
    counting: Sequence[UnitRecord]
    settled: Mapping[int, Settled]
    void: int
    tally: Tally
    counts: Counts
    counted: Tally
    consumed: Counts
    read_units: float

    @property
    def units(self) -> Sequence[UnitRecord]:
        return (*self.counting, *self.moving)

    def settled_of(self, unit: UnitRecord) -> Settled:
        return self.settled.get(unit.unit, _NOTHING)

    def units_in(self, state: UnitState) -> int:
        return sum(unit.state is state for unit in self.units)

    def unsettled_rows(self, unit: UnitRecord) -> int:
        """Rows that the unit has queued and that no writer has accounted for."""
        return max(unit.tally.requests - self.settled_of(unit).counts.requests, 0)

    def unsettled_messages(self, unit: UnitRecord) -> int:
        return (unit.required & ~self.settled_of(unit).numbers).bit_count()

    def queued_rows(self) -> int:
        """Rows known to be queued. Of a unit that did not end, those are at least the settled ones."""
        queued = {unit.unit: unit.tally.requests for unit in self.moving}
        return sum(
            max(queued.get(number, 0), self.settled.get(number, _NOTHING).counts.requests)
            for number in {*queued, *self.settled}
        )

    def sent(self) -> int:
        """Messages to the write queue that have to be settled."""
        return sum(unit.required.bit_count() for unit in self.moving)

    def settled_messages(self) -> int:
        return sum((unit.required & self.settled_of(unit).numbers).bit_count() for unit in self.moving)

    def rows(self, requests: int) -> dict[str, int]:
        """Rows by what became of them.

        Args:
            requests: rows that were queued, or, of a job that was stopped, those that are settled."""
        tally, counts = self.tally, self.counts
        return {
            "read": requests + tally.superseded + tally.rejected + tally.delivered,
            "written": counts.written + tally.delivered,
            "superseded": tally.superseded,
            "skipped": counts.skipped,
            "rejected": tally.rejected + counts.rejected + counts.failed,
        }


def add_up(units: Iterable[UnitRecord], settled: Mapping[int, Settled], operation: Operation) -> Accounts:
    every = list(units)
    live = [unit for unit in every if unit.state is not UnitState.VOID]
    void = [unit for unit in every if unit.state is UnitState.VOID]
    moving = [unit for unit in live if not Task(unit.task).counts]
    counting = [unit for unit in live if Task(unit.task).counts]
    ignored = {unit.unit for unit in void if not _empties(unit, operation)}
    known = {number: one for number, one in settled.items() if number not in ignored}
    return Accounts(
        moving=moving,
        counting=counting,
        settled=known,
        void=len(void),
        tally=_tally(moving),
        counts=_counts(known.values()),
        counted=_tally(counting),
        consumed=_counts(settled.values()),
        read_units=sum(unit.tally.read_units for unit in every),
    )


def _empties(unit: UnitRecord, operation: Operation) -> bool:
    """It deletes what it reads."""
    return operation is Operation.TRUNCATE or unit.task == Task.PRUNE


def _tally(units: Iterable[UnitRecord]) -> Tally:
    return reduce(add_tallies, (unit.tally for unit in units), Tally())


def _counts(settled: Iterable[Settled]) -> Counts:
    return reduce(add_counts, (one.counts for one in settled), Counts())
