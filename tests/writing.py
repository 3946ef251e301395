"""The writing half of a job, over fakes: a plan, its messages, the queue, writers and dead letters."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from headrace import layout
from headrace.dead_letters import DeadLetters
from headrace.errors import HeadraceError
from headrace.job.model import Job
from headrace.ledger import JobRecord, JobState, Settled
from headrace.messages import delete_request, pack, put_request
from headrace.plan import Plan, Plans
from headrace.ports import Item, KeyAttribute, TableSchema
from headrace.writer import Writer
from tests.fakes import (
    Crash,
    FakeClock,
    MemoryLedger,
    MemoryObjectStore,
    MemoryPlaces,
    MemoryQueue,
    MemoryTables,
)

BUCKET, TABLE = "data", "orders"
LOAD = Job("s3://data/rows.csv", TABLE)
ID = KeyAttribute("id", "S", "partition")
SCHEMA = TableSchema(TABLE, f"arn:aws:dynamodb:eu-west-1:123456789012:table/{TABLE}", (ID,))


def row_of(number: int, **more: str) -> Item:
    return {"id": {"S": f"k{number}"}, "name": {"S": f"<{number}>"}} | {n: {"N": v} for n, v in more.items()}


def messages_of(items: Iterable[Item], limit: int = 100_000, unit: int = 0) -> list[str]:
    return _packed([put_request(item) for item in items], limit, unit)


def deletes_of(keys: Iterable[Item], limit: int = 100_000, unit: int = 0) -> list[str]:
    return _packed([delete_request(key) for key in keys], limit, unit)


def _packed(bodies: list[bytes], limit: int, unit: int) -> list[str]:
    return [body.decode() for body in pack(list(bodies), None, "one", unit, TABLE, 0, limit)]


@dataclass
class Writing:
    """
    `copies`: how often SQS delivers the next message. `write_seconds`: what is left to a writer when it
    is called; time passes by the fakes' sleeping.
    """

    job: Job = LOAD
    seed: int = 0
    copies: Callable[[], int] = lambda: 1
    write_seconds: float = 60.0
    max_receives: int = 99
    clock: FakeClock = field(default_factory=FakeClock)
    store: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    tables: MemoryTables = field(default_factory=lambda: MemoryTables(SCHEMA))

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.places = MemoryPlaces(self.tables)
        self.plans = Plans(self.store, BUCKET)
        self.writer = Writer(
            self.store, self.places, self.queue, self.ledger, self.plans, self.clock, self.rng, BUCKET
        )
        self.dead_letters = DeadLetters(self.store, self.ledger, self.plans, self.rng, BUCKET)
        self.plans.save(Plan("one", self.job, None, "utf-8", False, ("id", "name"), (ID,)))
        self.set_state(JobState.RUNNING)

    def set_state(self, state: JobState) -> None:
        self.ledger.save_job(JobRecord("one", "arn", 0.0, state))

    def take(self, body: str, seconds: float = 1e9, receives: int = 1) -> None:
        end = self.clock.now() + seconds
        self.writer.take(body, "receipt", receives, lambda: end - self.clock.now(), 5)

    def deliver(self, bodies: Iterable[str] = ()) -> None:
        """Delivers these and what is in the queue, in any order, until nothing comes back."""
        pool = [(body, 0) for body in bodies]
        while pool or self.queue.sent:
            pool += [(body, 0) for body in self.queue.sent for _ in range(self.copies())]
            self.queue.sent.clear()
            self.rng.shuffle(pool)
            pool = [(body, n + 1) for body, n in pool if not self._write(body, n + 1)]
            for body, _ in [one for one in pool if one[1] >= self.max_receives]:
                self._bury(body)
            pool = [one for one in pool if one[1] < self.max_receives]

    def _write(self, body: str, receives: int) -> bool:
        try:
            self.take(body, self.write_seconds, receives)
        except (Crash, HeadraceError):
            return False
        return True

    def _bury(self, body: str) -> None:
        while True:
            try:
                return self.dead_letters.take("message-id", body)
            except (Crash, HeadraceError):
                continue

    @property
    def settled(self) -> Settled:
        return self.ledger.settled("one").get(0, Settled())

    @property
    def items(self) -> dict[tuple[str, ...], Item]:
        return self.tables.tables[TABLE].items

    @property
    def parked(self) -> dict[str, str]:
        """Bodies by their keys."""
        prefix = layout.parked_prefix("one")
        found = [key for bucket, key in self.store.objects if key.startswith(prefix)]
        return {key: self.store.objects[BUCKET, key].decode() for key in found}

    def rejects(self) -> bytes:
        """The parts that the ledger knows, one behind the other."""
        return b"".join(self.store.objects[BUCKET, part] for part in self.settled.parts)
