"""Cells in bulk, spelled as they stand between the quotes of a JSON string.

A cell that is only passed on is never looked at alone, and one that has to be read comes back unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Cut:
    """What a piece of text was cut into.

    `records`: how many it has. `rows`: those, counted from 0, that have a cell for each column, all of them
    text. `columns`: their cells, column by column, escaped. `rest`: the start of one record more.
    """

    records: int
    rows: Sequence[int]
    columns: Sequence[Sequence[bytes]]
    rest: bytes


def escaped(text: str) -> bytes:
    """Raises TypeError: UTF-8 does not have it."""
    return orjson.dumps(text)[1:-1]


def unescaped(cell: bytes) -> str:
    text: str = orjson.loads(b'"%b"' % cell)
    return text


def escaped_all(texts: list[str]) -> list[bytes]:
    """Raises TypeError: UTF-8 does not have one of them.

    They are parted at the line ends between them: escaped, no text has any."""
    if not texts:
        return []
    return orjson.dumps(texts, option=orjson.OPT_INDENT_2)[5:-3].split(b'",\n  "')
