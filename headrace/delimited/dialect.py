"""A job's format in the terms of Python's csv module, which defines what a record is here."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Any

from headrace.job.model import NULL_MARK, Format

MAX_RECORD_BYTES = 4 * 1024 * 1024
"""No item comes near it (400 KB); a longer record is an unbalanced quote."""


class State(Enum):
    """Where a line may start, in the csv module's state machine."""

    RECORD = "at the start of a record"
    QUOTED = "inside a quoted field"
    ESCAPED = "inside an unquoted field, after an escaped line end"


def csv_reader(lines: Iterable[str], form: Format) -> Iterator[list[str]]:
    """The csv module's reader; `lines` are as of a file opened with `newline=""`."""
    csv.field_size_limit(MAX_RECORD_BYTES)
    return csv.reader(lines, **csv_options(form))


def csv_options(form: Format) -> dict[str, Any]:
    return {
        "delimiter": form.delimiter,
        "quotechar": form.quote,
        "quoting": csv.QUOTE_NONE if form.quote is None else csv.QUOTE_MINIMAL,
        "escapechar": form.escape,
        "doublequote": True,
        "strict": False,
    }


_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SPELLED = {
    "N": NULL_MARK,
    "0": "\0",
    "b": "\b",
    "n": "\\\n",
    "r": "\\\r",
    "t": "\\\t",
    "Z": "\x1a",
}


def spell_out(line: str) -> str:
    """Turns the escapes that spell a character into that character, itself escaped where it would
    end a field; `\\N` becomes NULL_MARK. The list is MySQL's, of LOAD DATA."""
    return _ESCAPE.sub(lambda match: _SPELLED.get(match[1], match[0]), line)


def settle_nulls(fields: list[str]) -> list[str]:
    """A NULL_MARK is null only where it is all of the field; elsewhere `\\N` is an N."""
    return [field if field == NULL_MARK else field.replace(NULL_MARK, "N") for field in fields]


def open_state(lines: Sequence[str], form: Format) -> State:
    """Where the lines of an unfinished record end: one more quote closes a quoted field, and is a part
    of an unquoted one."""
    if form.quote is None:
        return State.ESCAPED
    lines = [*lines[:-1], lines[-1] if lines[-1].endswith(("\n", "\r")) else lines[-1] + "\n"]
    record = next(csv_reader([*lines, form.quote + "\n"], form))
    return State.ESCAPED if record[-1].endswith(form.quote) else State.QUOTED
