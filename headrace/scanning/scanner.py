"""Scans a work unit: a segment of a table, page by page, to wherever its job's items go."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace

from headrace.ledger import Tally, UnitRecord, UnitState, add_tallies
from headrace.plan import Plan, Segment
from headrace.ports import Clock, ObjectStore, Page, Places, ReadRequest, Remaining, WriteQueue
from headrace.scanning.pages import OutOfTimeError, PageReader
from headrace.scanning.request import most_items, read_request, table_of
from headrace.scanning.sink import Sink, UnitLedger
from headrace.scanning.sinks import Sinks


class Scanner:
    """
    Args:
        queue: the write queue.
        bucket: the data bucket.
    """

    def __init__(
        self,
        store: ObjectStore,
        places: Places,
        queue: WriteQueue,
        ledger: UnitLedger,
        clock: Clock,
        rng: random.Random,
        bucket: str,
    ) -> None:
        self._places = places
        self._ledger = ledger
        self._clock = clock
        self._rng = rng
        self._sinks = Sinks(store, places, queue, ledger, clock, rng, bucket)

    def scan(self, plan: Plan, segment: Segment, remaining: Remaining, reserve: float) -> UnitRecord:
        """Works on the segment until it is done, its job is stopped, or fewer than `reserve` seconds
        remain; the ledger has the cursor, and the same call again goes on from there.

        Raises:
            JobError: a table, a queue or a role is not there, may not be used, or refuses the request.
            TurnLostError: another worker has the segment now.
            TransientError: trying again may help.
        """
        fresh = UnitRecord(segment.unit, task=segment.task.value)
        record = self._ledger.take_unit(plan.job_id, fresh)
        if record.state.is_final:
            return record
        visit = self._visit(plan, segment, remaining, reserve)
        try:
            return visit.sink.leave(self._go_on(visit, replace(record, state=UnitState.RUNNING, error=None)))
        except Exception:
            visit.sink.abandon()
            raise

    def _visit(self, plan: Plan, segment: Segment, remaining: Remaining, reserve: float) -> _Visit:
        throttles: Counter[str] = Counter()
        job, (_, place) = plan.job, table_of(plan, segment)
        reader = PageReader(self._places.tables(place), self._clock, self._rng, throttles)
        source = PageReader(self._places.tables(job.source_place), self._clock, self._rng, throttles)
        sink = self._sinks.sink_of(
            plan, segment, lambda keys: source.absent(job.source, keys, remaining, reserve)
        )
        request, most = read_request(plan, segment), most_items(plan, segment)
        return _Visit(plan.job_id, request, most, reader, sink, throttles, remaining, reserve)

    def _go_on(self, visit: _Visit, record: UnitRecord) -> UnitRecord:
        while not _is_at_end(record):
            if self._ledger.stopped(visit.job):
                return record
            try:
                record = visit.counted(visit.sink.take(record, visit.page_at(record)))
            except OutOfTimeError:
                return visit.counted(record)
            if visit.is_short_of_time() and not _is_at_end(record):
                return record
        return replace(record, state=UnitState.DONE)


@dataclass(frozen=True, slots=True)
class _Visit:
    """One invocation's work on a segment. `most`: items after which the segment ends."""

    job: str
    request: ReadRequest
    most: int | None
    reader: PageReader
    sink: Sink
    throttles: Counter[str]
    remaining: Remaining
    reserve: float

    def page_at(self, record: UnitRecord) -> Page:
        """The page at which the record stands; the last one holds no more than the segment may give."""
        rest = None if self.most is None else self.most - record.tally.records
        request = replace(self.request, start=record.key, limit=_limit(self.request, rest))
        page = self.reader.read(request, self.remaining, self.reserve)
        if rest is None or page.count < rest:
            return page
        return replace(page, texts=page.texts[:rest], count=rest, next=None)

    def counted(self, record: UnitRecord) -> UnitRecord:
        """The record with the throttles that were met since it was last asked for."""
        throttles = Tally(read_throttles=dict(self.throttles))
        self.throttles.clear()
        return replace(record, tally=add_tallies(record.tally, throttles))

    def is_short_of_time(self) -> bool:
        return self.remaining() < self.reserve


def _limit(request: ReadRequest, rest: int | None) -> int | None:
    """Without a filter DynamoDB need not look at more items than are wanted."""
    limits = [one for one in (request.limit, None if request.filter else rest) if one is not None]
    return min(limits, default=None)


def _is_at_end(record: UnitRecord) -> bool:
    """Only the first page and what is behind the last one have no start key."""
    return record.key is None and record.page > 0
