"""A job, checked and complete: what the rest of the engine works from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

NULL_MARK = "\ud800"
"""A cell of just this, half of a surrogate pair, is null: see `Format.null_cell`."""


class AttributeType(StrEnum):
    """What a column's text becomes. JSON and TTL are Headrace's own: JSON becomes whatever the text
    says (M, L, S, N, BOOL or NULL), TTL a number of seconds."""

    S = "S"
    N = "N"
    B = "B"
    BOOL = "BOOL"
    NULL = "NULL"
    SS = "SS"
    NS = "NS"
    BS = "BS"
    L = "L"
    M = "M"
    JSON = "JSON"
    TTL = "TTL"


class Empty(StrEnum):
    """What an empty cell becomes."""

    DROP = "drop"
    KEEP = "keep"
    NULL = "null"


class Operation(StrEnum):
    LOAD = "load"
    SCAN = "scan"
    EXPORT = "export"
    RESTORE = "restore"
    COPY = "copy"
    TRUNCATE = "truncate"
    COUNT = "count"

    @property
    def reads_table(self) -> bool:
        """Its work units are segments of a table's scan, not parts of a text."""
        return self not in (Operation.LOAD, Operation.RESTORE)


class WriteMode(StrEnum):
    """What becomes of an item whose key is in the table already."""

    PUT = "put"
    INSERT = "insert"
    NEWER = "newer"
    DELETE = "delete"


class Shape(StrEnum):
    """How items are spelled as text. DELIMITED: a row a record; JSONL: plain JSON, an object a line;
    DYNAMODB_JSON: `{"Item": {"id": {"S": "1"}}}`, one a line; FOUND: as an export's manifest says."""

    DELIMITED = "delimited"
    JSONL = "jsonl"
    DYNAMODB_JSON = "dynamodb-json"
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class Format:
    """The dialect of a delimited text, presets resolved; of other shapes only `encoding` means something.

    `header` is None where the object's first record is the header. `quote` None: nothing is quoted.
    `null`: the cell text that means null, or None. `backslash_escapes`: the escape also spells
    characters, as in mysqldump (`\\N`, `\\0`, `\\n`, ...).
    """

    delimiter: str = ","
    quote: str | None = '"'
    escape: str | None = None
    header: tuple[str, ...] | None = None
    encoding: str = "utf-8"
    null: str | None = None
    backslash_escapes: bool = False
    shape: Shape = Shape.DELIMITED

    @property
    def null_cell(self) -> str | None:
        """The cell that means null, as the record reader gives it.

        With backslash escapes an unescaped `\\N` is null and an escaped one is the text, which
        look alike once the escapes are gone; so the reader marks the first with a character that
        no text has."""
        return NULL_MARK if self.backslash_escapes and self.null == "\\N" else self.null


@dataclass(frozen=True, slots=True)
class Column:
    """What the job says of one column, by its name in the header (without a `:TYPE`)."""

    type: AttributeType | None = None
    rename: str | None = None
    drop: bool = False


@dataclass(frozen=True, slots=True)
class Tolerate:
    """How many rejects a job may have and still succeed; the larger of the two counts."""

    rejects: int = 0
    rejects_percent: float = 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table or a queue is, and as who it is used; by default the stack's own region and roles.

    `external_id`: what the role's trust policy asks for, if it does. `profile`, `endpoint`: of the machine
    where the job runs, if that is not a stack's."""

    region: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    profile: str | None = None
    endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """What is read of a table, and how.

    `names` and `values` are what the expressions refer to, values in DynamoDB JSON. With a
    `key_condition` it is a Query. `limit_per_segment`: items after which a segment ends. `page_items`:
    items that DynamoDB looks at for a page. `message_group`: of a FIFO queue; None: one a segment."""

    filter: str | None = None
    projection: str | None = None
    index: str | None = None
    key_condition: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    consistent: bool = False
    limit_per_segment: int | None = None
    page_items: int | None = None
    items_per_message: int = 1
    message_group: str | None = None


MIB = 1024 * 1024
MAX_WINDOW_BYTES = 64 * MIB
"""Of text that is held at once; see `window`."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job. What `source` and `target` are depends on the operation:

    | operation | source | target |
    |---|---|---|
    | load | an object's URL, `s3://bucket/key` | a table |
    | restore | an export's URL: its prefix, its manifest, or one object | a table |
    | export | a table | the prefix's URL; empty: `exports/<job>/` in the data bucket |
    | scan | a table | a queue's URL |
    | copy | a table | a table |
    | truncate | empty | a table |
    | count | a table | empty |

    A table is a name or an ARN; `source_place` and `target_place` tell where it is.
    """

    source: str
    target: str
    operation: Operation = Operation.LOAD
    source_place: Place = Place()
    target_place: Place = Place()
    format: Format = Format()
    columns: Mapping[str, Column] = field(default_factory=dict)
    infer: bool = False
    empty: Empty = Empty.DROP
    mode: WriteMode = WriteMode.PUT
    newer_by: str | None = None
    """The attribute that tells which of two items is newer, for the mode `newer`."""
    scan: Scan = Scan()
    mirror: bool = False
    """Of a copy: also delete what the source does not have."""
    confirm: str | None = None
    """Of a truncate: the table's name, a second time."""
    segments: int | None = None
    """None: as many as the table's size and capacity suggest."""
    chunk_bytes: int = 64 * MIB
    window_bytes: int = 8 * MIB
    concurrency: int = 40
    message_bytes: int = 960 * 1024
    """15 times the 64 KiB by which a queue's requests are charged."""
    tolerate: Tolerate = Tolerate()
    dry_run: bool = False

    @property
    def reads(self) -> tuple[str, Place]:
        """The table that its segments read, and where it is."""
        if self.operation is Operation.TRUNCATE:
            return self.target, self.target_place
        return self.source, self.source_place
