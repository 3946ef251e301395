"""Loads a work unit: its rows become messages in the write queue."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import islice

from headrace import layout
from headrace.delimited.records import RecordReader
from headrace.delimited.split import Limits
from headrace.ledger import Ledger, UnitRecord, UnitState, add_tallies
from headrace.messages import pack
from headrace.parcels import Parcels
from headrace.plan import Plan, Unit
from headrace.ports import Clock, ObjectStore, Remaining, WriteQueue
from headrace.sending import batches, send_all
from headrace.source import read_text
from headrace.window import MAX_WINDOW_BYTES, Window, max_rows, read_windows


class Loader:
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
        """Works on the unit until it is done or fewer than `reserve` seconds remain; the ledger has
        the cursor, and the same call again goes on from there.

        Raises:
            JobError: the source was replaced, or is not what the job says.
            TransientError: trying again may help.
        """
        record = self._ledger.unit(plan.job_id, unit.unit)
        if record is None:
            record = UnitRecord(unit.unit, offset=unit.start, row=unit.row)
        if record.state is not UnitState.DONE:
            record = self._go_on(plan, unit, record, remaining, reserve)
            self._ledger.save_unit(plan.job_id, record)
        return record

    def _go_on(
        self, plan: Plan, unit: Unit, record: UnitRecord, remaining: Remaining, reserve: float
    ) -> UnitRecord:
        record = replace(record, state=UnitState.RUNNING, error=None)
        blocks = read_text(self._store, plan.source, plan.zipped, record.offset, unit.end)
        reader = RecordReader(blocks, plan.job.format, plan.encoding, record.offset, record.row)
        limits = _window_limits(plan)
        codec, rejects_format = plan.compile_codec(), plan.rejects_format()
        for window in read_windows(reader, record.row, codec, rejects_format, limits):
            self._keep_rejects(plan, record, window)
            sent, complete = self._send(plan, record, window, remaining, reserve)
            if not complete:
                return replace(record, sent=sent)
            record = _behind(record, window, sent)
            if not window.last:
                self._ledger.save_unit(plan.job_id, record)
                if remaining() < reserve:
                    return record
        return replace(record, state=UnitState.DONE)

    def _keep_rejects(self, plan: Plan, record: UnitRecord, window: Window) -> None:
        if window.rejects:
            key = layout.window_rejects_key(plan.job_id, record.unit, record.window)
            self._store.put(self._bucket, key, plan.rejects_format().header + window.rejects)

    def _send(
        self, plan: Plan, record: UnitRecord, window: Window, remaining: Remaining, reserve: float
    ) -> tuple[int, bool]:
        """Returns how many of the unit's messages are sent now, and whether those are all up to here."""
        requests = window.shuffled(f"{plan.job_id}/{record.unit}/{record.window}")
        job = plan.job
        messages = pack(
            requests, plan.job_id, record.unit, job.target, record.first_message, job.message_bytes
        )
        sent = max(record.sent, record.first_message)
        unsent = islice(messages, sent - record.first_message, None)
        for batch in batches(map(self._parcels.wrap, unsent)):
            if sent > record.sent and remaining() < reserve:
                return sent, False
            send_all(self._queue, batch, self._clock, self._rng)
            sent += len(batch)
        return sent, True


def _window_limits(plan: Plan) -> Limits:
    """A planned chunk is within the rows that a window may have, and mostly is one window. Gzip is cut
    into windows as they are read."""
    if plan.zipped:
        return Limits(min(plan.job.chunk_bytes, MAX_WINDOW_BYTES), max_rows(plan.header))
    return Limits(MAX_WINDOW_BYTES)


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
    )
