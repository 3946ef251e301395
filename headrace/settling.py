"""Whether all that was sent is settled, and how long to wait before looking again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from headrace.ledger import Ledger, Settled, UnitRecord, UnitState

MAX_PAUSE_SECONDS = 300
QUIET_SECONDS = 60
"""How long nothing may move before the messages of a failed unit, whose number is not known, count
as settled."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What the last look saw, carried from look to look by the state machine."""

    started: float
    moved: float
    """When something moved last."""
    mark: tuple[int, int]
    """Messages settled and lines written; different where something moved."""


@dataclass(frozen=True, slots=True)
class Look:
    done: bool
    pause: int
    """Seconds to wait before the next look: a tenth of the time waited so far, so that short jobs
    end at once and long ones cost next to nothing."""
    watch: Watch

    def to_json(self, job: str) -> dict[str, Any]:
        return {"job": job, **asdict(self)}


def look(ledger: Ledger, job: str, watch: Mapping[str, Any] | None, now: float, stall_seconds: float) -> Look:
    """Args:
    watch: `Look.watch` of the look before, as JSON; None for the first.
    stall_seconds: how long nothing may move before the rest is given up.
    """
    units, settled = ledger.units(job), ledger.settled(job)
    mark = (sum(s.messages for s in settled.values()), sum(s.in_progress for s in settled.values()))
    if watch is None:
        seen = Watch(now, now, mark)
    elif tuple(watch["mark"]) != mark:
        seen = Watch(watch["started"], now, mark)
    else:
        seen = Watch(watch["started"], watch["moved"], mark)
    idle = now - seen.moved
    done = idle >= stall_seconds or (_all_settled(units, settled) and _quiet(units, idle))
    pause = int(min(max((now - seen.started) / 10, 1), MAX_PAUSE_SECONDS))
    return Look(done, pause, seen)


def unsettled(units: list[UnitRecord], settled: Mapping[int, Settled]) -> dict[int, int]:
    """How many messages of each finished unit are not settled, where there are any."""
    missing = {
        unit.unit: unit.sent - settled.get(unit.unit, Settled()).messages
        for unit in units
        if unit.state is UnitState.DONE
    }
    return {unit: messages for unit, messages in missing.items() if messages > 0}


def _all_settled(units: list[UnitRecord], settled: Mapping[int, Settled]) -> bool:
    return not unsettled(units, settled)


def _quiet(units: list[UnitRecord], idle: float) -> bool:
    return idle >= QUIET_SECONDS or all(unit.state is UnitState.DONE for unit in units)
