"""Parts of a job for the tests, and a pipeline of fakes that runs a whole job in one thread."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from headrace import layout
from headrace.dead_letters import DeadLetters
from headrace.errors import HeadraceError, JobError
from headrace.failures import note_unit_failure, refusal
from headrace.job.model import Job
from headrace.ledger import UnitState
from headrace.loader import Loader
from headrace.plan import Plan, Plans, Unit
from headrace.planner import Execution, Planner, job_name
from headrace.ports import Item, KeyAttribute, ObjectRef, Remaining, TableSchema
from headrace.reporter import Reporter
from headrace.settling import look
from headrace.writer import Writer
from tests.fakes import (
    Crash,
    FakeClock,
    MemoryEvents,
    MemoryLedger,
    MemoryObjectStore,
    MemoryQueue,
    MemoryTables,
)

BUCKET = "data"
SOURCE_KEY = "incoming/orders/rows.csv"
SOURCE = f"s3://{BUCKET}/{SOURCE_KEY}"
TABLE = "orders"
HOME = "arn:aws:dynamodb:eu-west-1:123456789012:table/"
EXECUTION = Execution("arn:aws:states:eu-west-1:123456789012:execution:Headrace:one", "one", HOME)
ID = KeyAttribute("id", "S", "partition")
SCHEMA = TableSchema(TABLE, HOME + TABLE, (ID,))
STALL_SECONDS = 900


def job_document(**fields: Any) -> dict[str, Any]:
    return {"operation": "load", "source": SOURCE, "target": TABLE, **fields}


def upload_event(key: str = SOURCE_KEY, sequencer: str = "0055AED6DCD90281E5") -> dict[str, Any]:
    detail = {"bucket": {"name": BUCKET}, "object": {"key": key, "sequencer": sequencer}}
    return {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}


def plan_of(job: Job | None = None, header: tuple[str, ...] = ("id", "name"), **fields: Any) -> Plan:
    source = ObjectRef(BUCKET, SOURCE_KEY, 100, '"etag"')
    defaults: dict[str, Any] = {"codec": "utf-8", "zipped": False, "keys": (ID,), "units": 1}
    return Plan("one", job or Job(SOURCE, TABLE), source, header=header, **defaults | fields)


def forever() -> float:
    """A Remaining of a function that does not end."""
    return 1e9


def times(*seconds: float) -> Remaining:
    """A Remaining that gives these, and the last of them ever after."""
    left = list(seconds)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


@dataclass
class Pipeline:
    """The state machine and the event sources, over fakes.

    `copies`: how often SQS delivers the next message. `load_seconds`, `write_seconds`: what is left to
    a function when it is called; time passes by the fakes' sleeping.
    """

    seed: int = 0
    schema: TableSchema = SCHEMA
    allowed: tuple[str, ...] = ("*",)
    max_receives: int = 5
    copies: Callable[[], int] = lambda: 1
    load_remaining: Callable[[], Remaining] = lambda: forever
    write_seconds: float = 60.0
    load_tries: int = 7
    break_things: Callable[[Pipeline], None] = lambda _: None
    """Called once the job is planned."""
    clock: FakeClock = field(default_factory=FakeClock)
    store: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    events: MemoryEvents = field(default_factory=MemoryEvents)

    def __post_init__(self) -> None:
        self.tables = MemoryTables(self.schema)
        self.rng = random.Random(self.seed)
        self.plans = Plans(self.store, BUCKET)
        self.planner = Planner(self.store, self.tables, self.ledger, self.clock, BUCKET, self.allowed)
        self.loader = Loader(self.store, self.queue, self.ledger, self.clock, self.rng, BUCKET)
        self.writer = Writer(
            self.store, self.tables, self.queue, self.ledger, self.plans, self.clock, self.rng, BUCKET
        )
        self.dead_letters = DeadLetters(self.store, self.ledger, self.plans, self.rng, BUCKET)
        self.reporter = Reporter(self.store, self.ledger, self.plans, self.events, self.clock, BUCKET)

    def put_source(self, text: str | bytes, key: str = SOURCE_KEY) -> None:
        self.store.objects[BUCKET, key] = text.encode() if isinstance(text, str) else text

    def run(self, text: str | bytes, **fields: Any) -> dict[str, Any]:
        """The report of a job over a source of this text."""
        self.put_source(text)
        return self.execute(job_document(**fields))

    def execute(self, document: Mapping[str, Any], execution: Execution = EXECUTION) -> dict[str, Any]:
        try:
            planned = self.plan(document, execution)
        except JobError as error:
            refusal = (type(error).__name__, str(error))
            return self.reporter.report(job_name(document, execution.name), execution.arn, refusal)
        self.break_things(self)
        if planned["status"] == "PLANNED":
            self.load(planned["job"])
            self.deliver()
            self.settle(planned["job"])
        return self.reporter.report(planned["job"], execution.arn)

    def plan(self, document: Mapping[str, Any], execution: Execution = EXECUTION) -> dict[str, Any]:
        while True:
            planned = self.planner.plan(document, execution, forever, 0)
            if planned["status"] != "PLANNING":
                return planned

    def units(self, job: str) -> list[dict[str, Any]]:
        units: list[dict[str, Any]] = orjson.loads(self.store.objects[BUCKET, layout.units_key(job)])
        return units

    def load(self, job: str) -> None:
        for unit in self.units(job):
            self._load_unit(job, unit)

    def _load_unit(self, job: str, unit: dict[str, Any]) -> None:
        tries = 0
        while True:
            try:
                record = self.loader.load(self.plans.find(job), Unit(**unit), self.load_remaining(), 10)
            except (Crash, HeadraceError) as error:
                tries += 1
                if isinstance(error, JobError) or tries == self.load_tries:
                    return self._note(job, unit, error)
            else:
                if record.state is UnitState.DONE:
                    return None

    def _note(self, job: str, unit: dict[str, Any], error: BaseException) -> None:
        while True:
            try:
                note_unit_failure(self.ledger, job, Unit(**unit), failure(error))
            except HeadraceError:
                continue
            return

    def deliver(self, rounds: int = 200) -> None:
        """Delivers messages in any order until there are none, or in so many rounds none were left."""
        again: list[tuple[str, int]] = []
        for _ in range(rounds):
            pool = [(body, 1) for body in self.queue.sent for _ in range(self.copies())] + again
            self.queue.sent.clear()
            if not pool:
                return
            self.rng.shuffle(pool)
            again = [(body, receives + 1) for body, receives in pool if not self._write(body, receives)]
            for body, _ in [one for one in again if one[1] > self.max_receives]:
                self._bury(body)
            again = [one for one in again if one[1] <= self.max_receives]

    def _write(self, body: str, receives: int) -> bool:
        end = self.clock.now() + self.write_seconds
        try:
            self.writer.take(body, "receipt", receives, lambda: end - self.clock.now(), 5)
        except (Crash, HeadraceError):
            return False
        return True

    def _bury(self, body: str) -> None:
        """SQS delivers a dead letter until it is taken."""
        while True:
            try:
                return self.dead_letters.take("message-id", body)
            except (Crash, HeadraceError):
                continue

    def settle(self, job: str) -> None:
        watch = None
        while True:
            answer = look(self.ledger, job, watch, self.clock.now(), STALL_SECONDS).to_json(job)
            if answer["done"]:
                return
            watch = orjson.loads(orjson.dumps(answer))["watch"]
            self.clock.sleep(answer["pause"])

    @property
    def items(self) -> dict[tuple[str, ...], Item]:
        return self.tables.tables[self.schema.name].items

    def rejects(self, job: str = "one") -> list[dict[str, str]]:
        """The rows of the rejects file, of a job in the default format."""
        text = self.store.objects.get((BUCKET, layout.rejects_key(job)), b"").decode(errors="surrogateescape")
        return list(csv.DictReader(io.StringIO(text, newline="")))


def failure(error: BaseException) -> dict[str, str]:
    """The error as the state machine catches it."""
    return refusal(error) if isinstance(error, HeadraceError) else {"Error": "Runtime.ExitError"}


def is_balanced(report: Mapping[str, Any]) -> bool:
    rows = report["rows"]
    return bool(rows["read"] == rows["written"] + rows["superseded"] + rows["skipped"] + rows["rejected"])
