"""Writes a message's lines to their table, until it has taken or refused every request.

Lines are independent: several are on their way at once, and their answers are taken in the lines' order, so
that what is done is always the first so many lines. Where the table is slow there is one at a time.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from headrace.backoff import full_jitter
from headrace.errors import HeadraceError, JobError, ThrottledError, TransientError, WriteRefusedError
from headrace.messages import is_delete, requests_of
from headrace.ports import BegunWrite, Clock, Condition, Remaining, Tables, Written
from headrace.request_rejects import RejectedRequest

_PUT_BACK_SECONDS = 15


class OutOfTimeError(HeadraceError):
    """The function has to end before the table has taken everything.

    Args:
        delay: seconds for which the message should rest.

    Attributes:
        left: arrays of those of the line's requests that are not known to be done, as JSON.
        refused: those that DynamoDB has refused before.
    """

    def __init__(self, message: str, delay: int) -> None:
        self.delay = delay
        self.left: tuple[str, ...] = ()
        self.refused: tuple[RejectedRequest, ...] = ()
        super().__init__(message)


@dataclass(slots=True)
class _Done:
    skipped: int = 0
    refused: list[RejectedRequest] = field(default_factory=list)


@dataclass(slots=True)
class Sums(_Done):
    """What the calls for one delivery of a message added up to."""

    units: float = 0.0
    throttles: Counter[str] = field(default_factory=Counter)


class Width:
    """How many lines may be on their way at once: one after a call that was too much for the table, and one
    more after each that was not."""

    MOST = 16

    def __init__(self, most: int = MOST) -> None:
        self.lines = self._most = most

    def widen(self) -> None:
        self.lines = min(self.lines + 1, self._most)

    def narrow(self) -> None:
        self.lines = 1

    def limit(self, most: int) -> None:
        """No more than so many from now on."""
        self._most = most
        self.lines = min(self.lines, most)


class LineWriter:
    """For one delivery of a message.

    Args:
        condition: when an item may be put; None: always. Deletes are never conditional.
        reserve: seconds before the function's end at which to stop.
        width: where others write to the same tables, too, that of them all.
    """

    def __init__(
        self,
        tables: Tables,
        table: str,
        condition: Condition | None,
        clock: Clock,
        rng: random.Random,
        remaining: Remaining,
        reserve: float,
        width: Width | None = None,
    ) -> None:
        self._tables = tables
        self._table = table
        self._condition = condition
        self._clock = clock
        self._rng = rng
        self._remaining = remaining
        self._reserve = reserve
        self._width = width or Width()

    def write_all(self, lines: Iterable[str], sums: Sums) -> Iterator[None]:
        """Writes the lines, several at once; yields each time that the next one of them is done.

        Raises as `write` does, about the next line; some of those behind it may be written, too.
        """
        begun: deque[tuple[str, BegunWrite | None]] = deque()
        try:
            for line in lines:
                begun.append((line, self._begin(line)))
                while len(begun) >= self._width.lines:
                    self._finish(*begun.popleft(), sums)
                    yield
            while begun:
                self._finish(*begun.popleft(), sums)
                yield
        finally:
            for _, write in begun:
                if write is not None:
                    write.abandon()

    def write(self, line: str, sums: Sums) -> None:
        """Writes one line's requests. What became of them is added to `sums` only once all are done.

        Raises:
            OutOfTimeError: some of them may be written.
            MessageError: the line is no array of requests.
            JobError, TransientError: see the ports.
        """
        self._finish(line, self._begin(line), sums)

    def _begin(self, line: str) -> BegunWrite | None:
        """None: the line has to wait for its turn."""
        if self._is_late() or self._condition_of(line):
            return None
        return self._tables.begin_write(self._table, line)

    def _finish(self, line: str, begun: BegunWrite | None, sums: Sums) -> None:
        pending, done = [line], _Done()
        try:
            self._write(pending, begun, sums, done)
        except OutOfTimeError as error:
            error.left = tuple(pending)
            error.refused = tuple(done.refused)
            raise
        sums.skipped += done.skipped
        sums.refused += done.refused

    def _write(self, pending: list[str], begun: BegunWrite | None, sums: Sums, done: _Done) -> None:
        """Writes all that is pending; what is not done yet stays there."""
        if begun is None and self._is_late():
            raise OutOfTimeError("the function's time ran out", delay=0)
        condition, first = self._condition_of(pending[0]), begun and begun.written
        attempt = 0
        while pending:
            requests = pending.pop()
            call = first or partial(self._call, requests, condition)
            left, was_slow = self._try(requests, call, sums, done)
            pending += left
            first = None
            if was_slow:
                condition = condition and replace(condition, again=True)
                self._width.narrow()
                self._pause(attempt)
            else:
                self._width.widen()
            attempt = attempt + 1 if was_slow else 0

    def _is_late(self) -> bool:
        return self._remaining() < self._reserve

    def _condition_of(self, line: str) -> Condition | None:
        return None if is_delete(line) else self._condition

    def _try(
        self, requests: str, call: Callable[[], Written], sums: Sums, done: _Done
    ) -> tuple[list[str], bool]:
        """Returns what is to be tried next, and whether the table was too slow for it now."""
        try:
            written = call()
        except WriteRefusedError as error:
            return _halves(requests, str(error), done), False
        except TransientError as error:
            sums.throttles.update(_reasons(error))
            return [requests], True
        except JobError:
            requests_of(requests)  # no array of requests: then it is not the table that is at fault
            raise
        sums.units += written.units
        done.skipped += written.skipped
        done.refused += [_refused(*one) for one in written.refused]
        sums.throttles.update(written.throttles)
        if not written.unprocessed:
            return [], False
        if not written.throttles:
            sums.throttles["Unprocessed"] += 1
        return [_array(written.unprocessed)], True

    def _call(self, requests: str, condition: Condition | None) -> Written:
        if condition is None:
            return self._tables.write(self._table, requests)
        return self._tables.write_if(self._table, requests, condition)

    def _pause(self, attempt: int) -> None:
        pause = full_jitter(attempt, self._rng)
        if self._remaining() - pause < self._reserve:
            delay = self._rng.randint(1, _PUT_BACK_SECONDS)
            raise OutOfTimeError("the table did not take it before the function's time ran out", delay)
        self._clock.sleep(pause)


def _halves(requests: str, reason: str, done: _Done) -> list[str]:
    """What to try instead of a refused call; a call's only request is refused itself."""
    alone = requests_of(requests)
    if len(alone) == 1:
        done.refused.append(_refused(alone[0], reason))
        return []
    half = len(alone) // 2
    return [_array(alone[:half]), _array(alone[half:])]


def _refused(request: str, reason: str) -> RejectedRequest:
    return RejectedRequest(request, f"DynamoDB refused the item: {reason}")


def _array(requests: Iterable[str]) -> str:
    return "[" + ",".join(requests) + "]"


def _reasons(error: TransientError) -> tuple[str, ...]:
    named = error.reasons if isinstance(error, ThrottledError) else ()
    return named or (type(error).__name__,)
