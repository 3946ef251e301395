"""One call of DynamoDB, tried again while it is throttled, within bounds."""

from __future__ import annotations

import random
from itertools import count
from typing import Any, NoReturn

from headrace.aws.errors import reasons_of
from headrace.aws.manager.errors import request_errors
from headrace.backoff import full_jitter
from headrace.errors import ThrottledError, TransactionCancelledError, TransientError
from headrace.ports import Clock

_LOST_TRIES = 4
"""Of a call that failed otherwise than by throttling: nobody knows how long that lasts."""
_NOT_CARRIED_OUT = {
    "ReplicatedWriteConflictException",
    "ResourceInUseException",
    "TransactionConflictException",
    "TransactionInProgressException",
}
_PASSING = {None, "ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"}
"""Reasons for cancelling a transaction that may be gone the next time."""


class Calls:
    """
    Args:
        client: a DynamoDB client that does not retry.
        tries: of a call that is throttled. Between two of them is a pause of exponential backoff with
            full jitter, at most 5 seconds.
    """

    def __init__(self, client: Any, clock: Clock, rng: random.Random, tries: int) -> None:
        self._client = client
        self._clock = clock
        self._rng = rng
        self._tries = tries

    def __call__(self, method: str, table: str | None, /, *, repeatable: bool = False, **request: Any) -> Any:
        """The answer.

        Args:
            method: of the client, such as `put_item`.
            table: the table that errors name.
            repeatable: carried out twice, the call does what it does once: it is tried again also where
                it may have been carried out.

        Raises:
            HeadraceError: see `request_errors`.
        """
        for attempt in count(1):
            try:
                with request_errors(method, table):
                    return getattr(self._client, method)(**request)
            except TransactionCancelledError as error:
                if attempt >= self._tries or not _passes(error):
                    raise
            except TransientError as error:
                if attempt >= self._most_tries(error, repeatable):
                    _give_up(error, attempt, repeatable)
            self._clock.sleep(full_jitter(attempt - 1, self._rng))
        raise AssertionError("unreachable")

    def _most_tries(self, error: TransientError, repeatable: bool) -> int:
        if _is_undone(error):
            return self._tries
        return min(self._tries, _LOST_TRIES) if repeatable else 1


def _passes(error: TransactionCancelledError) -> bool:
    return any(error.reasons) and _PASSING.issuperset(error.reasons)


def _is_undone(error: TransientError) -> bool:
    """Whether the call was surely not carried out."""
    return isinstance(error, ThrottledError) or _NOT_CARRIED_OUT.issuperset(reasons_of(error))


def _give_up(error: TransientError, tries: int, repeatable: bool) -> NoReturn:
    cause = error.__cause__
    if isinstance(error, ThrottledError):
        told = f"{error} (tried {tries} times); raise the capacity, or write and read more slowly"
        raise ThrottledError(told, error.reasons) from cause
    if not repeatable and not _is_undone(error):
        raise TransientError(f"{error}; it is not known whether the call was carried out") from cause
    raise error
