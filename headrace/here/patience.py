"""Tables that are asked a limited number of times: what they do not take by then is refused, with the reason,
so that one batch that fails holds up no other and all are accounted for."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from headrace.backoff import full_jitter
from headrace.errors import ThrottledError, TransientError
from headrace.job.model import Place
from headrace.messages import MAX_REQUESTS, requests_of
from headrace.ports import (
    BegunWrite,
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
    batch: int = MAX_REQUESTS


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


_Call = Callable[[str, bool], Written]
"""Writes requests; told whether they may have been carried out before."""


@dataclass(slots=True)
class _Sum:
    """What the calls for one line have done so far."""

    units: float = 0.0
    skipped: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    throttles: list[str] = field(default_factory=list)

    def add(self, written: Written) -> None:
        self.units += written.units
        self.skipped += written.skipped
        self.refused += written.refused

    def written(self) -> Written:
        return Written(
            units=self.units,
            skipped=self.skipped,
            refused=tuple(self.refused),
            throttles=tuple(self.throttles),
        )


class PatientTables:
    """Neither `write` nor `write_if` leaves a request over, or tells that the table was busy."""

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

    def write(self, table: str, requests: str) -> Written:
        """Raises WriteRefusedError, TableNotFoundError, TableAccessError."""
        return self.finish_write(table, requests, None)

    def begin_write(self, table: str, requests: str) -> PatientWrite:
        """A line that is sent in several batches waits for its turn."""
        is_one = self._patience.batch >= MAX_REQUESTS
        begun = self._tables.begin_write(table, requests) if is_one else None
        return PatientWrite(self, table, requests, begun)

    def finish_write(self, table: str, requests: str, begun: BegunWrite | None) -> Written:
        """`begun`: the first try, if it is on its way already."""

        def call(batch: str, again: bool) -> Written:
            return begun.written() if begun and not again else self._tables.write(table, batch)

        return self._in_batches(requests, call)

    def write_if(self, table: str, requests: str, condition: Condition) -> Written:
        """Raises TableNotFoundError, TableAccessError."""

        def call(batch: str, again: bool) -> Written:
            asked = replace(condition, again=condition.again or again)
            return self._tables.write_if(table, batch, asked)

        return self._in_batches(requests, call)

    def _in_batches(self, requests: str, call: _Call) -> Written:
        done = _Sum()
        for batch in self._batches(requests):
            self._write(batch, call, done)
        return done.written()

    def _batches(self, requests: str) -> list[str]:
        size = self._patience.batch
        if size >= MAX_REQUESTS:
            return [requests]
        alone = requests_of(requests)
        return [_array(alone[at : at + size]) for at in range(0, len(alone), size)]

    def _write(self, requests: str, call: _Call, done: _Sum) -> None:
        for attempt in range(self._patience.retries + 1):
            if attempt:
                self._pause(attempt)
            try:
                written = call(requests, attempt > 0)
            except TransientError as error:
                reason, named = str(error), error.reasons if isinstance(error, ThrottledError) else ()
                done.throttles += named or (type(error).__name__,)
                continue
            done.add(written)
            if not written.unprocessed:
                return
            reason, requests = "the table left it unprocessed", _array(written.unprocessed)
            done.throttles += written.throttles or ("Unprocessed",)
        why = f"not taken in {_tries(self._patience.retries + 1)}, the last time: {reason}"
        done.refused += [(request, why) for request in requests_of(requests)]

    def _pause(self, attempt: int) -> None:
        patience = self._patience
        self._clock.sleep(full_jitter(attempt - 1, self._rng, patience.base, patience.cap))


class PatientWrite:
    def __init__(self, tables: PatientTables, table: str, requests: str, begun: BegunWrite | None) -> None:
        self._tables = tables
        self._table = table
        self._requests = requests
        self._begun = begun

    def written(self) -> Written:
        return self._tables.finish_write(self._table, self._requests, self._begun)

    def abandon(self) -> None:
        if self._begun is not None:
            self._begun.abandon()


def _tries(count: int) -> str:
    return "1 try" if count == 1 else f"{count} tries"


def _array(requests: Sequence[str]) -> str:
    return "[" + ",".join(requests) + "]"
