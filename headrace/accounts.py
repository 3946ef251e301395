"""Adds up what the ledger knows of a job: its units and what became of their messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from headrace.ledger import Settled, Tally, UnitRecord, UnitState, add_counts, add_tallies
from headrace.plan import Task
from headrace.ports import Counts

_NOTHING = Settled()


@dataclass(frozen=True, slots=True)
class Accounts:
    """Void units count for nothing but for what they consumed.

    `moving` and `counting` are the units that are not void, by what they do; `tally` and `counts` are
    of those that move. `settled`: by unit. `void`: how many units are void. `consumed` and
    `read_units` are of all units.
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


def add_up(units: Iterable[UnitRecord], settled: Mapping[int, Settled]) -> Accounts:
    every = list(units)
    live = [unit for unit in every if unit.state is not UnitState.VOID]
    void = {unit.unit for unit in every} - {unit.unit for unit in live}
    moving = [unit for unit in live if not Task(unit.task).counts]
    counting = [unit for unit in live if Task(unit.task).counts]
    known = {number: one for number, one in settled.items() if number not in void}
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


def _tally(units: Iterable[UnitRecord]) -> Tally:
    return reduce(add_tallies, (unit.tally for unit in units), Tally())


def _counts(settled: Iterable[Settled]) -> Counts:
    return reduce(add_counts, (one.counts for one in settled), Counts())
