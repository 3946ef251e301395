"""What writes messages to their tables."""

from __future__ import annotations

from functools import cache

from headrace.writer import Writer
from lambdas.wiring import clock, ledger, plans, queue, rng, settings, store
from lambdas.wiring.places import places


@cache
def writer() -> Writer:
    return Writer(store(), places(), queue(), ledger(), plans(), clock, rng, settings().bucket)
