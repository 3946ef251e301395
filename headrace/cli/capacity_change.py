"""What a change of capacity comes to, before it is made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headrace.prices import Prices

if TYPE_CHECKING:
    from headrace import Capacity, TableSummary


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be changed; None: as it is. `index`: of which; None: of the table."""

    read: int | None
    write: int | None
    index: str | None
    mode: str | None
    warm_read: int | None
    warm_write: int | None

    @property
    def is_of_units(self) -> bool:
        return (self.read, self.write, self.mode) != (None, None, None)

    @property
    def warms(self) -> bool:
        return (self.warm_read, self.warm_write) != (None, None)


def changed(now: TableSummary, change: Change) -> TableSummary:
    """What there will be, as far as it costs by the hour."""
    mode = change.mode or now.billing_mode
    return replace(
        now, billing_mode=mode, capacities=tuple(_after(one, change, mode) for one in now.capacities)
    )


def _after(one: Capacity, change: Change, mode: str) -> Capacity:
    if mode == "PAY_PER_REQUEST":
        return replace(one, read=None, write=None)
    is_meant = one.index == change.index
    read, write = (change.read, change.write) if is_meant else (None, None)
    if change.mode and one.read is None:
        read, write = change.read, change.write
    return replace(one, read=read or one.read, write=write or one.write)


def hourly(found: TableSummary, prices: Prices) -> float:
    """Of all that is provisioned. What is on demand costs nothing until it is used."""
    return sum(prices.hourly(one.read or 0, one.write or 0) for one in found.capacities)
