"""A segment's items as messages in a queue of the user's: each of them at least once."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import accumulate, repeat
from operator import add

import orjson

from headrace.backoff import full_jitter
from headrace.errors import SendError
from headrace.items.codec import Problem
from headrace.items.documents import json_text
from headrace.job.model import Shape
from headrace.ledger import UnitRecord
from headrace.messages import MAX_MESSAGE_BYTES, for_sqs
from headrace.plan import Plan, Segment
from headrace.ports import Clock, Page, UserMessage, UserQueue
from headrace.scanning.rejects import PageRejects, Rejected
from headrace.scanning.sink import PageByPage, UnitLedger, advanced
from headrace.sending import TRIES, batches

_FIFO = ".fifo"


class QueueSink(PageByPage):
    def __init__(
        self,
        ledger: UnitLedger,
        queue: UserQueue,
        rejects: PageRejects,
        clock: Clock,
        rng: random.Random,
        plan: Plan,
        segment: Segment,
    ) -> None:
        super().__init__(ledger, plan.job_id)
        self._queue = queue
        self._rejects = rejects
        self._clock = clock
        self._rng = rng
        self._most = plan.job.scan.items_per_message
        self._spell = spelling(plan.job.format.shape)
        self._is_fifo = plan.job.target.endswith(_FIFO)
        self._group = plan.job.scan.message_group or (f"segment-{segment.segment}" if self._is_fifo else None)

    def take(self, record: UnitRecord, page: Page) -> UnitRecord:
        texts, most = self._spell(page), MAX_MESSAGE_BYTES - _brackets(self._most)
        fitting, large = texts, list[bytes]()
        if max(map(len, texts), default=0) > most:
            fitting = [text for text in texts if len(text) <= most]
            large = [page.texts[place] for place, text in enumerate(texts) if len(text) > most]
        rejects = self._rejects.keep(record, list(map(_too_large, large)))
        sent = self._send(record, packed(fitting, self._most))
        record = advanced(record, page, delivered=len(fitting), user_messages=sent, **rejects)
        return self.leave(record)

    def _send(self, record: UnitRecord, bodies: Iterable[bytes]) -> int:
        sent = 0
        for batch in batches(bodies):
            first = record.tally.user_messages + sent
            self._send_batch([self._message(record.unit, first + n, body) for n, body in enumerate(batch)])
            sent += len(batch)
        return sent

    def _message(self, unit: int, number: int, body: str) -> UserMessage:
        """A page that is read again may have other items: the identity is the body's too, so that none
        of them is taken for what was sent before."""
        if not self._is_fifo:
            return UserMessage(body, self._group)
        identity = sha256(f"{self._job}/{unit}/{number}/{body}".encode()).hexdigest()
        return UserMessage(body, self._group, identity)

    def _send_batch(self, messages: Sequence[UserMessage]) -> None:
        pending = list(messages)
        for attempt in range(TRIES):
            failed = self._queue.send(pending)
            if not failed:
                return
            pending = [pending[position] for position in failed]
            self._clock.sleep(full_jitter(attempt, self._rng))
        raise SendError(f"the queue did not take {len(pending)} of {len(messages)} messages in {TRIES} tries")


def spelling(shape: Shape) -> Callable[[Page], list[bytes]]:
    """How a page's items stand in messages: in DynamoDB JSON, or in plain JSON, where sets are arrays and
    binaries base64 text."""
    spell = _dynamodb_json if shape is Shape.DYNAMODB_JSON else _plain_json
    return lambda page: for_sqs(b"\n".join(spell(page))).split(b"\n") if page.texts else []


def packed(texts: Sequence[bytes], most: int) -> Iterator[bytes]:
    """Bodies of messages: each text alone where `most` is 1, else arrays of up to so many. No text may
    be too large for a message of its own."""
    if most == 1:
        yield from texts
        return
    # Each text with a comma or a bracket behind it.
    ends = list(accumulate(map(add, map(len, texts), repeat(1)), initial=0))
    start = 0
    while start < len(texts):
        end = bisect_right(ends, ends[start] + MAX_MESSAGE_BYTES - 1) - 1
        end = min(end, start + most)
        yield b"[" + b",".join(texts[start:end]) + b"]"
        start = end


def _brackets(most: int) -> int:
    """Bytes that an array takes around its only element."""
    return 2 if most > 1 else 0


def _dynamodb_json(page: Page) -> Sequence[bytes]:
    return page.texts


def _plain_json(page: Page) -> Sequence[bytes]:
    return [json_text({"M": orjson.loads(text)}).encode() for text in page.texts]


def _too_large(item: bytes) -> Rejected:
    reason = f"the item is too large for SQS: as JSON it takes more than {MAX_MESSAGE_BYTES} bytes"
    return Rejected(item, Problem("size", None, reason))
