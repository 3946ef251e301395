"""What the engine needs from the world, as Protocols, and the values that cross them.

Each port has a real adapter in `headrace/aws/` and a fake in `tests/fakes.py` that fails on
command; one contract suite runs over both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from headrace.job.model import Place
from headrace.locations import url_of

Item = dict[str, dict[str, Any]]
"""An item in DynamoDB JSON as it goes over the wire: N is text, B is base64 text."""


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """One version of an object: `etag` pins it, so that a replaced object is noticed."""

    bucket: str
    key: str
    size: int
    etag: str

    @property
    def url(self) -> str:
        return url_of(self.bucket, self.key)


class ObjectStore(Protocol):
    """S3, or folders of this machine."""

    def find(self, bucket: str, key: str) -> ObjectRef:
        """Raises SourceNotFoundError, SourceAccessError, TransientError."""
        ...

    def read(self, source: ObjectRef, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` to before `end`, in blocks of any size.

        Raises SourceChangedError where the object is not `source.etag` any more."""
        ...

    def get(self, bucket: str, key: str) -> bytes | None:
        """A small object whole, or None where there is none."""
        ...

    def put(self, bucket: str, key: str, body: bytes) -> None: ...

    def put_stream(self, bucket: str, key: str, blocks: Iterator[bytes]) -> None:
        """An object of any size, in bounded memory."""
        ...

    def writer(self, bucket: str, key: str) -> ObjectWriter:
        """For an object of any size, piece by piece, in bounded memory."""
        ...

    def list(self, bucket: str, prefix: str) -> list[str]:
        """Keys in order."""
        ...

    def list_objects(self, bucket: str, prefix: str) -> Iterator[ObjectRef]:
        """Objects in the order of their keys. Raises SourceNotFoundError (no such bucket),
        SourceAccessError, TransientError."""
        ...


class ObjectWriter(Protocol):
    """An object that is being written; nobody sees it before it is committed."""

    def write(self, data: bytes) -> None: ...

    def commit(self) -> str:
        """Makes the object; returns its etag."""
        ...

    def abort(self) -> None:
        """Gives up what was written."""
        ...


class WriteQueue(Protocol):
    """The SQS queue that feeds the writers."""

    def send(self, bodies: Sequence[str], delay: int = 0) -> list[int]:
        """At most 10 bodies, together at most 1 MiB; returns the positions of those that it did
        not take. `delay` in seconds, at most 900."""
        ...

    def release(self, receipt: str, delay: int) -> None:
        """Makes a received message visible again after `delay` seconds."""
        ...


@dataclass(frozen=True, slots=True)
class KeyAttribute:
    name: str
    type: str
    """S, N or B."""
    role: str
    """`partition` or `sort`."""
    index: str | None = None
    """The index whose key it is; None: the table's own."""


@dataclass(frozen=True, slots=True)
class IndexSchema:
    """What an item takes in an index. Its keys are among those of the table's schema."""

    name: str
    attributes: frozenset[str] | None = None
    """What it has beside its own keys and the table's; None: everything."""
    write_capacity: int | None = None
    """Provisioned write units of a global index; None: on demand, or the table's."""


@dataclass(frozen=True, slots=True)
class TableSchema:
    name: str
    arn: str
    keys: tuple[KeyAttribute, ...]
    """The table's own keys, partition first, then those of all indexes."""
    items: int = 0
    """How many there are, as DescribeTable says: some hours old."""
    bytes: int = 0
    """Of the same age."""
    read_capacity: int | None = None
    """Provisioned read units; None: on demand."""
    write_capacity: int | None = None
    """Provisioned write units; None: on demand."""
    indexes: tuple[IndexSchema, ...] = ()
    deletion_protection: bool = False

    @property
    def primary(self) -> tuple[KeyAttribute, ...]:
        return tuple(key for key in self.keys if key.index is None)

    def keys_of(self, index: str | None) -> tuple[KeyAttribute, ...]:
        """Partition first; empty where there is no such index."""
        return tuple(key for key in self.keys if key.index == index)


@dataclass(frozen=True, slots=True)
class Written:
    """What one BatchWriteItem call did."""

    unprocessed: tuple[str, ...] = ()
    """Requests left over, each as JSON text, ready to be sent again."""
    units: float = 0.0
    """Write units consumed, indexes included."""
    skipped: int = 0
    """Requests whose condition did not hold."""
    refused: tuple[tuple[str, str], ...] = ()
    """Requests that DynamoDB refuses for what is in them, each with the reason."""
    throttles: tuple[str, ...] = ()
    """Why requests are left over, in DynamoDB's words."""


@dataclass(frozen=True, slots=True)
class Condition:
    """When an item may be put over what is there under its key.

    `newer_by` None: never. Else: where the item there has no such attribute, or a smaller one.
    `again`: the request may have been carried out before; an identical item that is there then counts
    as written, not as skipped."""

    newer_by: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """One page of a Scan, or of a Query where there is a `key_condition`.

    `start`: a page's `next`, or None for the first. `keys_only`: other attributes are not asked for.
    Expressions as DynamoDB takes them; `values` in DynamoDB JSON."""

    table: str
    segment: int = 0
    segments: int = 1
    start: str | None = None
    index: str | None = None
    key_condition: str | None = None
    filter: str | None = None
    projection: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    consistent: bool = False
    limit: int | None = None
    """Items that DynamoDB looks at, before the filter."""
    count: bool = False
    """No items, only how many."""
    reverse: bool = False
    """Of a Query: from the highest sort key down."""


@dataclass(frozen=True, slots=True)
class Page:
    texts: Sequence[bytes]
    """Items, each as compact JSON. None where only a count was asked for."""
    count: int
    scanned: int
    """Items that DynamoDB looked at, before the filter."""
    next: str | None
    """Where the next page starts, as JSON text; None: this was the last. A page may well be empty
    and not the last."""
    units: float = 0.0
    """Read units consumed."""

    @property
    def items(self) -> list[Item]:
        """Made anew each time: what can go on as text should."""
        return list(map(orjson.loads, self.texts))


class BegunWrite(Protocol):
    """A BatchWriteItem that may be on its way."""

    def written(self) -> Written:
        """Waits for its answer, once. Raises as `Tables.write` does."""
        ...

    def abandon(self) -> None:
        """Nobody will wait: whether it was carried out stays unknown. Nothing to abandon is no matter."""
        ...


class Tables(Protocol):
    """DynamoDB tables of the user's, in one place."""

    def describe(self, table: str) -> TableSchema:
        """Raises TableNotFoundError, TableAccessError, TransientError."""
        ...

    def write(self, table: str, requests: str) -> Written:
        """One BatchWriteItem. `requests`: a JSON array of at most 25 write requests, sent as it is.

        Raises ThrottledError, WriteRefusedError, TableNotFoundError, TableAccessError, TransientError.
        """
        ...

    def begin_write(self, table: str, requests: str) -> BegunWrite:
        """The same without waiting, so that several can be on their way at once. It may be carried out
        twice. What goes wrong is raised by the one that is returned."""
        ...

    def write_if(self, table: str, requests: str, condition: Condition) -> Written:
        """One PutItem a request, each under the condition. `requests`: a JSON array of at most 25 put
        requests. What was throttled, or may not have arrived, comes back as unprocessed.

        Raises TableNotFoundError, TableAccessError.
        """
        ...

    def read(self, request: ReadRequest) -> Page:
        """Raises ThrottledError, ReadRefusedError, TableNotFoundError, TableAccessError, TransientError."""
        ...

    def absent(self, table: str, keys: Sequence[Item]) -> list[Item]:
        """Those of the keys, at most 100, under which there is no item. Read consistently.

        Raises ThrottledError, ReadRefusedError, TableNotFoundError, TableAccessError, TransientError.
        """
        ...


class Places(Protocol):
    """Where the user's tables and queues are: other regions, other accounts."""

    def tables(self, place: Place) -> Tables: ...

    def queue(self, url: str, place: Place) -> UserQueue: ...


@dataclass(frozen=True, slots=True)
class UserMessage:
    """`group` and `identity` are for FIFO queues: the same identity within five minutes is one message."""

    body: str
    group: str | None = None
    identity: str | None = None


class UserQueue(Protocol):
    """An SQS queue of the user's."""

    def check(self) -> None:
        """Raises QueueNotFoundError, QueueAccessError, TransientError."""
        ...

    def send(self, messages: Sequence[UserMessage]) -> list[int]:
        """At most 10, their bodies together at most 1 MiB; returns the positions of those that it did
        not take. Raises QueueNotFoundError, QueueAccessError, TransientError."""
        ...


class Executions(Protocol):
    """Executions of the stack's state machine."""

    def is_running(self, arn: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class ExecutionRecord:
    """An execution of the state machine, as Step Functions knows it. Times are seconds since 1970.

    `document`: its input, and `output`, read from JSON; None where Step Functions did not tell them, as
    it does not in a list. `status`: RUNNING, PENDING_REDRIVE, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
    """

    arn: str
    name: str
    status: str
    started: float
    ended: float | None = None
    document: Any = None
    output: Any = None
    error: str = ""
    cause: str = ""

    @property
    def is_running(self) -> bool:
        return self.status in ("RUNNING", "PENDING_REDRIVE")


class StateMachine(Protocol):
    """The stack's state machine, for those who use it. Each call may raise StackAccessError,
    StackNotFoundError, CredentialsError and TransientError."""

    def arn_of(self, name: str) -> str:
        """What the execution of that name has as its ARN, if there is one."""
        ...

    def start(self, name: str, document: Mapping[str, Any]) -> str:
        """The ARN of the execution; of the one that runs with this name and this very input, if there is.

        Raises JobExistsError: the name was used before."""
        ...

    def executions(self) -> Iterator[ExecutionRecord]:
        """The newest first, without what only `describe` tells."""
        ...

    def describe(self, arn: str) -> ExecutionRecord | None:
        """None where there is none, or no more: Step Functions forgets them after 90 days."""
        ...

    def stop(self, arn: str, cause: str) -> None: ...


class Events(Protocol):
    """EventBridge."""

    def publish(self, detail: Mapping[str, Any]) -> None: ...


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since 1970."""
        ...

    def sleep(self, seconds: float) -> None: ...


Remaining = Callable[[], float]
"""Seconds that are left to the running function."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows of a message, or of many; adds up."""

    written: int = 0
    skipped: int = 0
    rejected: int = 0
    failed: int = 0
    units: float = 0.0
    throttles: Mapping[str, int] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        return self.written + self.skipped + self.rejected + self.failed
