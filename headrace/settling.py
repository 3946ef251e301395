"""Whether all that was sent is settled, or set aside as the job is to stop, and how long to wait before
looking again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from headrace.ledger import Ledger, Settled, UnitRecord, UnitState
from headrace.ports import Clock

MAX_PAUSE_SECONDS = 300
MAX_OWN_PAUSE_SECONDS = 15
"""Up to which the function itself waits: for 22 seconds it costs what three transitions of the state machine
do, and to start it again takes a call, too."""
CALL_SECONDS = 40
"""That one call of the function waits at most."""
QUIET_SECONDS = 60
"""How long nothing may move before the messages of a failed unit, whose number is not known, count
as settled, and before the rest of a job that is to stop is left for its resumption."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What the last look saw, carried from look to look by the state machine."""

    started: float
    moved: float
    """When something moved last."""
    mark: tuple[int, int, int]
    """Messages settled, messages set aside, and lines written; different where something moved."""


@dataclass(frozen=True, slots=True)
class Look:
    done: bool
    pause: int
    """Seconds to wait before the next look, as `pause_after` has them."""
    watch: Watch

    def to_json(self, job: str) -> dict[str, Any]:
        return {"job": job, **asdict(self)}


def look(ledger: Ledger, job: str, watch: Mapping[str, Any] | None, now: float, stall_seconds: float) -> Look:
    """Args:
    watch: `Look.watch` of the look before, as JSON; None for the first.
    stall_seconds: how long nothing may move before the rest is given up.
    """
    units, settled = ledger.units(job), ledger.settled(job)
    seen = _watched(watch, _mark(settled), now)
    idle = now - seen.moved
    if ledger.stopped(job) is not None:
        done = idle >= QUIET_SECONDS or _all_at_rest(units, settled)
    else:
        done = idle >= stall_seconds or (not unsettled(units, settled) and _quiet(units, idle))
    return Look(done, pause_after(now - seen.started), seen)


def look_on(
    ledger: Ledger, job: str, watch: Mapping[str, Any] | None, clock: Clock, stall_seconds: float
) -> Look:
    """Looks again and again, as long as pauses are short, and for `CALL_SECONDS` at most.

    Args:
        watch, stall_seconds: as for `look`.
    """
    end = clock.now() + CALL_SECONDS
    while True:
        seen = look(ledger, job, watch, clock.now(), stall_seconds)
        if seen.done or seen.pause > MAX_OWN_PAUSE_SECONDS or clock.now() + seen.pause > end:
            return seen
        clock.sleep(seen.pause)
        watch = asdict(seen.watch)


def pause_after(waited: float) -> int:
    """Seconds to wait before the next look: a tenth of the time waited so far, so that short jobs end at once
    and long ones cost next to nothing."""
    return int(min(max(waited / 10, 1), MAX_PAUSE_SECONDS))


def unsettled(units: Iterable[UnitRecord], settled: Mapping[int, Settled]) -> dict[int, int]:
    """How many messages of each finished unit are not settled, where there are any."""
    missing = {
        unit.unit: (unit.required & ~settled.get(unit.unit, Settled()).numbers).bit_count()
        for unit in units
        if unit.state is UnitState.DONE
    }
    return {unit: messages for unit, messages in missing.items() if messages}


def _watched(before: Mapping[str, Any] | None, mark: tuple[int, int, int], now: float) -> Watch:
    if before is None:
        return Watch(now, now, mark)
    moved = before["moved"] if tuple(before["mark"]) == mark else now
    return Watch(before["started"], moved, mark)


def _mark(settled: Mapping[int, Settled]) -> tuple[int, int, int]:
    every = settled.values()
    return (
        sum(one.messages for one in every),
        sum(one.parked.bit_count() for one in every),
        sum(one.in_progress for one in every),
    )


def _all_at_rest(units: Iterable[UnitRecord], settled: Mapping[int, Settled]) -> bool:
    """Every message that is known to be sent is settled or set aside. Of a unit that did not end, those
    of the page in flight may be sent or not: nobody waits for them."""
    return not any(_moving(unit, settled.get(unit.unit, Settled())) for unit in units)


def _moving(unit: UnitRecord, settled: Settled) -> int:
    """The messages that are on their way, as a bitmap."""
    return 0 if unit.state is UnitState.VOID else unit.required & ~(settled.numbers | settled.parked)


def _quiet(units: Iterable[UnitRecord], idle: float) -> bool:
    return idle >= QUIET_SECONDS or all(unit.state.is_final for unit in units)
