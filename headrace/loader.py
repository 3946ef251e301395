"""Loads a work unit: its rows become messages in the write queue."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

from headrace import layout
from headrace.collecting import Writes
from headrace.delimited.chunk import Limits
from headrace.job.model import MAX_WINDOW_BYTES, WriteMode
from headrace.ledger import Ledger, Settled, UnitRecord, UnitState, add_tallies
from headrace.messages import PACKING, delete_request, pack
from headrace.parcels import Parcels
from headrace.plan import Plan, Unit
from headrace.ports import Clock, ObjectStore, Remaining, WriteQueue
from headrace.resending import ParkedMessages
from headrace.sending import batches, send_all
from headrace.unit_text import read_unit
from headrace.window import Window, max_rows, read_windows

_Leave = Callable[[bool], bool]
"""Whether to leave the unit to a later call, given whether anything was done in this one: its job is to
stop, or time runs out."""


class Loader:
    """
    Args:
        bucket: the data bucket.
    """

    def __init__(
        self,
        store: ObjectStore,
        queue: WriteQueue,
        ledger: Ledger,
        clock: Clock,
        rng: random.Random,
        bucket: str,
    ) -> None:
        self._store = store
        self._queue = queue
        self._ledger = ledger
        self._clock = clock
        self._rng = rng
        self._bucket = bucket
        self._parcels = Parcels(store, bucket)

    def load(self, plan: Plan, unit: Unit, remaining: Remaining, reserve: float) -> UnitRecord:
        """Works on the unit until it is done, its job is to stop, or fewer than `reserve` seconds remain;
        the ledger has the cursor, and the same call again goes on from there.

        Raises:
            JobError: the source was replaced, or is not what the job says.
            MessageError: parked messages are gone.
            TurnLostError: another worker has the unit now.
            TransientError: trying again may help.
        """

        def leave(progressed: bool) -> bool:
            return self._ledger.stopped(plan.job_id) is not None or (progressed and remaining() < reserve)

        record = self._take(plan, unit)
        if record.state.is_final or leave(False):
            return record
        work = self._resend if unit.resend else self._go_on
        record = work(plan, unit, replace(record, state=UnitState.RUNNING, error=None), leave)
        self._ledger.save_unit(plan.job_id, record)
        return record

    def _take(self, plan: Plan, unit: Unit) -> UnitRecord:
        record = self._ledger.take_unit(plan.job_id, _fresh(unit))
        if unit.again and record.state in (UnitState.DONE, UnitState.FAILED):
            self._ledger.reopen_unit(plan.job_id, _from_its_start(unit, record))
            record = self._ledger.take_unit(plan.job_id, _fresh(unit))
        return record

    def _go_on(self, plan: Plan, unit: Unit, record: UnitRecord, leave: _Leave) -> UnitRecord:
        accounted = self._accounted(plan, unit)
        codec, spelling = plan.compile_codec(), plan.rejects_format()
        offset, row, runs = read_unit(self._store, plan, unit, record, codec)
        limits = Limits(min(plan.job.window_bytes, MAX_WINDOW_BYTES), max_rows(plan.header))
        for window in read_windows(runs, offset, row, codec, spelling, limits, _writes(plan)):
            record = self._begin(plan, record, window)
            self._keep_rejects(plan, record, window)
            sent, complete = self._send(plan, record, window, accounted, leave)
            if not complete:
                return replace(record, sent=sent)
            record = _behind(record, window, sent)
            if not window.last and leave(True):
                return record
        return replace(record, state=UnitState.DONE)

    def _accounted(self, plan: Plan, unit: Unit) -> int:
        """The messages, as a bitmap, that are made again but need not be sent again."""
        if not unit.again:
            return 0
        found = self._ledger.settled(plan.job_id).get(unit.unit, Settled())
        return found.numbers | found.parked

    def _begin(self, plan: Plan, record: UnitRecord, window: Window) -> UnitRecord:
        """Announces the window's messages in the ledger, and with them what is behind the window."""
        if record.mark not in ("", PACKING):
            record = _renumbered(record)
        if record.mark == PACKING and len(window.requests) <= record.pending:
            return record
        record = replace(record, mark=PACKING, pending=len(window.requests))
        self._ledger.save_unit(plan.job_id, record)
        return record

    def _keep_rejects(self, plan: Plan, record: UnitRecord, window: Window) -> None:
        """Where windows were once cut in another way, one may have left rejects that it has no more."""
        if window.rejects or record.void:
            key = layout.window_rejects_key(plan.job_id, record.unit, record.window, plan.rejects_ending)
            self._store.put(self._bucket, key, plan.rejects_format().header + window.rejects)

    def _send(
        self, plan: Plan, record: UnitRecord, window: Window, accounted: int, leave: _Leave
    ) -> tuple[int, bool]:
        """Returns how many of the unit's messages are sent now, and whether those are all up to here."""
        bodies, units = window.spread(f"{plan.job_id}/{record.unit}/{record.window}")
        job, first = plan.job, record.first_message
        messages = pack(bodies, units, plan.job_id, record.unit, job.target, first, job.message_bytes)
        sent = max(record.sent, record.first_message)
        unsent = islice(messages, sent - record.first_message, None)
        for batch in batches(map(self._parcels.wrap, unsent)):
            if leave(sent > record.sent):
                return sent, False
            wanted = [body for number, body in enumerate(batch, sent) if not accounted >> number & 1]
            self._send_all(wanted)
            sent += len(batch)
        return sent, True

    def _resend(self, _: Plan, unit: Unit, record: UnitRecord, leave: _Leave) -> UnitRecord:
        """Puts parked messages back into the queue; the record's offset is how many of them."""
        sent = 0
        parked = ParkedMessages(self._store, self._bucket, unit.resend[record.offset :])
        for batch in batches(parked):
            if leave(sent > 0):
                break
            self._send_all(batch)
            sent += len(batch)
        parked.check()
        offset = record.offset + sent
        state = UnitState.DONE if offset == len(unit.resend) else UnitState.RUNNING
        return replace(record, offset=offset, state=state)

    def _send_all(self, bodies: Sequence[str]) -> None:
        if bodies:
            send_all(self._queue, bodies, self._clock, self._rng)


def _writes(plan: Plan) -> Writes:
    if plan.job.mode is not WriteMode.DELETE:
        return Writes(newer_by=plan.job.newer_by)
    names = [key.name for key in plan.keys if key.index is None]
    return Writes(lambda item: delete_request({name: item[name] for name in names}))


def _fresh(unit: Unit) -> UnitRecord:
    """A record at the unit's start. Its first window has no more messages than the unit has records."""
    pending = unit.records or 0
    return UnitRecord(unit.unit, offset=unit.start, row=unit.row, mark=PACKING, pending=pending)


def _from_its_start(unit: Unit, record: UnitRecord) -> UnitRecord:
    """The record of a unit whose messages are all to be made again: under their numbers, if they will be
    the same, and else under new ones."""
    fresh = replace(_fresh(unit), turn=record.turn)
    if record.mark == PACKING and not record.void:
        return fresh
    behind = max(record.sent, record.first_message + record.pending)
    return replace(fresh, first_message=behind, sent=behind, void=((0, behind),))


def _renumbered(record: UnitRecord) -> UnitRecord:
    """The record with the messages of the window in flight given up: this version packs other ones."""
    behind = record.first_message + record.pending
    void = (*record.void, (record.first_message, record.pending))
    return replace(record, first_message=behind, sent=behind, mark=PACKING, pending=0, void=void)


def _behind(record: UnitRecord, window: Window, sent: int) -> UnitRecord:
    """The record with its cursor behind the window."""
    return replace(
        record,
        offset=window.offset,
        row=window.row,
        window=record.window + 1,
        first_message=sent,
        sent=sent,
        tally=add_tallies(record.tally, window.tally),
        pending=0,
    )
