"""How an item is spelled in an export's part, one class for each shape.

DynamoDB JSON has everything. The other shapes have less, and so every line is read again, as a load
would: an item that does not come back as the very same one is not exported but rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Protocol

import orjson

from headrace.compact import compact_json
from headrace.export.reasons import problem, why_no_cell, why_no_column, why_not_json
from headrace.export.row_text import HOW_TO_SPELL, RowText
from headrace.items.codec import Problem, RowCodec, RowRejected
from headrace.items.documents import json_text
from headrace.items.lines import LineCodec
from headrace.items.quick import is_read_alike
from headrace.items.rejected import REJECT_FIELDS
from headrace.items.text import CellError
from headrace.items.unload import RowDecoder
from headrace.job.model import AttributeType, Format, Job, Shape
from headrace.plan import Plan
from headrace.ports import Item, KeyAttribute

_MOST_PROBLEMS = 10
_LEFT_OUT = "has a name that readers of JSON lines leave out: export as dynamodb-json"
_UNLIKE = Problem("type", None, "the item would be read back as another one: export as dynamodb-json")


class Spelling(Protocol):
    @property
    def opening(self) -> bytes:
        """What every part starts with."""
        ...

    def line(self, item: Item) -> bytes:
        """Raises RowRejected: the shape cannot hold the item, with the reasons."""
        ...

    def lines(self, items: Sequence[bytes]) -> bytes | None:
        """Of items as compact JSON, the same at once; None: each has to be looked at."""
        ...


def spelling_of(plan: Plan) -> Spelling:
    """Raises HeaderError: the columns do not fit the table, or the format cannot spell their names."""
    keys = plan.keys or plan.read_keys
    match plan.job.format.shape:
        case Shape.DELIMITED:
            return RowSpelling(plan.header, keys, plan.job)
        case Shape.JSONL:
            return JsonSpelling(keys, plan.job)
    return DynamoSpelling()


class DynamoSpelling:
    opening = b""

    def line(self, item: Item) -> bytes:
        return compact_json({"Item": item}, orjson.OPT_APPEND_NEWLINE)

    def lines(self, items: Sequence[bytes]) -> bytes:
        return b'{"Item":' + b'}\n{"Item":'.join(items) + b"}\n" if items else b""


class _LineByLine:
    def lines(self, items: Sequence[bytes]) -> None:
        """Each is read again."""


class JsonSpelling(_LineByLine):
    """Plain JSON. Sets and binaries are arrays and base64, and so need a type in the job's `columns`."""

    opening = b""

    def __init__(self, keys: Sequence[KeyAttribute], job: Job) -> None:
        self._codec = LineCodec.compile(Shape.JSONL, keys, job)
        self._own = frozenset(key.name for key in keys)
        self._types = {key.name: AttributeType(key.type) for key in keys} | {
            name: column.type for name, column in job.columns.items() if column.type
        }

    def line(self, item: Item) -> bytes:
        text = json_text({"M": item})
        if not (self._own <= item.keys() and is_read_alike(text, item, self._types)):
            _check(item, lambda: self._codec.encode(text), lambda: self._problems(item))
        return text.encode() + b"\n"

    def _problems(self, item: Item) -> Iterator[Problem]:
        """Those of the attributes that do not come back even with nothing but the key beside them."""
        own = {name: value for name, value in item.items() if name in self._own}
        if not self._is_kept(own):
            return
        for name, value in item.items():
            if name.startswith(REJECT_FIELDS):
                yield problem(name, "type", _LEFT_OUT)
            elif not self._is_kept(own | {name: value}):
                yield why_not_json(name, value, self._types.get(name))

    def _is_kept(self, item: Item) -> bool:
        try:
            return self._codec.encode(json_text({"M": item})) == item
        except RowRejected:
            return False


class RowSpelling(_LineByLine):
    """Rows of a delimited text.

    Args:
        header: typed titles, which alone tell a load what the cells are.
        keys: of the table and of its indexes, the table's partition key first.
    """

    def __init__(self, header: Sequence[str], keys: Sequence[KeyAttribute], job: Job) -> None:
        self._job = job
        self._codec = RowCodec.compile(header, keys, replace(job, columns={}))
        self._decoder = RowDecoder(self._codec)
        self._columns = {column.attribute: column for column in self._codec.columns}
        self._text = RowText(header, job.format)
        self.opening = self._text.opening

    def line(self, item: Item) -> bytes:
        if not item.keys() <= self._columns.keys():
            raise _rejected(self._without_column(item))
        cells = self._decoder.cells(item)
        _check(item, lambda: self._codec.encode(cells), lambda: self._problems(item, cells))
        line = self._text.line(cells)
        if line is None:
            raise _rejected(self._unspelled(cells))
        return line

    def _without_column(self, item: Item) -> Iterator[Problem]:
        return (why_no_column(name, value) for name, value in item.items() if name not in self._columns)

    def _problems(self, item: Item, cells: Sequence[str]) -> Iterator[Problem]:
        for (name, convert), cell in zip(self._codec.conversions, cells, strict=True):
            value = item.get(name)
            try:
                is_kept = convert(cell) == value
            except CellError:
                is_kept = value is None
            if not is_kept:
                yield why_no_cell(name, value, self._columns[name], self._job)

    def _unspelled(self, cells: Sequence[str]) -> Iterator[Problem]:
        for name, cell in zip(self._columns, cells, strict=True):
            if not self._text.can_spell(cell):
                yield problem(name, "encoding", _unspellable(self._job.format))


def _check(item: Item, read: Callable[[], Item], problems: Callable[[], Iterator[Problem]]) -> None:
    """Raises RowRejected: what is read is not the item."""
    refused: Sequence[Problem] = ()
    try:
        if read() == item:
            return
    except RowRejected as error:
        refused = error.problems
    raise _rejected(problems(), refused)


def _unspellable(form: Format) -> str:
    what = f"has characters that the format, in {form.encoding}, cannot spell"
    return f"{what}: {HOW_TO_SPELL}, or export as dynamodb-json"


def _rejected(problems: Iterator[Problem], otherwise: Sequence[Problem] = ()) -> RowRejected:
    return RowRejected(list(islice(problems, _MOST_PROBLEMS)) or otherwise or [_UNLIKE])
