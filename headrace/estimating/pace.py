"""How long a job would take: as long as the slowest of all that takes time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from headrace.estimating.durations import reading_seconds, write_calls
from headrace.estimating.measured import MEASURED
from headrace.estimating.volume import Volume
from headrace.job.model import Operation


@dataclass(frozen=True, slots=True)
class Speed:
    """`units_at_once`: work units. `writers`: batches at once. `write_rates`: write units a second by index,
    "" for the table itself; what is not there is not known to be limited. `read_rate`: read units a second;
    None: likewise."""

    units_at_once: int
    writers: int
    write_rates: Mapping[str, int] = field(default_factory=dict)
    read_rate: int | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """What takes how many seconds."""

    what: str
    seconds: float


def bounds(volume: Volume, speed: Speed) -> list[Bound]:
    """The slowest first; that is how long the job takes, as all of them go on at the same time."""
    return sorted(_bounds(volume, speed), key=lambda one: -one.seconds)


def _bounds(volume: Volume, speed: Speed) -> Iterator[Bound]:
    at_once = max(1, min(volume.units, speed.units_at_once))
    if volume.read_bytes:
        passes = 2 if volume.operation is Operation.TRUNCATE else 1
        told = f"reading the table, {at_once} segments at once"
        yield Bound(told, passes * volume.pages * MEASURED.assumed.page_ms / 1000 / at_once)
    else:
        yield Bound(f"reading the text, {at_once} units at once", reading_seconds(volume) / at_once)
    if speed.read_rate and volume.read_units:
        yield Bound(f"{speed.read_rate:,} read units a second", volume.read_units / speed.read_rate)
    if calls := write_calls(volume):
        yield Bound(
            f"writing, {speed.writers} batches at once",
            calls * MEASURED.assumed.write_ms / 1000 / speed.writers,
        )
    for index, units in volume.write_units.items():
        if rate := speed.write_rates.get(index):
            of = f"index {index}" if index else "the table"
            yield Bound(f"{rate:,} write units a second of {of}", units / rate)
