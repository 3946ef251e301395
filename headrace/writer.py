"""Writes messages to their tables, and settles each of them in the ledger once."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from headrace.errors import HeadraceError, JobError, TransientError
from headrace.job.model import Job, WriteMode
from headrace.ledger import Delivery, JobState, Ledger, Outcome, Progress, add_outcomes
from headrace.line_writer import LineWriter, OutOfTimeError, Sums, Width
from headrace.messages import Header, Message, count_requests
from headrace.parcels import Parcels
from headrace.parking import park
from headrace.plan import Plans
from headrace.ports import Clock, Condition, Counts, ObjectStore, Places, Remaining, WriteQueue
from headrace.request_rejects import RequestRejects
from headrace.sending import send_all
from headrace.stopping import stop_for

_MAX_RELEASE_SECONDS = 60
_NO_WORD = "its writer ended without a word: out of memory, or out of time"


@dataclass(slots=True)
class _Work:
    """One delivery of a message: what was done of it before, and what is by now."""

    message: Message
    body: str
    before: Progress
    lines: int
    """That are done."""
    sums: Sums = field(default_factory=Sums)

    @property
    def header(self) -> Header:
        return self.message.header


class Writer:
    """
    Args:
        bucket: the data bucket, for rejects and for messages that are set aside.
        width: of all its deliveries.
    """

    def __init__(
        self,
        store: ObjectStore,
        places: Places,
        queue: WriteQueue,
        ledger: Ledger,
        plans: Plans,
        clock: Clock,
        rng: random.Random,
        bucket: str,
        width: Width | None = None,
    ) -> None:
        self._store = store
        self._places = places
        self._queue = queue
        self._ledger = ledger
        self._plans = plans
        self._clock = clock
        self._rng = rng
        self._bucket = bucket
        self._parcels = Parcels(store, bucket)
        self._rejects = RequestRejects(store, plans, rng, bucket)
        self._width = width or Width()

    def take(self, body: str, receipt: str, receives: int, remaining: Remaining, reserve: float) -> None:
        """Writes a received message, or what is left of it, and settles it.

        Where the table takes no more before time runs out, the message goes back to the queue as a
        new one, with what is done of it in the ledger: throttling never makes a dead letter. A message
        of a job that is to stop, or that has to stop as its table cannot be written, is set aside.

        Args:
            receives: how often SQS has delivered it by now.
            reserve: seconds before the function's end at which to stop.

        Raises:
            HeadraceError: it cannot be written now; SQS will deliver it again, soon at first.
        """
        try:
            message = self._parcels.open(body)
            self._take(message, body, receives, remaining, reserve)
        except HeadraceError:
            self._queue.release(receipt, min(2**receives, _MAX_RELEASE_SECONDS))
            raise

    def _take(self, message: Message, body: str, receives: int, remaining: Remaining, reserve: float) -> None:
        header = message.header
        delivery = self._ledger.delivery(header.job, header.unit, header.sequence)
        if delivery.settled:
            return
        work = _Work(message, body, delivery.progress, delivery.progress.lines)
        if delivery.stopped:
            self._park(work)
            return
        try:
            self._write(work, _is_new(delivery, receives), remaining, reserve)
        except OutOfTimeError as error:
            self._keep(work)
            self._put_back(work, error.delay)
        except JobError as error:
            self._keep(work)
            self._note(header, str(error))
            stop_for(self._ledger, header.job, error)
            self._park(work)
        except HeadraceError as error:
            self._keep(work)
            self._note(header, str(error))
            raise
        else:
            rest = header.requests - work.before.outcome.counts.requests
            self._ledger.settle(header.job, header.unit, header.sequence, self._outcome(work, rest))

    def _write(self, work: _Work, is_new: bool, remaining: Remaining, reserve: float) -> None:
        job = self._plans.find(work.header.job).job
        tables, condition = self._places.tables(job.target_place), _condition(job, again=not is_new)
        lines = LineWriter(
            tables, work.header.target, condition, self._clock, self._rng, remaining, reserve, self._width
        )
        if condition and is_new and remaining() >= reserve:
            self._note(work.header, _NO_WORD)
        for _ in lines.write_all(work.message.lines[work.lines :], work.sums):
            work.lines += 1

    def _note(self, header: Header, reason: str) -> None:
        """Why the message is not settled yet; a message that has no such note was never tried."""
        self._ledger.note_failure(header.job, header.unit, header.sequence, reason)

    def _put_back(self, work: _Work, delay: int) -> None:
        record = self._ledger.job(work.header.job)
        if record is None or record.state is JobState.ENDED:
            reason = "the table did not take the message in time, and its job has ended"
            self._note(work.header, reason)
            raise TransientError(reason)
        self._send(work, delay)

    def _park(self, work: _Work) -> None:
        if not park(self._store, self._ledger, self._bucket, work.header, work.body):
            self._send(work, delay=0)

    def _send(self, work: _Work, delay: int) -> None:
        send_all(self._queue, [work.body], self._clock, self._rng, delay)

    def _keep(self, work: _Work) -> None:
        """Keeps the lines that are done in the ledger, whatever becomes of the others."""
        if work.lines == work.before.lines:
            return
        header = work.header
        done = sum(map(count_requests, work.message.lines[work.before.lines : work.lines]))
        progress = Progress(work.lines, self._outcome(work, done))
        self._ledger.keep_progress(header.job, header.unit, header.sequence, progress)

    def _outcome(self, work: _Work, requests: int) -> Outcome:
        """What became of the message so far, `requests` of its requests just now; with a rejects file for
        those that were refused."""
        sums = work.sums
        counts = Counts(
            written=requests - sums.skipped - len(sums.refused),
            skipped=sums.skipped,
            rejected=len(sums.refused),
            units=sums.units,
            throttles=dict(sums.throttles),
        )
        if not sums.refused:
            return add_outcomes(work.before.outcome, Outcome(counts))
        part = self._rejects.keep(work.header, "refused", sums.refused)
        return add_outcomes(work.before.outcome, Outcome(counts, (part,), sums.refused[0].reason))


def _is_new(delivery: Delivery, receives: int) -> bool:
    """Nothing of the message can be written yet."""
    return receives == 1 and delivery.progress == Progress() and delivery.reason is None


def _condition(job: Job, again: bool) -> Condition | None:
    match job.mode:
        case WriteMode.INSERT:
            return Condition(again=again)
        case WriteMode.NEWER:
            return Condition(job.newer_by, again)
    return None
