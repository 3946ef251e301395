"""In-memory fakes of every port, which fail on command.

They refuse what the services refuse, so that a test that passes with them means something; the
contract suite runs over them and over the real adapters alike.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from headrace.errors import (
    SourceChangedError,
    SourceNotFoundError,
    TableNotFoundError,
    WriteRefusedError,
)
from headrace.items.number import number_key
from headrace.items.size import MAX_ITEM_BYTES, item_size
from headrace.ledger import (
    Delivery,
    JobRecord,
    Outcome,
    Progress,
    Settled,
    UnitRecord,
    UnitState,
    add_outcomes,
)
from headrace.messages import MAX_MESSAGE_BYTES, MAX_REQUESTS
from headrace.ports import Item, ObjectRef, TableSchema, Written
from headrace.sending import MAX_ENTRIES

_MAX_KEY_BYTES = {"partition": 2048, "sort": 1024}
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


class MemoryObjectStore:
    """
    Args:
        block: bytes of a block that `read` gives.
    """

    def __init__(self, block: int = 1 << 20) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
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

    def list(self, bucket: str, prefix: str) -> list[str]:
        self.faults.meet("list")
        return sorted(key for own, key in self.objects if own == bucket and key.startswith(prefix))

    def _body(self, bucket: str, key: str) -> bytes:
        if (bucket, key) not in self.objects:
            raise SourceNotFoundError(f"source: there is no object s3://{bucket}/{key}")
        return self.objects[bucket, key]


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


@dataclass
class MemoryTable:
    schema: TableSchema
    items: dict[tuple[str, ...], Item] = field(default_factory=dict)


class MemoryTables:
    """
    Args:
        leave_every: every so many-th request comes back unprocessed.
        refuse: texts; an item that has one of them is refused.
    """

    def __init__(self, *schemas: TableSchema, leave_every: int = 0, refuse: Sequence[str] = ()) -> None:
        self.tables = {schema.name: MemoryTable(schema) for schema in schemas}
        self.leave_every = leave_every
        self.refuse = tuple(refuse)
        self.vanish_after: int | None = None
        self.bodies: list[str] = []
        self.faults = Faults()
        self._requests = 0

    def describe(self, table: str) -> TableSchema:
        self.faults.meet("describe")
        return self._table(table).schema

    def write(self, table: str, requests: str) -> Written:
        self.faults.meet("write")
        if self.vanish_after is not None and self.faults.calls["write"] > self.vanish_after:
            self.tables.pop(table, None)
        self.bodies.append(requests)
        found = self._table(table)
        items = self._checked(found.schema, orjson.loads(requests))
        left = [item for item in items if self._leaves()]
        done = [item for item in items if item not in left]
        found.items |= {_key(found.schema, item): item for item in done}
        self.faults.meet("written")
        unprocessed = tuple(orjson.dumps({"PutRequest": {"Item": item}}).decode() for item in left)
        return Written(unprocessed, float(sum(-(-item_size(item) // 1024) for item in done)))

    def _table(self, name: str) -> MemoryTable:
        found = self.tables.get(name.rpartition(":table/")[2])
        if found is None:
            raise TableNotFoundError(f"target: there is no table {name!r}")
        return found

    def _leaves(self) -> bool:
        self._requests += 1
        return bool(self.leave_every) and self._requests % self.leave_every == 0

    def _checked(self, schema: TableSchema, requests: Any) -> list[Item]:
        """The items, if DynamoDB would take the call."""
        if not 1 <= len(requests) <= MAX_REQUESTS:
            raise WriteRefusedError("1 validation error: length must be between 1 and 25")
        items: list[Item] = [request["PutRequest"]["Item"] for request in requests]
        for item in items:
            self._check_item(schema, item)
        if len({_key(schema, item) for item in items}) < len(items):
            raise WriteRefusedError("Provided list of item keys contains duplicates")
        return items

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


class MemoryLedger:
    """Keeps what can be kept: a record that is no JSON is an error here as it is there."""

    def __init__(self) -> None:
        self.jobs: dict[str, JobRecord] = {}
        self.faults = Faults()
        self._units: dict[str, dict[int, UnitRecord]] = defaultdict(dict)
        self._settled: dict[tuple[str, int, int], Outcome] = {}
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
        self.jobs[record.job] = record

    def unit(self, job: str, unit: int) -> UnitRecord | None:
        return self._units[job].get(unit)

    def save_unit(self, job: str, record: UnitRecord) -> None:
        self.faults.meet("save_unit")
        orjson.dumps(record)
        known = self._units[job].get(record.unit)
        if known is None or known.state is not UnitState.DONE:
            self.put_unit(job, record)

    def put_unit(self, job: str, record: UnitRecord) -> None:
        """Whatever is there: a test's own way to a state."""
        self._units[job][record.unit] = record

    def units(self, job: str) -> list[UnitRecord]:
        return [record for _, record in sorted(self._units[job].items())]

    def delivery(self, job: str, unit: int, sequence: int) -> Delivery:
        self.faults.meet("delivery")
        at = (job, unit, sequence)
        if at in self._settled:
            return Delivery(settled=True)
        return Delivery(progress=self._progress.get(at, Progress()), reason=self._reasons.get(at))

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

    def settled(self, job: str) -> dict[int, Settled]:
        found: dict[int, Settled] = {}
        for (own, unit, _), outcome in sorted(self._settled.items()):
            if own == job:
                found[unit] = _with_outcome(found.get(unit, Settled()), outcome)
        for (own, unit, number), progress in self._progress.items():
            if own == job and (own, unit, number) not in self._settled:
                one = found.get(unit, Settled())
                found[unit] = replace(one, in_progress=one.in_progress + progress.lines)
        return found


def _with_outcome(one: Settled, outcome: Outcome) -> Settled:
    both = add_outcomes(Outcome(one.counts, one.parts, one.reason), outcome)
    return Settled(one.messages + 1, one.in_progress, both.counts, both.parts, both.reason)


class MemoryEvents:
    def __init__(self) -> None:
        self.published: list[Mapping[str, Any]] = []
        self.faults = Faults()

    def publish(self, detail: Mapping[str, Any]) -> None:
        self.faults.meet("publish")
        assert len(orjson.dumps(detail)) <= 256 * 1024, "EventBridge takes 256 KiB"
        self.published.append(detail)
