"""In-memory fakes of every port, which fail on command.

They refuse what the services refuse, so that a test that passes with them means something; the
contract suite runs over them and over the real adapters alike.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from headrace.errors import (
    HeadraceError,
    JobExistsError,
    QueueNotFoundError,
    ReadRefusedError,
    SourceChangedError,
    SourceNotFoundError,
    TableNotFoundError,
    TurnLostError,
    WriteRefusedError,
)
from headrace.items.equality import canonical_item, same_items
from headrace.items.number import number_key
from headrace.items.size import MAX_ITEM_BYTES, item_size
from headrace.job.model import Place
from headrace.ledger import (
    Delivery,
    JobRecord,
    Outcome,
    Progress,
    Settled,
    Stop,
    UnitRecord,
    UnitState,
    add_outcomes,
)
from headrace.messages import MAX_MESSAGE_BYTES, MAX_REQUESTS
from headrace.ports import (
    Condition,
    ExecutionRecord,
    Item,
    ObjectRef,
    Page,
    ReadRequest,
    TableSchema,
    UserMessage,
    Written,
)
from headrace.sending import MAX_ENTRIES
from tests.reading import is_less, read_page

_MAX_KEY_BYTES = {"partition": 2048, "sort": 1024}
_SQS_NAME = re.compile(r"[!-~]{1,128}")
_NOT_IN_SQS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Crash(BaseException):
    """A function that is killed: nothing of the engine may catch it."""


class Faults:
    """What goes wrong at which call of a method."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self._errors: dict[tuple[str, int], BaseException] = {}

    def on(self, method: str, call: int, error: BaseException) -> None:
        """Raises `error` at the `call`-th call of `method` from now on, counted from 1."""
        self._errors[method, self.calls[method] + call] = error

    def meet(self, method: str) -> None:
        self.calls[method] += 1
        error = self._errors.pop((method, self.calls[method]), None)
        if error is not None:
            raise error


class FakeClock:
    """Time passes by sleeping alone."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


class HastyClock:
    """Time passes a hundred times as fast."""

    def __init__(self) -> None:
        self._start = time.time()

    def now(self) -> float:
        return self._start + (time.time() - self._start) * 100

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / 100)


class MemoryObjectStore:
    """
    Args:
        block: bytes of a block that `read` gives.
    """

    def __init__(self, block: int = 1 << 20) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        self.missing_buckets: set[str] = set()
        self.unfinished = 0
        """Writers that are neither committed nor aborted."""
        self.block = block
        self.faults = Faults()

    def find(self, bucket: str, key: str) -> ObjectRef:
        self.faults.meet("find")
        body = self._body(bucket, key)
        return ObjectRef(bucket, key, len(body), _etag(body))

    def read(self, source: ObjectRef, start: int, end: int) -> Iterator[bytes]:
        for at in range(start, end, self.block):
            self.faults.meet("read")
            body = self._body(source.bucket, source.key)
            if _etag(body) != source.etag:
                raise SourceChangedError(f"source: {source.url} was replaced while the job ran")
            yield body[at : min(at + self.block, end)]

    def get(self, bucket: str, key: str) -> bytes | None:
        self.faults.meet("get")
        return self.objects.get((bucket, key))

    def put(self, bucket: str, key: str, body: bytes) -> None:
        self.faults.meet("put")
        self.objects[bucket, key] = body

    def put_stream(self, bucket: str, key: str, blocks: Iterator[bytes]) -> None:
        self.put(bucket, key, b"".join(blocks))

    def writer(self, bucket: str, key: str) -> MemoryObjectWriter:
        return MemoryObjectWriter(self, bucket, key)

    def list(self, bucket: str, prefix: str) -> list[str]:
        self.faults.meet("list")
        return sorted(key for own, key in self.objects if own == bucket and key.startswith(prefix))

    def list_objects(self, bucket: str, prefix: str) -> Iterator[ObjectRef]:
        if bucket in self.missing_buckets:
            raise SourceNotFoundError(f"source: there is no bucket {bucket!r}")
        for key in self.list(bucket, prefix):
            body = self.objects[bucket, key]
            yield ObjectRef(bucket, key, len(body), _etag(body))

    def _body(self, bucket: str, key: str) -> bytes:
        if (bucket, key) not in self.objects:
            raise SourceNotFoundError(f"source: there is no object s3://{bucket}/{key}")
        return self.objects[bucket, key]


class MemoryObjectWriter:
    def __init__(self, store: MemoryObjectStore, bucket: str, key: str) -> None:
        self._store = store
        self._at = bucket, key
        self._written = bytearray()
        self._open = True
        store.unfinished += 1

    def write(self, data: bytes) -> None:
        assert self._open, "this writer has ended"
        self._store.faults.meet("write")
        self._written += data

    def commit(self) -> str:
        assert self._open, "this writer has ended"
        self._store.faults.meet("commit")
        self._end()
        self._store.objects[self._at] = bytes(self._written)
        self._store.faults.meet("committed")
        return _etag(bytes(self._written))

    def abort(self) -> None:
        """After an abort, or a commit, it does nothing."""
        if self._open:
            self._end()

    def _end(self) -> None:
        self._open = False
        self._store.unfinished -= 1


def _etag(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


class MemoryQueue:
    """`sent`: the bodies that it took and that nobody has received yet.

    Args:
        fail_every: every so many-th entry is not taken.
    """

    def __init__(self, fail_every: int = 0) -> None:
        self.sent: list[str] = []
        self.delays: list[int] = []
        self.released: list[tuple[str, int]] = []
        self.fail_every = fail_every
        self.faults = Faults()
        self._entries = 0

    def send(self, bodies: Sequence[str], delay: int = 0) -> list[int]:
        self.faults.meet("send")
        self._check(bodies, delay)
        failed = [position for position, _ in enumerate(bodies) if self._fails()]
        self.sent += [body for position, body in enumerate(bodies) if position not in failed]
        self.delays.append(delay)
        self.faults.meet("sent")
        return failed

    def release(self, receipt: str, delay: int) -> None:
        self.released.append((receipt, delay))

    def _fails(self) -> bool:
        self._entries += 1
        return bool(self.fail_every) and self._entries % self.fail_every == 0

    def _check(self, bodies: Sequence[str], delay: int) -> None:
        assert 1 <= len(bodies) <= MAX_ENTRIES, "SQS takes 1 to 10 entries"
        assert sum(len(body.encode()) for body in bodies) <= MAX_MESSAGE_BYTES, "SQS takes 1 MiB"
        assert 0 <= delay <= 900, "SQS delays up to 900 seconds"
        assert not any(_NOT_IN_SQS.search(body) for body in bodies), "a character that SQS refuses"


class MemoryUserQueue:
    """`messages`: what it took, in order; of a FIFO queue each identity once.

    Args:
        fail_every: every so many-th entry is not taken.
        exists: False: nobody has made it.
    """

    def __init__(self, fifo: bool = False, fail_every: int = 0, exists: bool = True) -> None:
        self.messages: list[UserMessage] = []
        self.batches: list[int] = []
        self.fifo = fifo
        self.fail_every = fail_every
        self.exists = exists
        self.faults = Faults()
        self._entries = 0
        self._identities: set[str | None] = set()

    @property
    def bodies(self) -> list[str]:
        return [message.body for message in self.messages]

    def check(self) -> None:
        self.faults.meet("check")
        if not self.exists:
            raise QueueNotFoundError("there is no such queue")

    def send(self, messages: Sequence[UserMessage]) -> list[int]:
        self.faults.meet("send")
        if not self.exists:
            raise QueueNotFoundError("there is no such queue")
        self._check_batch(messages)
        failed = [position for position, _ in enumerate(messages) if self._fails()]
        for position, message in enumerate(messages):
            if position not in failed:
                self._take(message)
        self.batches.append(len(messages))
        self.faults.meet("sent")
        return failed

    def _take(self, message: UserMessage) -> None:
        if not self.fifo or message.identity not in self._identities:
            self.messages.append(message)
            self._identities.add(message.identity)

    def _fails(self) -> bool:
        self._entries += 1
        return bool(self.fail_every) and self._entries % self.fail_every == 0

    def _check_batch(self, messages: Sequence[UserMessage]) -> None:
        assert 1 <= len(messages) <= MAX_ENTRIES, "SQS takes 1 to 10 entries"
        size = sum(len(message.body.encode()) for message in messages)
        assert size <= MAX_MESSAGE_BYTES, "SQS takes 1 MiB"
        for message in messages:
            assert message.body, "SQS takes no empty body"
            assert not _NOT_IN_SQS.search(message.body), "a character that SQS refuses"
            assert self.fifo == bool(message.identity), "FIFO queues want an identity, others take none"
            assert message.group or not self.fifo, "FIFO queues want a group"
            for name in (message.group, message.identity):
                assert name is None or _SQS_NAME.fullmatch(name), "1 to 128 letters, digits, punctuation"


@dataclass
class MemoryTable:
    schema: TableSchema
    items: dict[tuple[str, ...], Item] = field(default_factory=dict)


class MemoryTables:
    """
    Args:
        leave_every: every so many-th request comes back unprocessed.
        refuse: texts; an item that has one of them is refused.
        page_items: items that a page looks at, at most.
        ahead: a write that is begun is carried out at once, not when it is waited for.
    """

    def __init__(
        self,
        *schemas: TableSchema,
        leave_every: int = 0,
        refuse: Sequence[str] = (),
        page_items: int = 1000,
        ahead: bool = False,
    ) -> None:
        self.ahead = ahead
        self.begun: list[MemoryBegunWrite] = []
        self.tables = {schema.name: MemoryTable(schema) for schema in schemas}
        self.leave_every = leave_every
        self.refuse = tuple(refuse)
        self.page_items = page_items
        self.vanish_after: int | None = None
        self.bodies: list[str] = []
        self.reads: list[ReadRequest] = []
        self.faults = Faults()
        self._requests = 0

    def add(self, table: str, *items: Item) -> None:
        """Puts them there, as somebody else would."""
        found = self._table(table)
        found.items |= {_key(found.schema, item): item for item in items}

    def items(self, table: str) -> list[Item]:
        return list(self._table(table).items.values())

    def describe(self, table: str) -> TableSchema:
        self.faults.meet("describe")
        return self._table(table).schema

    def write(self, table: str, requests: str) -> Written:
        self.faults.meet("write")
        if self.vanish_after is not None and self.faults.calls["write"] > self.vanish_after:
            self.tables.pop(table, None)
        self.bodies.append(requests)
        found = self._table(table)
        asked = self._checked(found.schema, orjson.loads(requests))
        left = [request for request in asked if self._leaves()]
        done = [request for request in asked if request not in left]
        for request in done:
            _carry_out(found, request)
        self.faults.meet("written")
        return Written(tuple(map(_spelled, left)), float(sum(map(_write_units, done))))

    def begin_write(self, table: str, requests: str) -> MemoryBegunWrite:
        self.begun.append(MemoryBegunWrite(lambda: self.write(table, requests), self.ahead))
        return self.begun[-1]

    def write_if(self, table: str, requests: str, condition: Condition) -> Written:
        """`leave_every` tells what is throttled; `write_if` and `written_if` are the calls to fail."""
        self.faults.meet("write_if")
        self.bodies.append(requests)
        found = self._table(table)
        outcomes = [self._put_if(found, request, condition) for request in orjson.loads(requests)]
        self.faults.meet("written_if")
        return Written(
            unprocessed=tuple(text for one in outcomes for text in one.unprocessed),
            units=sum(one.units for one in outcomes),
            skipped=sum(one.skipped for one in outcomes),
            refused=tuple(pair for one in outcomes for pair in one.refused),
            throttles=tuple(reason for one in outcomes for reason in one.throttles),
        )

    def _put_if(self, table: MemoryTable, request: Any, condition: Condition) -> Written:
        item, text = request["PutRequest"]["Item"], _spelled(request)
        if self._leaves():
            return Written(unprocessed=(text,), throttles=("ThrottlingException",))
        try:
            self._check_item(table.schema, item)
            _check_newer(item, condition.newer_by)
        except WriteRefusedError as error:
            return Written(refused=((text, str(error)),))
        there = table.items.get(_key(table.schema, item))
        if there is None or _is_newer(item, there, condition.newer_by):
            _carry_out(table, request)
        elif not (condition.again and same_items(there, item)):
            return Written(units=_write_units(request), skipped=1)
        return Written(units=_write_units(request))

    def read(self, request: ReadRequest) -> Page:
        self.faults.meet("read")
        self.reads.append(request)
        found = self._table(request.table)
        return read_page(found.schema, list(found.items.values()), request, self.page_items)

    def absent(self, table: str, keys: Sequence[Item]) -> list[Item]:
        self.faults.meet("absent")
        found = self._table(table)
        try:
            _check_keys(found.schema, keys)
        except WriteRefusedError as error:
            raise ReadRefusedError(f"scan: DynamoDB refuses to read table {table!r}: {error}") from error
        return [key for key in keys if _key(found.schema, key) not in found.items]

    def _table(self, name: str) -> MemoryTable:
        found = self.tables.get(name.rpartition(":table/")[2])
        if found is None:
            raise TableNotFoundError(f"there is no table {name!r}")
        return found

    def _leaves(self) -> bool:
        self._requests += 1
        return bool(self.leave_every) and self._requests % self.leave_every == 0

    def _checked(self, schema: TableSchema, requests: Any) -> list[Any]:
        """The requests, if DynamoDB would take the call."""
        if not 1 <= len(requests) <= MAX_REQUESTS:
            raise WriteRefusedError("1 validation error: length must be between 1 and 25")
        for request in requests:
            if "DeleteRequest" in request:
                _check_whole_key(schema, request["DeleteRequest"]["Key"])
            else:
                self._check_item(schema, request["PutRequest"]["Item"])
        if len({_key(schema, _attributes(request)) for request in requests}) < len(requests):
            raise WriteRefusedError("Provided list of item keys contains duplicates")
        return list(requests)

    def _check_item(self, schema: TableSchema, item: Item) -> None:
        if any(text in orjson.dumps(item).decode() for text in self.refuse):
            raise WriteRefusedError("the test refuses this item")
        if item_size(item) > MAX_ITEM_BYTES:
            raise WriteRefusedError("Item size has exceeded the maximum allowed size")
        for key in schema.keys:
            if key.index is None and key.name not in item:
                raise WriteRefusedError(f"Missing the key {key.name} in the item")
            if key.name in item:
                _check_key(key.type, _MAX_KEY_BYTES[key.role], item[key.name])
        if any(value.get(kind) == [] for value in item.values() for kind in ("SS", "NS", "BS")):
            raise WriteRefusedError("An set may not be empty")


def _attributes(request: Any) -> Item:
    """The item of a put, the key of a delete."""
    found: Item = (
        request["PutRequest"]["Item"] if "PutRequest" in request else request["DeleteRequest"]["Key"]
    )
    return found


def _carry_out(table: MemoryTable, request: Any) -> None:
    key = _key(table.schema, _attributes(request))
    if "PutRequest" in request:
        table.items[key] = _attributes(request)
    else:
        table.items.pop(key, None)


def _spelled(request: Any) -> str:
    return orjson.dumps(request).decode()


def _write_units(request: Any) -> int:
    return -(-item_size(_attributes(request)) // 1024)


def _check_newer(item: Item, attribute: str | None) -> None:
    if attribute is None:
        return
    if attribute not in item:
        raise WriteRefusedError(f"the item has no attribute {attribute!r}, which tells whether it is newer")
    if not item[attribute].keys() <= {"S", "N", "B"}:
        raise WriteRefusedError("Incorrect operand type for operator or function; operator: <")


def _is_newer(item: Item, there: Item, attribute: str | None) -> bool:
    return attribute is not None and (attribute not in there or is_less(there[attribute], item[attribute]))


def _check_keys(schema: TableSchema, keys: Sequence[Item]) -> None:
    if len(keys) > 100:
        raise WriteRefusedError("Too many items requested for the BatchGetItem call")
    if len({canonical_item(key) for key in keys}) < len(keys):
        raise WriteRefusedError("Provided list of item keys contains duplicates")
    for key in keys:
        _check_whole_key(schema, key)


def _check_whole_key(schema: TableSchema, key: Item) -> None:
    if key.keys() != {one.name for one in schema.primary}:
        raise WriteRefusedError("The provided key element does not match the schema")
    for one in schema.primary:
        _check_key(one.type, _MAX_KEY_BYTES[one.role], key[one.name])


def _check_key(kind: str, limit: int, value: Mapping[str, Any]) -> None:
    if kind not in value:
        raise WriteRefusedError(f"Type mismatch for key, expected: {kind}")
    if not value[kind]:
        raise WriteRefusedError("The AttributeValue for a key attribute cannot contain an empty value")
    if len(value[kind].encode()) > limit:
        raise WriteRefusedError(f"Size of the key must be under {limit} bytes")


def _key(schema: TableSchema, item: Item) -> tuple[str, ...]:
    return tuple(
        number_key(item[key.name]["N"]) if key.type == "N" else item[key.name][key.type]
        for key in schema.primary
    )


class MemoryBegunWrite:
    """`open`: it is neither waited for nor abandoned."""

    def __init__(self, write: Callable[[], Written], ahead: bool) -> None:
        self.open = True
        self._write = write
        self._done = _outcome_of(write) if ahead else None

    def written(self) -> Written:
        assert self.open, "it is waited for once"
        self.open = False
        done = self._done or _outcome_of(self._write)
        if isinstance(done, HeadraceError):
            raise done
        return done

    def abandon(self) -> None:
        self.open = False


def _outcome_of(write: Callable[[], Written]) -> Written | HeadraceError:
    try:
        return write()
    except HeadraceError as error:
        return error


class MemoryPlaces:
    """
    Args:
        tables: those of every place that `by_place` does not have.
        queues: by their URLs; any other is not there.
    """

    def __init__(
        self, tables: MemoryTables | None = None, queues: Mapping[str, MemoryUserQueue] | None = None
    ) -> None:
        self.default = tables or MemoryTables()
        self.by_place: dict[Place, MemoryTables] = {}
        self.queues = dict(queues or {})
        self.faults = Faults()

    def tables(self, place: Place) -> MemoryTables:
        self.faults.meet("tables")
        return self.by_place.get(place, self.default)

    def queue(self, url: str, place: Place) -> MemoryUserQueue:  # noqa: ARG002
        self.faults.meet("queue")
        return self.queues.get(url) or MemoryUserQueue(exists=False)


class MemoryExecutions:
    """`running`: ARNs of those that run."""

    def __init__(self, *running: str) -> None:
        self.running = set(running)
        self.faults = Faults()

    def is_running(self, arn: str) -> bool:
        self.faults.meet("is_running")
        return arn in self.running


class MemoryStateMachine:
    """Runs nothing by itself: a test ends what was started.

    Args:
        arn: of the execution without a name.
    """

    def __init__(
        self, clock: FakeClock, arn: str = "arn:aws:states:eu-west-1:123456789012:execution:Headrace:"
    ):
        self.found: dict[str, ExecutionRecord] = {}
        """By ARN, the newest last."""
        self.faults = Faults()
        self._clock = clock
        self._arn = arn

    def arn_of(self, name: str) -> str:
        return self._arn + name

    def start(self, name: str, document: Mapping[str, Any]) -> str:
        self.faults.meet("start")
        arn, now, kept = self.arn_of(name), self._clock.now(), orjson.loads(orjson.dumps(document))
        found = self.found.setdefault(arn, ExecutionRecord(arn, name, "RUNNING", now, document=kept))
        if not found.is_running or found.document != kept:
            raise JobExistsError(f"there is a job {name!r} already")
        return arn

    def executions(self) -> Iterator[ExecutionRecord]:
        self.faults.meet("executions")
        for found in reversed(self.found.values()):
            yield ExecutionRecord(found.arn, found.name, found.status, found.started, found.ended)

    def describe(self, arn: str) -> ExecutionRecord | None:
        self.faults.meet("describe")
        return self.found.get(arn)

    def stop(self, arn: str, cause: str) -> None:
        self.faults.meet("stop")
        self.end(arn, "ABORTED", cause=cause)

    def end(self, arn: str, status: str, **fields: Any) -> None:
        """`fields`: its output, or its error and cause."""
        self.found[arn] = replace(self.found[arn], status=status, ended=self._clock.now(), **fields)


class MemoryLedger:
    """Keeps what can be kept: a record that is no JSON is an error here as it is there."""

    def __init__(self) -> None:
        self.jobs: dict[str, JobRecord] = {}
        self.faults = Faults()
        self._stops: dict[str, Stop] = {}
        self._units: dict[str, dict[int, UnitRecord]] = defaultdict(dict)
        self._settled: dict[tuple[str, int, int], Outcome] = {}
        self._parked: set[tuple[str, int, int]] = set()
        self._progress: dict[tuple[str, int, int], Progress] = {}
        self._reasons: dict[tuple[str, int, int], str] = {}

    def claim(self, record: JobRecord) -> JobRecord:
        self.faults.meet("claim")
        return self.jobs.setdefault(record.job, record)

    def job(self, job: str) -> JobRecord | None:
        self.faults.meet("job")
        return self.jobs.get(job)

    def save_job(self, record: JobRecord) -> None:
        self.faults.meet("save_job")
        orjson.dumps(record)
        if self.jobs.get(record.job, record).resumed > record.resumed:
            raise TurnLostError(f"job {record.job} was resumed by another execution")
        self.jobs[record.job] = record

    def stop(self, job: str, stop: Stop) -> None:
        self.faults.meet("stop")
        self._stops.setdefault(job, stop)

    def stopped(self, job: str) -> Stop | None:
        self.faults.meet("stopped")
        return self._stops.get(job)

    def clear_stop(self, job: str) -> None:
        self.faults.meet("clear_stop")
        self._stops.pop(job, None)

    def unit(self, job: str, unit: int) -> UnitRecord | None:
        return self._units[job].get(unit)

    def take_unit(self, job: str, fresh: UnitRecord) -> UnitRecord:
        self.faults.meet("take_unit")
        known = self._units[job].get(fresh.unit, fresh)
        if known.state.is_final:
            return known
        taken = replace(known, turn=known.turn + 1)
        orjson.dumps(taken)
        self.put_unit(job, taken)
        return taken

    def save_unit(self, job: str, record: UnitRecord) -> None:
        self.faults.meet("save_unit")
        orjson.dumps(record)
        known = self._units[job].get(record.unit, UnitRecord(record.unit))
        final = known.state.is_final and record.state is not UnitState.VOID
        if not final and known.turn <= record.turn:
            self.put_unit(job, record)
        elif known.state is not UnitState.DONE or known.turn > record.turn:
            raise TurnLostError(f"unit {record.unit} is in the hands of another worker")

    def reopen_unit(self, job: str, record: UnitRecord) -> None:
        self.faults.meet("reopen_unit")
        known = self._units[job].get(record.unit, UnitRecord(record.unit))
        if known.state in (UnitState.DONE, UnitState.FAILED) and known.turn <= record.turn:
            self.put_unit(job, record)

    def put_unit(self, job: str, record: UnitRecord) -> None:
        """Whatever is there: a test's own way to a state."""
        self._units[job][record.unit] = record

    def units(self, job: str) -> list[UnitRecord]:
        return [record for _, record in sorted(self._units[job].items())]

    def delivery(self, job: str, unit: int, sequence: int) -> Delivery:
        self.faults.meet("delivery")
        at, stopped = (job, unit, sequence), job in self._stops
        if at in self._settled:
            return Delivery(settled=True, stopped=stopped)
        return Delivery(
            stopped=stopped, progress=self._progress.get(at, Progress()), reason=self._reasons.get(at)
        )

    def keep_progress(self, job: str, unit: int, sequence: int, progress: Progress) -> None:
        self.faults.meet("keep_progress")
        orjson.dumps(progress)
        self._progress[job, unit, sequence] = progress

    def note_failure(self, job: str, unit: int, sequence: int, reason: str) -> None:
        self._reasons[job, unit, sequence] = reason

    def settle(self, job: str, unit: int, sequence: int, outcome: Outcome) -> bool:
        self.faults.meet("settle")
        at = (job, unit, sequence)
        if at in self._settled:
            return False
        self._settled[at] = outcome
        return True

    def park(self, job: str, unit: int, sequence: int) -> None:
        self.faults.meet("park")
        self._parked.add((job, unit, sequence))

    def settled(self, job: str) -> dict[int, Settled]:
        found: dict[int, Settled] = defaultdict(Settled)
        for (own, unit, number), outcome in sorted(self._settled.items()):
            if own == job:
                found[unit] = _with_outcome(found[unit], number, outcome)
        for (own, unit, number), progress in self._progress.items():
            if own == job and (own, unit, number) not in self._settled:
                one = found[unit]
                found[unit] = replace(one, in_progress=one.in_progress + progress.lines)
        for own, unit, number in self._parked:
            if own == job and (own, unit, number) not in self._settled:
                found[unit] = replace(found[unit], parked=found[unit].parked | 1 << number)
        return dict(found)


def _with_outcome(one: Settled, number: int, outcome: Outcome) -> Settled:
    both = add_outcomes(Outcome(one.counts, one.parts, one.reason), outcome)
    return replace(
        one, numbers=one.numbers | 1 << number, counts=both.counts, parts=both.parts, reason=both.reason
    )


class MemoryEvents:
    def __init__(self) -> None:
        self.published: list[Mapping[str, Any]] = []
        self.faults = Faults()

    def publish(self, detail: Mapping[str, Any]) -> None:
        self.faults.meet("publish")
        assert len(orjson.dumps(detail)) <= 256 * 1024, "EventBridge takes 256 KiB"
        self.published.append(detail)
