"""Sends messages in batches until every one of them is taken."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence

from headrace.backoff import full_jitter
from headrace.errors import SendError
from headrace.messages import MAX_MESSAGE_BYTES
from headrace.ports import Clock, WriteQueue

MAX_ENTRIES = 10
"""SQS's limit of messages in one batch."""
TRIES = 8


def batches(bodies: Iterable[bytes]) -> Iterator[list[str]]:
    """Groups of at most 10 messages and 1 MiB, as text."""
    batch: list[str] = []
    size = 0
    for body in bodies:
        if batch and (len(batch) == MAX_ENTRIES or size + len(body) > MAX_MESSAGE_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(body.decode())
        size += len(body)
    if batch:
        yield batch


def send_all(
    queue: WriteQueue, batch: Sequence[str], clock: Clock, rng: random.Random, delay: int = 0
) -> None:
    """Sends one batch, and every entry that failed again.

    Raises:
        SendError: some messages were not taken in any try.
    """
    pending = list(batch)
    for attempt in range(TRIES):
        failed = queue.send(pending, delay)
        if not failed:
            return
        pending = [pending[position] for position in failed]
        clock.sleep(full_jitter(attempt, rng))
    raise SendError(f"the write queue did not take {len(pending)} of {len(batch)} messages in {TRIES} tries")
