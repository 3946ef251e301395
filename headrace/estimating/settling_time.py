"""How often settle is called until all messages of a job are settled."""

from __future__ import annotations

from headrace.estimating.measured import MEASURED
from headrace.estimating.volume import Volume
from headrace.settling import CALL_SECONDS, MAX_OWN_PAUSE_SECONDS, pause_after


def settling_seconds(volume: Volume) -> float:
    """At the rate that a table is assumed to take; the loaders are done before."""
    return max(volume.write_units.values(), default=0.0) / MEASURED.assumed.write_units_per_second


def settling_calls(volume: Volume) -> int:
    """At least one. It waits itself as long as pauses are short, and else the state machine waits."""
    left, waited, calls, within = settling_seconds(volume), 0.0, 1, 0.0
    while waited < left:
        pause = pause_after(waited)
        waited, within = waited + pause, within + pause
        if pause > MAX_OWN_PAUSE_SECONDS or within > CALL_SECONDS:
            calls, within = calls + 1, 0.0
    return calls


def waited_seconds(volume: Volume) -> float:
    """Of a settle function that waits, in all."""
    left, waited, own = settling_seconds(volume), 0.0, 0.0
    while waited < left:
        pause = pause_after(waited)
        waited += pause
        own += pause if pause <= MAX_OWN_PAUSE_SECONDS else 0
    return own
