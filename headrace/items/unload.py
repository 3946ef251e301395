"""From an item back to the cells of a row: the inverse of the codec, for rejects and for exports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from headrace.items.codec import RowCodec
from headrace.items.conversion import Conversion
from headrace.items.documents import json_text
from headrace.items.header import HeaderColumn
from headrace.items.text import CellError
from headrace.items.types import MAX_EPOCH_DIGITS
from headrace.job.model import AttributeType
from headrace.ports import Item

_JSON_TYPES = frozenset({AttributeType.JSON, AttributeType.L, AttributeType.M})
_LAST_SECOND = 253_402_300_799  # of the year 9999, the last that a date can have
_NULL_SPELLINGS = ("", "null", "true", " null")


class RowDecoder:
    """`codec.encode(decoder.cells(item))` is `item` again, for whatever the codec makes.

    Columns that the rejects file adds are left out; dropped columns are empty.
    """

    def __init__(self, codec: RowCodec) -> None:
        null = codec.job.format.null_cell
        shown = [
            (column, convert)
            for column, (_, convert) in zip(codec.columns, codec.conversions, strict=True)
            if not column.ignored
        ]
        self.header = tuple(column.title for column, _ in shown)
        self._writers = [(column, _writer(column, convert, null)) for column, convert in shown]

    def cells(self, item: Item) -> list[str]:
        """One cell per column of `header`."""
        return [
            "" if column.dropped or column.attribute not in item else write(item[column.attribute])
            for column, write in self._writers
        ]


def _writer(column: HeaderColumn, convert: Conversion, null: str | None) -> Callable[[dict[str, Any]], str]:
    text_of = json_text if column.type in _JSON_TYPES else _text
    null_cell = _null_cell(convert, null)

    def write(value: dict[str, Any]) -> str:
        if "NULL" in value:
            return null_cell
        text = _time(value["N"]) if column.type is AttributeType.TTL and "N" in value else text_of(value)
        return text if column.type is AttributeType.S else _not_absent(text, null)

    return write


def _null_cell(convert: Conversion, null: str | None) -> str:
    """A cell that becomes NULL, the job's own null text before all others."""
    spellings = _NULL_SPELLINGS if null is None else (null, *_NULL_SPELLINGS)
    return next((cell for cell in spellings if _becomes_null(convert, cell)), null or "")


def _becomes_null(convert: Conversion, cell: str) -> bool:
    try:
        return convert(cell) == {"NULL": True}
    except CellError:
        return False


def _text(value: dict[str, Any]) -> str:
    ((kind, content),) = value.items()
    return str(content) if kind in ("S", "N", "B") else json_text(value)


def _not_absent(text: str, null: str | None) -> str:
    """The same value in a spelling that is neither empty nor the null text."""
    return next(cell for cell in (text, f" {text}", f"  {text}") if cell not in ("", null))


def _time(seconds: str) -> str:
    """Seconds, or a date where so many seconds would be taken for milliseconds."""
    if len(seconds) <= MAX_EPOCH_DIGITS or not seconds.isdecimal() or int(seconds) > _LAST_SECOND:
        return seconds
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
