"""Items as text: JSON lines, a JSON list, DynamoDB JSON, CSV, or a table for people.

Numbers have all their digits, binary values are base64, in every one of them.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import IO, Any, Final

import orjson

from headrace.export.spelling import DynamoSpelling
from headrace.items.documents import json_text
from headrace.ports import Item

_BLOCK_ITEMS = 200
"""Rows of a table that are held to find out how wide its columns are; behind them comes another table."""
_CELL_CHARACTERS = 200
_HELD_BYTES = 8 * 1024 * 1024
_SPELLING = DynamoSpelling()

Columns = Sequence[str]
Write = Callable[[Iterable[Item], Columns, bool, IO[bytes]], None]
"""Arguments: the items; attributes that come first; whether there are no others; where it goes."""


def write_lines(items: Iterable[Item], _: Columns, __: bool, out: IO[bytes]) -> None:
    """Plain JSON, an object a line."""
    for item in items:
        out.write(json_text({"M": item}).encode() + b"\n")


def write_list(items: Iterable[Item], _: Columns, __: bool, out: IO[bytes]) -> None:
    """Plain JSON, one list."""
    before = b"[\n"
    for item in items:
        out.write(before + json_text({"M": item}).encode())
        before = b",\n"
    out.write(b"[]\n" if before == b"[\n" else b"\n]\n")


def write_typed(items: Iterable[Item], _: Columns, __: bool, out: IO[bytes]) -> None:
    """DynamoDB JSON as exports have it, which a restore takes."""
    for item in items:
        out.write(_SPELLING.line(item))


def write_csv(items: Iterable[Item], columns: Columns, is_all: bool, out: IO[bytes]) -> None:
    """Where the columns are not all known, the items wait in a file until they are."""
    if is_all:
        _write_rows(items, columns, out)
        return
    with tempfile.SpooledTemporaryFile(_HELD_BYTES) as held:
        names = dict.fromkeys(columns)
        for item in items:
            names |= dict.fromkeys(item)
            held.write(orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE))
        held.seek(0)
        _write_rows(map(orjson.loads, held), list(names), out)


def _write_rows(items: Iterable[Item], columns: Columns, out: IO[bytes]) -> None:
    text = io.TextIOWrapper(out, "utf-8", newline="", write_through=True)
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(columns)
    rows.writerows([_cell(item, name) for name in columns] for item in items)
    text.detach()


def _cell(item: Mapping[str, Any], name: str) -> str:
    """Texts, numbers and binary values as they are, all else as JSON; no attribute: nothing."""
    if name not in item:
        return ""
    ((kind, content),) = item[name].items()
    return str(content) if kind in ("S", "N", "B") else json_text(item[name])


def write_table(items: Iterable[Item], columns: Columns, is_all: bool, out: IO[bytes]) -> None:
    """Tables of some rows each, so that few are held. Long values are cut."""
    from rich.console import Console  # noqa: PLC0415 - only where a table is shown

    text = io.TextIOWrapper(out, "utf-8", write_through=True)
    console = Console(file=text, highlight=False)
    for block in _blocks(items):
        names = (
            columns if is_all else list(dict.fromkeys([*columns, *(name for one in block for name in one)]))
        )
        console.print(_table(block, names))
    text.detach()


def _names(items: Iterable[Item], first: Columns) -> Columns:
    return list(dict.fromkeys([*first, *(name for item in items for name in item)]))


def _blocks(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while block := list(islice(rest, _BLOCK_ITEMS)):
        yield block


def _table(block: Sequence[Item], names: Columns) -> Any:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = Table()
    for name in names:
        is_number = all("N" in item[name] for item in block if name in item)
        shown.add_column(Text(visible(name)), justify="right" if is_number else "left", overflow="fold")
    for item in block:
        shown.add_row(*(Text(visible(_cell(item, name))) for name in names))
    return shown


def visible(text: str) -> str:
    """Fit for a terminal: no control characters, and not too long."""
    short = text if len(text) <= _CELL_CHARACTERS else text[: _CELL_CHARACTERS - 1] + "…"
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in short)


OUTPUTS: Final[Mapping[str, Write]] = {
    "table": write_table,
    "json": write_list,
    "jsonl": write_lines,
    "csv": write_csv,
    "dynamodb-json": write_typed,
}
