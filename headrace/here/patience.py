"""Tables that are asked a limited number of times: what they do not take by then is refused, with the reason,
so that one batch that fails holds up no other and all are accounted for."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from headrace.backoff import full_jitter
from headrace.errors import ThrottledError, TransientError
from headrace.job.model import Place
from headrace.messages import requests_of
from headrace.ports import (
    Clock,
    Condition,
    Item,
    Page,
    Places,
    ReadRequest,
    Tables,
    TableSchema,
    UserQueue,
    Written,
)


@dataclass(frozen=True, slots=True)
class Patience:
    """`retries` after the first try; pauses of full jitter between `base` and `cap` seconds; `batch`:
    requests of one call, at most 25."""

    retries: int = 3
    base: float = 0.1
    cap: float = 10.0
    batch: int = 25


class PatientPlaces:
    def __init__(self, places: Places, patience: Patience, clock: Clock, rng: random.Random) -> None:
        self._places = places
        self._patience = patience
        self._clock = clock
        self._rng = rng

    def tables(self, place: Place) -> Tables:
        return PatientTables(self._places.tables(place), self._patience, self._clock, self._rng)

    def queue(self, url: str, place: Place) -> UserQueue:
        return self._places.queue(url, place)


@dataclass(slots=True)
class _Sum:
    """What the calls for one line have done so far."""

    units: float = 0.0
    refused: list[tuple[str, str]] = field(default_factory=list)
    throttles: list[str] = field(default_factory=list)


class PatientTables:
    def __init__(self, tables: Tables, patience: Patience, clock: Clock, rng: random.Random) -> None:
        self._tables = tables
        self._patience = patience
        self._clock = clock
        self._rng = rng

    def describe(self, table: str) -> TableSchema:
        return self._tables.describe(table)

    def read(self, request: ReadRequest) -> Page:
        return self._tables.read(request)

    def absent(self, table: str, keys: Sequence[Item]) -> list[Item]:
        return self._tables.absent(table, keys)

    def write_if(self, table: str, requests: str, condition: Condition) -> Written:
        return self._tables.write_if(table, requests, condition)

    def write(self, table: str, requests: str) -> Written:
        """Never leaves a request over. Raises WriteRefusedError, TableNotFoundError, TableAccessError."""
        done = _Sum()
        for batch in self._batches(requests):
            self._write(table, batch, done)
        return Written(units=done.units, refused=tuple(done.refused), throttles=tuple(done.throttles))

    def _batches(self, requests: str) -> list[str]:
        if self._patience.batch >= 25:
            return [requests]
        alone, size = requests_of(requests), self._patience.batch
        return [_array(alone[at : at + size]) for at in range(0, len(alone), size)]

    def _write(self, table: str, requests: str, done: _Sum) -> None:
        for attempt in range(self._patience.retries + 1):
            if attempt:
                self._clock.sleep(
                    full_jitter(attempt - 1, self._rng, self._patience.base, self._patience.cap)
                )
            try:
                written = self._tables.write(table, requests)
            except TransientError as error:
                reason, named = str(error), error.reasons if isinstance(error, ThrottledError) else ()
                done.throttles += named or (type(error).__name__,)
                continue
            done.units += written.units
            if not written.unprocessed:
                return
            reason, requests = "the table left it unprocessed", _array(written.unprocessed)
            done.throttles += written.throttles or ("Unprocessed",)
        why = f"given up after {self._patience.retries} retries: {reason}"
        done.refused += [(request, why) for request in requests_of(requests)]


def _array(requests: Sequence[str]) -> str:
    return "[" + ",".join(requests) + "]"
