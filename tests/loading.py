"""One work unit and its loader over fakes, with what may happen to them in between."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from headrace import layout
from headrace.job.model import Format, Job, Shape
from headrace.ledger import Outcome, Stop, UnitRecord
from headrace.loader import Loader
from headrace.messages import read_message, requests_of
from headrace.plan import Plan, Unit
from headrace.ports import Counts, KeyAttribute, ObjectRef, Remaining
from tests.fakes import FakeClock, MemoryLedger, MemoryObjectStore, MemoryQueue

BUCKET = "data"
JOB_ID = "one"
ID = KeyAttribute("id", "S", "partition")


def forever() -> float:
    return 1e9


class StoppingLedger(MemoryLedger):
    """`stop_in`: so many times a worker may ask before the job is stopped."""

    stop_in: int | None = None

    def stopped(self, job: str) -> Stop | None:
        if self.stop_in is not None:
            self.stop_in -= 1
            if self.stop_in < 0:
                self.stop(job, Stop("JobCancelledError", "cancelled"))
        return super().stopped(job)

    def go_on(self) -> None:
        self.stop_in = None
        self.clear_stop(JOB_ID)


class InterruptedQueue(MemoryQueue):
    """`during`: called once, when a batch is half sent."""

    during: Callable[[], object] | None = None

    def send(self, bodies: Any, delay: int = 0) -> list[int]:
        interrupt, self.during = self.during, None
        if interrupt:
            interrupt()
        return super().send(bodies, delay)


@dataclass
class Loading:
    """`text`: of the unit. It is a part where `part` says so, or all of the plan's source, whose records
    are `records`: None where nobody counted them."""

    text: bytes
    shape: Shape = Shape.DELIMITED
    header: tuple[str, ...] = ("id", "name")
    key: str = "rows"
    records: int | None = None
    part: bool = False
    zipped: bool = False
    job: dict[str, Any] = field(default_factory=dict)
    store: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    queue: InterruptedQueue = field(default_factory=InterruptedQueue)
    ledger: StoppingLedger = field(default_factory=StoppingLedger)

    def __post_init__(self) -> None:
        self.store.objects[BUCKET, self.key] = self.text
        source = self.store.find(BUCKET, self.key)
        self.unit = Unit(0, 0, None, 1, self.records, part=source if self.part else None)
        self.plan = self._plan(None if self.part else source)
        self.loader = Loader(self.store, self.queue, self.ledger, FakeClock(), random.Random(0), BUCKET)

    def _plan(self, source: ObjectRef | None) -> Plan:
        header = self.header if self.shape is Shape.DELIMITED else ()
        options = {"message_bytes": 1200, "format": Format(shape=self.shape), **self.job}
        job = Job(f"s3://{BUCKET}/{self.key}", "orders", **options)
        return Plan(JOB_ID, job, source, "utf-8", self.zipped, header, (ID,))

    def load(self, remaining: Remaining = forever, **unit: Any) -> UnitRecord:
        return self.loader.load(self.plan, replace(self.unit, **unit), remaining, 10)

    @property
    def record(self) -> UnitRecord:
        found = self.ledger.unit(JOB_ID, 0)
        assert found is not None
        return found

    def sent(self) -> dict[int, set[str]]:
        """The bodies in the queue by their numbers; the same message may be there often."""
        bodies: dict[int, set[str]] = defaultdict(set)
        for body in self.queue.sent:
            bodies[read_message(body).header.sequence].add(body)
        return dict(bodies)

    def settle(self, numbers: int) -> None:
        for number in range(numbers.bit_length()):
            if numbers >> number & 1:
                self.ledger.settle(JOB_ID, 0, number, Outcome(Counts(written=1)))

    def rejects(self) -> list[bytes]:
        """Lines of the windows' rejects, without headers."""
        ending = self.plan.rejects_ending
        keys = [layout.window_rejects_key(JOB_ID, 0, number, ending) for number in range(self.record.window)]
        files = [self.store.objects.get((BUCKET, key), b"") for key in keys]
        spell = self.plan.rejects_format()
        return [line for file in files for line in spell.without_header(file).splitlines()]


def requests_in(body: str) -> list[Any]:
    lines = read_message(body).lines
    return [orjson.loads(request) for line in lines for request in requests_of(line)]


def numbers_of(bitmap: int) -> list[int]:
    return [number for number in range(bitmap.bit_length()) if bitmap >> number & 1]
