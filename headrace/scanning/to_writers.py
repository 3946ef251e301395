"""A segment's items as messages in the write queue, the same ones however often a page is read.

A page's record is saved before its messages are sent, with a digest of what is in them. Where a page
that is read again gives other requests, because its table has changed, the numbers that its first
messages may have used are void, and the messages of now get the numbers behind them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from headrace.ledger import UnitRecord
from headrace.messages import digest, pack
from headrace.parcels import Parcels
from headrace.plan import Plan
from headrace.ports import Clock, Page, WriteQueue
from headrace.scanning.rejects import PageRejects
from headrace.scanning.requests import Made, Make
from headrace.scanning.sink import PageByPage, UnitLedger, advanced
from headrace.sending import batches, send_all


class WriterSink(PageByPage):
    def __init__(
        self,
        ledger: UnitLedger,
        queue: WriteQueue,
        parcels: Parcels,
        rejects: PageRejects,
        clock: Clock,
        rng: random.Random,
        plan: Plan,
        make: Make,
    ) -> None:
        super().__init__(ledger, plan.job_id)
        self._queue = queue
        self._parcels = parcels
        self._rejects = rejects
        self._clock = clock
        self._rng = rng
        self._plan = plan
        self._make = make

    def take(self, record: UnitRecord, page: Page) -> UnitRecord:
        made = self._make(page)
        rejects = self._rejects.keep(record, made.rejected)
        record = _begun(record, digest(made.bodies))
        first = record.first_message
        messages = list(self._messages(made, record.unit, first))
        record = replace(record, pending=len(messages))
        self._ledger.save_unit(self._job, record)
        for batch in batches(map(self._parcels.wrap, messages)):
            send_all(self._queue, batch, self._clock, self._rng)
        rows = {"rows": len(made.bodies) + len(made.rejected), "requests": len(made.bodies)}
        return advanced(replace(record, sent=first + len(messages)), page, **rows, **rejects)

    def _messages(self, made: Made, unit: int, first: int) -> Iterator[bytes]:
        job = self._plan.job
        return pack(made.bodies, made.units, self._job, unit, job.target, first, job.message_bytes)


def _begun(record: UnitRecord, mark: str) -> UnitRecord:
    """The record with the page in flight. Another page than the one that was in flight: that one's
    messages are void."""
    if record.mark in ("", mark):
        return replace(record, mark=mark)
    behind = record.first_message + record.pending
    void = ((record.first_message, record.pending),) if record.pending else ()
    return replace(record, mark=mark, first_message=behind, sent=behind, void=record.void + void)
