"""Segments on a bench: fakes of all that a scanner touches, and writers that take what it sends."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from headrace.job.model import Format, Job, Operation, Shape
from headrace.ledger import Outcome, UnitRecord
from headrace.messages import Message, requests_of
from headrace.parcels import Parcels
from headrace.plan import Plan, Segment
from headrace.ports import Counts, Item, KeyAttribute, Remaining, TableSchema
from headrace.scanning.scanner import Scanner
from tests.fakes import (
    FakeClock,
    MemoryLedger,
    MemoryObjectStore,
    MemoryPlaces,
    MemoryQueue,
    MemoryTables,
    MemoryUserQueue,
)

BUCKET = "data"
JOB = "one"
SOURCE, TARGET = "source", "target"
QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/items"
FIFO = QUEUE + ".fifo"
KEYS = (KeyAttribute("pk", "S", "partition"), KeyAttribute("sk", "N", "sort"))
HOME = "arn:aws:dynamodb:eu-west-1:123456789012:table/"


def schema(name: str, **fields: Any) -> TableSchema:
    return TableSchema(name, HOME + name, KEYS, **fields)


def item(number: int, **attributes: Any) -> Item:
    return {"pk": {"S": f"k{number // 3}"}, "sk": {"N": str(number)}, **attributes}


def items(count: int) -> list[Item]:
    return [item(number, name={"S": f"name {number}"}) for number in range(count)]


def job(operation: Operation, **fields: Any) -> Job:
    source = "" if operation is Operation.TRUNCATE else SOURCE
    target = {Operation.SCAN: QUEUE, Operation.COUNT: ""}.get(operation, TARGET)
    shape = Format(shape=Shape.DYNAMODB_JSON)
    return Job(**{"source": source, "target": target, "operation": operation, "format": shape, **fields})


def plan(operation: Operation, **fields: Any) -> Plan:
    return Plan(JOB, job(operation, **fields), None, "utf-8", False, (), KEYS, read_keys=KEYS)


def forever() -> float:
    return 1e9


def no_time() -> float:
    """Enough for a page."""
    return 1.0


@dataclass
class Bench:
    page_items: int = 7
    seed: int = 0
    clock: FakeClock = field(default_factory=FakeClock)
    store: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    user_queue: MemoryUserQueue = field(default_factory=MemoryUserQueue)
    fifo_queue: MemoryUserQueue = field(default_factory=lambda: MemoryUserQueue(fifo=True))

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.tables = MemoryTables(schema(SOURCE), schema(TARGET), page_items=self.page_items)
        self.places = MemoryPlaces(self.tables, {QUEUE: self.user_queue, FIFO: self.fifo_queue})
        self.scanner = Scanner(self.store, self.places, self.queue, self.ledger, self.clock, self.rng, BUCKET)

    def scan(self, plan: Plan, segment: Segment | None = None, remaining: Remaining = forever) -> UnitRecord:
        return self.scanner.scan(plan, segment or Segment(0, 0, 1), remaining, 10)

    def finish(
        self, plan: Plan, segment: Segment | None = None, remaining: Remaining = forever
    ) -> UnitRecord:
        """Calls the worker until its segment is done."""
        while not (record := self.scan(plan, segment, remaining)).state.is_final:
            pass
        return record

    def messages(self) -> list[Message]:
        parcels = Parcels(self.store, BUCKET)
        return [parcels.open(body) for body in self.queue.sent]

    def deliver(self) -> None:
        """Writers take all messages, each of them once or twice, in any order."""
        bodies = [body for body in self.queue.sent for _ in range(self.rng.randint(1, 2))]
        self.rng.shuffle(bodies)
        parcels = Parcels(self.store, BUCKET)
        for body in bodies:
            self._write(parcels.open(body))
        self.queue.sent.clear()

    def _write(self, message: Message) -> None:
        header = message.header
        if self.ledger.delivery(header.job, header.unit, header.sequence).settled:
            return
        for line in message.lines:
            self.tables.write(header.target, line)
        self.ledger.settle(header.job, header.unit, header.sequence, Outcome(Counts(written=header.requests)))

    def there(self, table: str = TARGET) -> list[Item]:
        return in_order(self.tables.items(table))


def in_order(found: Iterable[Item]) -> list[Item]:
    return sorted(found, key=lambda one: (one["pk"]["S"], int(one["sk"]["N"])))


def requests(messages: Iterable[Message]) -> list[str]:
    return [request for message in messages for line in message.lines for request in requests_of(line)]


def before_call(port: Any, method: str, number: int, run: Callable[[], object]) -> None:
    """Something else happens before the `number`-th call of a port's method from now on."""
    call, calls = getattr(port, method), 0

    def called(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            run()
        return call(*args, **kwargs)

    setattr(port, method, called)
