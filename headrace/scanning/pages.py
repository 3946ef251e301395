"""Reads pages of a table, again and again where it is throttled."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from headrace.backoff import full_jitter
from headrace.errors import ThrottledError
from headrace.ports import Clock, Item, Page, ReadRequest, Remaining, Tables

MAX_KEYS = 100
"""DynamoDB's limit of keys in one BatchGetItem."""
_Answer = TypeVar("_Answer")


class OutOfTimeError(ThrottledError):
    """The table was throttled until the function's time ran out. Nothing is lost: the same call again
    goes on."""


class PageReader:
    """
    Args:
        throttles: counts by reason how often it was throttled.
    """

    def __init__(
        self, tables: Tables, clock: Clock, rng: random.Random, throttles: Counter[str] | None = None
    ) -> None:
        self._tables = tables
        self._clock = clock
        self._rng = rng
        self._throttles = Counter() if throttles is None else throttles

    def read(self, request: ReadRequest, remaining: Remaining, reserve: float) -> Page:
        """Raises OutOfTimeError: fewer than `reserve` seconds would be left; else as Tables.read."""
        return self._patiently(lambda: self._tables.read(request), remaining, reserve)

    def absent(self, table: str, keys: Sequence[Item], remaining: Remaining, reserve: float) -> list[Item]:
        """Those of any number of keys under which there is no item. Raises as `read`."""
        return [
            key
            for at in range(0, len(keys), MAX_KEYS)
            for key in self._absent(table, keys[at : at + MAX_KEYS], remaining, reserve)
        ]

    def _absent(self, table: str, keys: Sequence[Item], remaining: Remaining, reserve: float) -> list[Item]:
        return self._patiently(lambda: self._tables.absent(table, keys), remaining, reserve)

    def _patiently(self, ask: Callable[[], _Answer], remaining: Remaining, reserve: float) -> _Answer:
        attempt = 0
        while True:
            try:
                return ask()
            except ThrottledError as error:
                self._throttles.update(error.reasons or (type(error).__name__,))
                pause = full_jitter(attempt, self._rng)
                if remaining() - pause < reserve:
                    raise OutOfTimeError(str(error), error.reasons) from error
            self._clock.sleep(pause)
            attempt += 1
