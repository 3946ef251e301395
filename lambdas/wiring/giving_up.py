"""What settles the messages that were given up."""

from __future__ import annotations

from functools import cache

from headrace.dead_letters import DeadLetters
from lambdas.wiring import ledger, plans, rng, settings, store


@cache
def dead_letters() -> DeadLetters:
    return DeadLetters(store(), ledger(), plans(), rng, settings().bucket)
