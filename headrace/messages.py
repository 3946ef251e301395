"""A message: the write requests that travel from a loader to a writer as one SQS message.

The first line is a JSON header, every further line a JSON array of at most 25 write requests with
distinct keys, ready to stand in a BatchWriteItem body as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

import orjson

from headrace.compact import compact_json
from headrace.errors import MessageError
from headrace.ports import Item

VERSION = 1
PACKING = "2"
"""Changes with each version that packs the same requests into other messages."""
MAX_REQUESTS = 25
"""DynamoDB's limit of requests in one BatchWriteItem."""
MAX_MESSAGE_BYTES = 1_048_576
"""SQS's limit of a message, and of a batch of messages."""
HEADER_BYTES = 1024
"""Room for a header: a job's name has at most 80 characters, an ARN of a table fewer than 400."""


@dataclass(frozen=True, slots=True)
class Header:
    """`units` is an estimate of the table's own write units; `sequence` counts a unit's messages from 0."""

    job: str
    unit: int
    sequence: int
    target: str
    requests: int
    units: int


_HEADER_KINDS = {"job": str, "unit": int, "sequence": int, "target": str, "requests": int, "units": int}


@dataclass(frozen=True, slots=True)
class Message:
    header: Header
    lines: tuple[str, ...]


def put_request(item: object) -> bytes:
    """A PutRequest that SQS takes: it refuses U+FFFE and U+FFFF, so these are spelled as escapes."""
    return for_sqs(compact_json({"PutRequest": {"Item": item}}))


def delete_request(key: Item) -> bytes:
    """A DeleteRequest in the form of `put_request`. `key` has the table's key attributes and no others."""
    return for_sqs(compact_json({"DeleteRequest": {"Key": key}}))


def put_requests(items: Sequence[bytes]) -> list[bytes]:
    """As `put_request`, of items that are compact JSON already."""
    return _around(items, b'{"PutRequest":{"Item":')


def delete_requests(keys: Sequence[bytes]) -> list[bytes]:
    """As `delete_request`, of keys that are compact JSON already."""
    return _around(keys, b'{"DeleteRequest":{"Key":')


def _around(texts: Sequence[bytes], opening: bytes) -> list[bytes]:
    """Compact JSON has no line ends: all become one text and are divided again, which is quicker than one
    by one."""
    if not texts:
        return []
    return for_sqs(opening + (b"}}\n" + opening).join(texts) + b"}}").split(b"\n")


def is_delete(line: str) -> bool:
    """Whether a line's requests delete; a line either puts or deletes."""
    return line.startswith('[{"DeleteRequest"')


def digest(requests: Iterable[bytes]) -> str:
    """Equal only where `pack` makes the same messages of them: other requests, another order or
    another version's packing give another digest. 32 hexadecimal digits."""
    return sha256(b"\n".join((PACKING.encode(), *requests))).hexdigest()[:32]


def for_sqs(body: bytes) -> bytes:
    if b"\xef" in body and b"\xef\xbf" in body:  # the first is ten times as quick
        return body.replace(b"\xef\xbf\xbe", b"\\ufffe").replace(b"\xef\xbf\xbf", b"\\uffff")
    return body


def pack(
    bodies: Sequence[bytes],
    units: Sequence[int] | None,
    job: str,
    unit: int,
    target: str,
    first: int,
    limit: int,
) -> Iterator[bytes]:
    """Packs requests into messages of at most `limit` bytes, numbered from `first`.

    A request that is larger than `limit` goes alone. The same requests give the same messages.

    Args:
        bodies: requests as JSON.
        units: the write units of each; None: one for each.
    """
    at, sequence = 0, first
    while at < len(bodies):
        lines, end = _lines(bodies, at, limit)
        sum_of_units = end - at if units is None else sum(units[at:end])
        header = Header(job, unit, sequence, target, end - at, sum_of_units)
        yield _spell(header, lines)
        at, sequence = end, sequence + 1


def _lines(bodies: Sequence[bytes], at: int, limit: int) -> tuple[list[bytes], int]:
    """The lines of the message that starts with request `at`, and the place of the next one's first."""
    lines, room = list[bytes](), limit - HEADER_BYTES
    while at < len(bodies):
        count, line = _line(bodies[at : at + MAX_REQUESTS], room)
        if not count and lines:
            break
        if not count:
            count, line = 1, b"[" + bodies[at] + b"]"
        lines.append(line)
        at, room = at + count, room - len(line) - 1
    return lines, at


def _line(bodies: Sequence[bytes], room: int) -> tuple[int, bytes]:
    """The first of the requests, as many as there is room for, and their line."""
    for count in range(len(bodies), 0, -1):
        line = b"[" + b",".join(bodies[:count]) + b"]"
        # Two bytes are kept free for a line that a request more might have begun.
        if len(line) + 1 + 2 * (count > 1) <= room:
            return count, line
    return 0, b""


def _spell(header: Header, lines: list[bytes]) -> bytes:
    return b"\n".join([orjson.dumps({"v": VERSION, **asdict(header)}), *lines])


def read_message(body: str) -> Message:
    """Raises MessageError: this is no message of this version."""
    first, *lines = body.split("\n")
    try:
        fields = orjson.loads(first)
        version = fields.pop("v")
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError) as error:
        raise MessageError(f"the first line is not a message's header: {error}") from error
    if version != VERSION:
        raise MessageError(f"the message is of version {version!r}; this writer reads version {VERSION}")
    return Message(_header(fields), tuple(lines))


def _header(fields: dict[str, object]) -> Header:
    kinds = {name: type(value) for name, value in fields.items()}
    if kinds != _HEADER_KINDS:
        raise MessageError(
            f"a message's header has the fields {', '.join(_HEADER_KINDS)}, not {sorted(kinds)}"
        )
    return Header(**fields)  # type: ignore[arg-type]


def requests_of(line: str) -> list[str]:
    """The requests of a line, each as JSON. Raises MessageError: the line is no array of requests."""
    return [orjson.dumps(request).decode() for request in _array(line)]


def count_requests(line: str) -> int:
    """Raises MessageError: the line is no array of requests."""
    return len(_array(line))


def content_of(request: str) -> tuple[str, Item]:
    """What a request is about: `("Item", item)` of a put, `("Key", key)` of a delete.

    Raises MessageError: it is neither."""
    found = orjson.loads(request)
    match found:
        case {"PutRequest": {"Item": dict() as content}}:
            return "Item", content
        case {"DeleteRequest": {"Key": dict() as content}}:
            return "Key", content
    raise MessageError("a request of the message is neither a PutRequest nor a DeleteRequest")


def _array(line: str) -> list[object]:
    try:
        requests = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise MessageError(f"a line of the message is no JSON: {error}") from error
    if not isinstance(requests, list):
        raise MessageError("a line of the message is no array of requests")
    return requests
