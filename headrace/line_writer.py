"""Writes a message's lines to their table, until it has taken or refused every request."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from headrace.backoff import full_jitter
from headrace.errors import HeadraceError, JobError, ThrottledError, TransientError, WriteRefusedError
from headrace.messages import is_delete, requests_of
from headrace.ports import Clock, Condition, Remaining, Tables, Written
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


class LineWriter:
    """For one delivery of a message.

    Args:
        condition: when an item may be put; None: always. Deletes are never conditional.
        reserve: seconds before the function's end at which to stop.
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
    ) -> None:
        self._tables = tables
        self._table = table
        self._condition = condition
        self._clock = clock
        self._rng = rng
        self._remaining = remaining
        self._reserve = reserve

    def write(self, line: str, sums: Sums) -> None:
        """Writes one line's requests. What became of them is added to `sums` only once all are done.

        Raises:
            OutOfTimeError: some of them may be written.
            MessageError: the line is no array of requests.
            JobError, TransientError: see the ports.
        """
        pending, done = [line], _Done()
        try:
            self._write(pending, sums, done)
        except OutOfTimeError as error:
            error.left = tuple(pending)
            error.refused = tuple(done.refused)
            raise
        sums.skipped += done.skipped
        sums.refused += done.refused

    def _write(self, pending: list[str], sums: Sums, done: _Done) -> None:
        """Writes all that is pending; what is not done yet stays there."""
        if self._remaining() < self._reserve:
            raise OutOfTimeError("the function's time ran out", delay=0)
        condition = None if is_delete(pending[0]) else self._condition
        attempt = 0
        while pending:
            left, was_slow = self._try(pending.pop(), condition, sums, done)
            pending += left
            if was_slow:
                condition = condition and replace(condition, again=True)
                self._pause(attempt)
            attempt = attempt + 1 if was_slow else 0

    def _try(
        self, requests: str, condition: Condition | None, sums: Sums, done: _Done
    ) -> tuple[list[str], bool]:
        """Returns what is to be tried next, and whether the table was too slow for it now."""
        try:
            written = self._call(requests, condition)
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
        if not written.unprocessed:
            return [], False
        sums.throttles.update(written.throttles or ("Unprocessed",))
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
