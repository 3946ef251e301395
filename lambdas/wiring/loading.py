"""What loads chunks."""

from __future__ import annotations

from functools import cache

from headrace.loader import Loader
from lambdas.wiring import clock, ledger, queue, rng, settings, store


@cache
def loader() -> Loader:
    return Loader(store(), queue(), ledger(), clock, rng, settings().bucket)
