"""What the engine needs from the world, as Protocols, and the values that cross them.

Each port has a real adapter in `headrace/aws/` and a fake in `tests/fakes.py` that fails on
command; one contract suite runs over both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

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
        return f"s3://{self.bucket}/{self.key}"


class ObjectStore(Protocol):
    """S3."""

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

    def list(self, bucket: str, prefix: str) -> list[str]:
        """Keys in order."""
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
class TableSchema:
    name: str
    arn: str
    keys: tuple[KeyAttribute, ...]
    """The table's own keys, partition first, then those of all indexes."""

    @property
    def primary(self) -> tuple[KeyAttribute, ...]:
        return tuple(key for key in self.keys if key.index is None)


@dataclass(frozen=True, slots=True)
class Written:
    """What one BatchWriteItem call did."""

    unprocessed: tuple[str, ...] = ()
    """Requests left over, each as JSON text, ready to be sent again."""
    units: float = 0.0
    """Write units consumed, indexes included."""


class Tables(Protocol):
    """DynamoDB tables of the user's."""

    def describe(self, table: str) -> TableSchema:
        """Raises TableNotFoundError, TableAccessError, TransientError."""
        ...

    def write(self, table: str, requests: str) -> Written:
        """One BatchWriteItem. `requests`: a JSON array of at most 25 write requests, sent as it is.

        Raises ThrottledError, WriteRefusedError, TableNotFoundError, TableAccessError, TransientError.
        """
        ...


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
