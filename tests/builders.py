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
from headrace.allowed import Allowed
from headrace.dead_letters import DeadLetters
from headrace.errors import HeadraceError, JobError, TransientError, TurnLostError
from headrace.failures import note_unit_failure, refusal
from headrace.job.model import Job
from headrace.job.naming import job_name
from headrace.ledger import Stop, UnitRecord, UnitState
from headrace.loader import Loader
from headrace.plan import Plan, Plans, Segment, Work, work_of
from headrace.planner import Execution, Planner
from headrace.ports import Item, KeyAttribute, ObjectRef, Remaining, TableSchema
from headrace.reporter import Reporter
from headrace.scanning.scanner import Scanner
from headrace.settling import look
from headrace.stopping import stop_for
from headrace.writer import Writer
from tests.fakes import (
    Crash,
    FakeClock,
    Faults,
    MemoryEvents,
    MemoryExecutions,
    MemoryLedger,
    MemoryObjectStore,
    MemoryPlaces,
    MemoryQueue,
    MemoryTables,
    MemoryUserQueue,
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
QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/items"
EVERYTHING = Allowed(("*",), ("*",), ("*",))


def job_document(**fields: Any) -> dict[str, Any]:
    return {"operation": "load", "source": SOURCE, "target": TABLE, **fields}


def upload_event(key: str = SOURCE_KEY, sequencer: str = "0055AED6DCD90281E5") -> dict[str, Any]:
    detail = {"bucket": {"name": BUCKET}, "object": {"key": key, "sequencer": sequencer}}
    return {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}


def plan_of(job: Job | None = None, header: tuple[str, ...] = ("id", "name"), **fields: Any) -> Plan:
    source = ObjectRef(BUCKET, SOURCE_KEY, 100, '"etag"')
    defaults: dict[str, Any] = {"source": source, "codec": "utf-8", "zipped": False, "keys": (ID,)}
    return Plan("one", job or Job(SOURCE, TABLE), header=header, **defaults | fields)


def forever() -> float:
    """A Remaining of a function that does not end."""
    return 1e9


def times(*seconds: float) -> Remaining:
    """A Remaining that gives these, and the last of them ever after."""
    left = list(seconds)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def execution(name: str) -> Execution:
    return Execution(EXECUTION.arn.removesuffix("one") + name, name, HOME)


class Killed(BaseException):
    """The execution is stopped, and with it all that it has called."""


class Calls:
    """Counts the calls of all ports; `at`: what is to be done before the call of that number."""

    def __init__(self) -> None:
        self.count = 0
        self.at: dict[int, Callable[[], None]] = {}

    def meet(self) -> None:
        self.count += 1
        if action := self.at.pop(self.count, None):
            action()


class CountedFaults(Faults):
    def __init__(self, calls: Calls) -> None:
        super().__init__()
        self._all = calls

    def meet(self, method: str) -> None:
        self._all.meet()
        super().meet(method)


@dataclass
class Pipeline:
    """The state machine and the event sources, over fakes.

    `copies`: how often SQS delivers the next message. `load_remaining`, `write_seconds`: what is left to
    a function when it is called; time passes by the fakes' sleeping. `between`: called after each call of
    a worker, as writers work at the same time.
    """

    seed: int = 0
    schema: TableSchema = SCHEMA
    others: tuple[TableSchema, ...] = ()
    allowed: Allowed = EVERYTHING
    page_items: int = 1000
    max_receives: int = 5
    copies: Callable[[], int] = lambda: 1
    load_remaining: Callable[[], Remaining] = lambda: forever
    write_seconds: float = 60.0
    load_tries: int = 7
    break_things: Callable[[Pipeline], None] = lambda _: None
    """Called once the job is planned."""
    between: Callable[[Pipeline], None] = lambda _: None
    calls: Calls = field(default_factory=Calls)
    clock: FakeClock = field(default_factory=FakeClock)
    store: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    user_queue: MemoryUserQueue = field(default_factory=MemoryUserQueue)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    executions: MemoryExecutions = field(default_factory=MemoryExecutions)
    events: MemoryEvents = field(default_factory=MemoryEvents)
    waiting: list[tuple[str, int]] = field(default_factory=list)
    """Messages in the write queue, each with how often it has been received."""

    def __post_init__(self) -> None:
        self.tables = MemoryTables(self.schema, *self.others, page_items=self.page_items)
        self.places = MemoryPlaces(self.tables, {QUEUE: self.user_queue})
        ports = (self.store, self.queue, self.user_queue, self.ledger, self.tables, self.places)
        for port in (*ports, self.executions, self.events):
            port.faults = CountedFaults(self.calls)
        self.rng = random.Random(self.seed)
        self.deploy()

    def deploy(self) -> None:
        """Functions that remember nothing."""
        self.plans = Plans(self.store, BUCKET)
        self.planner = Planner(
            self.store, self.places, self.ledger, self.executions, self.clock, BUCKET, self.allowed
        )
        self.loader = Loader(self.store, self.queue, self.ledger, self.clock, self.rng, BUCKET)
        self.scanner = Scanner(self.store, self.places, self.queue, self.ledger, self.clock, self.rng, BUCKET)
        self.writer = Writer(
            self.store, self.places, self.queue, self.ledger, self.plans, self.clock, self.rng, BUCKET
        )
        self.dead_letters = DeadLetters(self.store, self.ledger, self.plans, self.rng, BUCKET)
        self.reporter = Reporter(self.store, self.ledger, self.plans, self.events, self.clock, BUCKET)

    def put_source(self, text: str | bytes, key: str = SOURCE_KEY) -> None:
        self.store.objects[BUCKET, key] = text.encode() if isinstance(text, str) else text

    def run(self, text: str | bytes, **fields: Any) -> dict[str, Any]:
        """The report of a job over a source of this text."""
        self.put_source(text)
        return self.execute(job_document(**fields))

    def resume(self, job: str = "one", name: str = "again") -> dict[str, Any]:
        return self.execute({"resume": job}, execution(name))

    def execute(self, document: Mapping[str, Any], by: Execution = EXECUTION) -> dict[str, Any]:
        """What the state machine gives: a report, or, where it had nothing to do, the plan function's
        answer."""
        self.executions.running.add(by.arn)
        try:
            return self._execute(document, by)
        finally:
            self.executions.running.discard(by.arn)

    def _execute(self, document: Mapping[str, Any], by: Execution) -> dict[str, Any]:
        again = True
        while again:
            try:
                planned = _tried_again(lambda: self.plan(document, by))
            except JobError as error:
                refused = (type(error).__name__, str(error))
                return self.reporter.report(job_name(document, by.name), by.arn, refused)
            if planned["status"] not in ("PLANNED", "DRY_RUN", "ENDED"):
                return planned
            self.break_things(self)
            self.break_things = lambda _: None
            again = planned["status"] == "PLANNED" and planned["again"]
            if planned["status"] == "PLANNED":
                self.work(planned["job"], planned["units_key"])
        if planned["status"] == "PLANNED":
            self.deliver()
            self.settle(planned["job"])
        return _tried_again(lambda: self.reporter.report(planned["job"], by.arn))

    def plan(self, document: Mapping[str, Any], by: Execution = EXECUTION) -> dict[str, Any]:
        while True:
            planned = self.planner.plan(document, by, forever, 0)
            if planned["status"] != "PLANNING":
                return planned

    def units(self, job: str, key: str | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = orjson.loads(self.store.objects[BUCKET, key or layout.units_key(job)])
        return found

    def work(self, job: str, key: str | None = None) -> None:
        """The Map over a list of units."""
        for fields in self.units(job, key):
            self._work_on(job, work_of(fields))

    load = work

    def _work_on(self, job: str, work: Work) -> None:
        tries = 0
        while True:
            try:
                record = self._call_worker(job, work)
            except TurnLostError:
                return None
            except (Crash, HeadraceError) as error:
                tries += 1
                if tries == self.load_tries:
                    return self._note(job, work, error)
            else:
                self.between(self)
                if record.state is not UnitState.RUNNING or self.ledger.stopped(job):
                    return None

    def _call_worker(self, job: str, work: Work) -> UnitRecord:
        plan = self.plans.find(job)
        try:
            if isinstance(work, Segment):
                return self.scanner.scan(plan, work, self.load_remaining(), 10)
            return self.loader.load(plan, work, self.load_remaining(), 10)
        except JobError as error:
            stop_for(self.ledger, job, error)
            return note_unit_failure(self.ledger, job, work, refusal(error))

    def _note(self, job: str, work: Work, error: BaseException) -> None:
        while True:
            try:
                note_unit_failure(self.ledger, job, work, failure(error))
            except TurnLostError:
                return
            except HeadraceError:
                continue
            return

    def deliver(self, rounds: int = 200) -> None:
        """Delivers messages in any order until there are none, or in so many rounds none were left."""
        for _ in range(rounds):
            self.waiting += [(body, 1) for body in self.queue.sent for _ in range(self.copies())]
            self.queue.sent.clear()
            if not self.waiting:
                return
            self.rng.shuffle(self.waiting)
            for message in tuple(self.waiting):
                self._deliver(*message)

    def _deliver(self, body: str, receives: int) -> None:
        """The message is in the queue until it is taken."""
        taken = self._write(body, receives)
        if not taken and receives == self.max_receives:
            taken = self._bury(body)
        if (body, receives) in self.waiting:
            self.waiting.remove((body, receives))
        if not taken:
            self.waiting.append((body, receives + 1))

    def _write(self, body: str, receives: int) -> bool:
        end = self.clock.now() + self.write_seconds
        try:
            self.writer.take(body, "receipt", receives, lambda: end - self.clock.now(), 5)
        except (Crash, HeadraceError):
            return False
        return True

    def _bury(self, body: str) -> bool:
        """SQS delivers a dead letter until it is taken."""
        while True:
            try:
                self.dead_letters.take("message-id", body)
            except (Crash, HeadraceError):
                continue
            return True

    def settle(self, job: str) -> None:
        watch = None
        while True:
            answer = look(self.ledger, job, watch, self.clock.now(), STALL_SECONDS).to_json(job)
            if answer["done"]:
                return
            watch = orjson.loads(orjson.dumps(answer))["watch"]
            self.clock.sleep(answer["pause"])

    def kill(self, call: int) -> None:
        """The execution is to be stopped at that call of a port from now on."""

        def stop() -> None:
            raise Killed

        self.calls.at = {self.calls.count + call: stop}

    def cancel(self, call: int, job: str = "one") -> None:
        """The job is to be stopped at that call of a port from now on."""
        stop = Stop("JobCancelledError", "cancelled")
        self.calls.at = {self.calls.count + call: lambda: self.ledger.stop(job, stop)}

    @property
    def items(self) -> dict[tuple[str, ...], Item]:
        return self.items_of(self.schema.name)

    def items_of(self, table: str) -> dict[tuple[str, ...], Item]:
        return self.tables.tables[table].items

    def rejects(self, job: str = "one") -> list[dict[str, str]]:
        """The rows of the rejects file, of a job in the default format."""
        text = self.store.objects.get((BUCKET, layout.rejects_key(job)), b"").decode(errors="surrogateescape")
        return list(csv.DictReader(io.StringIO(text, newline="")))


def _tried_again(call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """As the state machine does where a function dies, or may succeed another time."""
    while True:
        try:
            return call()
        except (Crash, TransientError):
            continue


def failure(error: BaseException) -> dict[str, str]:
    """The error as the state machine catches it."""
    return refusal(error) if isinstance(error, HeadraceError) else {"Error": "Runtime.ExitError"}


def is_balanced(report: Mapping[str, Any]) -> bool:
    rows = report["rows"]
    return bool(rows["read"] == rows["written"] + rows["superseded"] + rows["skipped"] + rows["rejected"])
