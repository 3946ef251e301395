"""Which sink a segment's pages go to."""

from __future__ import annotations

import random
from collections.abc import Callable

from headrace.export.parts import ExportSink
from headrace.job.model import Operation
from headrace.parcels import Parcels
from headrace.plan import Plan, Segment, Task
from headrace.ports import Clock, Item, ObjectStore, Places, WriteQueue
from headrace.scanning.counting import CountSink
from headrace.scanning.rejects import PageRejects
from headrace.scanning.request import key_names
from headrace.scanning.requests import Make, copying, keys_of, pruning, truncating
from headrace.scanning.sink import Sink, UnitLedger
from headrace.scanning.to_queue import QueueSink
from headrace.scanning.to_writers import WriterSink

Absent = Callable[[list[Item]], list[Item]]
"""Those of the keys that the copy's source does not have."""


class Sinks:
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
        self._store = store
        self._places = places
        self._queue = queue
        self._ledger = ledger
        self._clock = clock
        self._rng = rng
        self._bucket = bucket

    def sink_of(self, plan: Plan, segment: Segment, absent: Absent) -> Sink:
        """A new one: it is for one segment and one invocation."""
        match segment.task, plan.job.operation:
            case Task.COUNT, _:
                return CountSink(self._ledger, plan.job_id)
            case Task.COUNT_PRUNE, _:
                names = key_names(plan, segment)
                return CountSink(self._ledger, plan.job_id, lambda page: len(absent(keys_of(page, names))))
            case Task.MOVE, Operation.EXPORT:
                return ExportSink(self._store, self._ledger, self._bucket, plan, segment)
            case Task.MOVE, Operation.SCAN:
                return self._to_queue(plan, segment)
        return self._to_writers(plan, _make(plan, segment, absent))

    def _to_queue(self, plan: Plan, segment: Segment) -> Sink:
        queue = self._places.queue(plan.job.target, plan.job.target_place)
        rejects = self._rejects(plan)
        return QueueSink(self._ledger, queue, rejects, self._clock, self._rng, plan, segment)

    def _to_writers(self, plan: Plan, make: Make) -> Sink:
        parcels, rejects = Parcels(self._store, self._bucket), self._rejects(plan)
        return WriterSink(self._ledger, self._queue, parcels, rejects, self._clock, self._rng, plan, make)

    def _rejects(self, plan: Plan) -> PageRejects:
        return PageRejects(self._store, self._bucket, plan.job_id)


def _make(plan: Plan, segment: Segment, absent: Absent) -> Make:
    if segment.task is Task.PRUNE:
        return pruning(key_names(plan, segment), absent)
    if plan.job.operation is Operation.TRUNCATE:
        return truncating
    return copying(plan)
