"""A job, checked and complete: what the rest of the engine works from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Format:
    """The dialect of a delimited text, presets resolved.

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


MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Job:
    """A load job. `source` is an `s3://bucket/key` URL, `target` a table's name or ARN."""

    source: str
    target: str
    operation: str = "load"
    format: Format = Format()
    columns: Mapping[str, Column] = field(default_factory=dict)
    infer: bool = False
    empty: Empty = Empty.DROP
    chunk_bytes: int = 16 * MIB
    concurrency: int = 40
    message_bytes: int = 240 * 1024
    tolerate: Tolerate = Tolerate()
    dry_run: bool = False
