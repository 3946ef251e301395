"""Writes messages to their tables, and settles each of them in the ledger once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from headrace import layout
from headrace.backoff import full_jitter
from headrace.delimited.rejects import Reject
from headrace.errors import HeadraceError, ThrottledError, TransientError, WriteRefusedError
from headrace.items.unload import RowDecoder
from headrace.ledger import JobState, Ledger, Outcome, Progress, add_outcomes
from headrace.messages import Header, Message, content_of, count_requests, requests_of
from headrace.parcels import Parcels
from headrace.plan import Plan, Plans
from headrace.ports import Clock, Counts, ObjectStore, Remaining, Tables, WriteQueue
from headrace.sending import send_all

_PUT_BACK_SECONDS = 15
_MAX_RELEASE_SECONDS = 60


class _OutOfTimeError(HeadraceError):
    """The function has to end before the table has taken everything.

    Args:
        delay: seconds for which the message should rest.
    """

    def __init__(self, message: str, delay: int) -> None:
        self.delay = delay
        super().__init__(message)


@dataclass(slots=True)
class _Refused:
    request: str
    reason: str


@dataclass(slots=True)
class _Sums:
    """What the calls for one delivery of a message added up to."""

    units: float = 0.0
    throttles: Counter[str] = field(default_factory=Counter)
    refused: list[_Refused] = field(default_factory=list)


class Writer:
    """
    Args:
        bucket: the data bucket, for rejects.
    """

    def __init__(
        self,
        store: ObjectStore,
        tables: Tables,
        queue: WriteQueue,
        ledger: Ledger,
        plans: Plans,
        clock: Clock,
        rng: random.Random,
        bucket: str,
    ) -> None:
        self._store = store
        self._tables = tables
        self._queue = queue
        self._ledger = ledger
        self._plans = plans
        self._clock = clock
        self._rng = rng
        self._bucket = bucket
        self._parcels = Parcels(store, bucket)

    def take(self, body: str, receipt: str, receives: int, remaining: Remaining, reserve: float) -> None:
        """Writes a received message, or what is left of it, and settles it.

        Where the table takes no more before time runs out, the message goes back to the queue as a
        new one, with what is done of it in the ledger: throttling never makes a dead letter.

        Args:
            receives: how often SQS has delivered it by now.
            reserve: seconds before the function's end at which to stop.

        Raises:
            HeadraceError: it cannot be written now; SQS will deliver it again, soon at first.
        """
        try:
            message = self._parcels.open(body)
            self._take(message, body, remaining, reserve)
        except HeadraceError:
            self._queue.release(receipt, min(2**receives, _MAX_RELEASE_SECONDS))
            raise

    def _take(self, message: Message, body: str, remaining: Remaining, reserve: float) -> None:
        header = message.header
        delivery = self._ledger.delivery(header.job, header.unit, header.sequence)
        if delivery.settled:
            return
        sums, line = _Sums(), delivery.progress.lines
        try:
            for line in range(delivery.progress.lines, len(message.lines)):
                if remaining() < reserve:
                    raise _OutOfTimeError("the function's time ran out", delay=0)
                self._write_line(header.target, message.lines[line], sums, remaining, reserve)
        except _OutOfTimeError as error:
            self._keep_progress(message, delivery.progress, line, sums)
            self._put_back(header, body, error.delay)
            return
        except HeadraceError as error:
            self._keep_progress(message, delivery.progress, line, sums)
            self._ledger.note_failure(header.job, header.unit, header.sequence, str(error))
            raise
        rest = header.requests - delivery.progress.outcome.counts.requests
        outcome = add_outcomes(delivery.progress.outcome, self._outcome(message, rest, sums))
        self._ledger.settle(header.job, header.unit, header.sequence, outcome)

    def _put_back(self, header: Header, body: str, delay: int) -> None:
        record = self._ledger.job(header.job)
        if record is None or record.state is JobState.ENDED:
            reason = "the table did not take the message in time, and its job has ended"
            self._ledger.note_failure(header.job, header.unit, header.sequence, reason)
            raise TransientError(reason)
        send_all(self._queue, [body], self._clock, self._rng, delay)

    def _write_line(self, table: str, line: str, sums: _Sums, remaining: Remaining, reserve: float) -> None:
        """Writes one line's requests; adds to `sums` only what is done when it returns."""
        pending, attempt = [line], 0
        refused: list[_Refused] = []
        while pending:
            requests = pending.pop()
            try:
                done = self._tables.write(table, requests)
            except WriteRefusedError as error:
                alone = requests_of(requests)
                if len(alone) == 1:
                    refused.append(_Refused(alone[0], str(error)))
                else:
                    half = len(alone) // 2
                    pending += [_array(alone[:half]), _array(alone[half:])]
                continue
            except TransientError as error:
                sums.throttles.update(_reasons(error))
                pending.append(requests)
            else:
                sums.units += done.units
                if not done.unprocessed:
                    attempt = 0
                    continue
                sums.throttles["Unprocessed"] += 1
                pending.append(_array(done.unprocessed))
            self._pause(attempt, remaining, reserve)
            attempt += 1
        sums.refused += refused

    def _pause(self, attempt: int, remaining: Remaining, reserve: float) -> None:
        pause = full_jitter(attempt, self._rng)
        if remaining() - pause < reserve:
            delay = self._rng.randint(1, _PUT_BACK_SECONDS)
            raise _OutOfTimeError("the table did not take it before the function's time ran out", delay)
        self._clock.sleep(pause)

    def _keep_progress(self, message: Message, before: Progress, lines: int, sums: _Sums) -> None:
        if lines == before.lines:
            return
        header = message.header
        done = sum(count_requests(line) for line in message.lines[before.lines : lines])
        outcome = add_outcomes(before.outcome, self._outcome(message, done, sums))
        self._ledger.keep_progress(header.job, header.unit, header.sequence, Progress(lines, outcome))

    def _outcome(self, message: Message, requests: int, sums: _Sums) -> Outcome:
        """What became of `requests` requests, with the refused ones in a rejects file of their own."""
        refused = sums.refused
        counts = Counts(
            written=requests - len(refused),
            rejected=len(refused),
            units=sums.units,
            throttles=dict(sums.throttles),
        )
        if not refused:
            return Outcome(counts)
        header = message.header
        delivery = f"{self._rng.getrandbits(32):08x}"
        part = layout.message_rejects_key(header.job, header.unit, header.sequence, delivery)
        reasons = [f"DynamoDB refused the item: {one.reason}" for one in refused]
        file = rejects_of(self._plans.find(header.job), [one.request for one in refused], reasons)
        self._store.put(self._bucket, part, file)
        return Outcome(counts, (part,), reasons[0])


def rejects_of(plan: Plan, requests: Iterable[str], reasons: Iterable[str]) -> bytes:
    """A rejects file with the rows that write requests were made of."""
    decoder, spell = RowDecoder(plan.compile_codec()), plan.rejects_format()
    file = bytearray(spell.header)
    for request, reason in zip(requests, reasons, strict=True):
        cells = decoder.cells(content_of(request)[1])
        file += spell.row(Reject(None, None, "refused", reason, cells))
    return bytes(file)


def _array(requests: Iterable[str]) -> str:
    return "[" + ",".join(requests) + "]"


def _reasons(error: TransientError) -> tuple[str, ...]:
    named = error.reasons if isinstance(error, ThrottledError) else ()
    return named or (type(error).__name__,)
