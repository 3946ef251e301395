"""What all cells of a column become at once: their share of the items' JSON.

Most cells need no look of their own: a text stands as it is, and one match tells that a whole column is
plain numbers. All others go through the column's conversion, as the cells of a row do that is read
alone, each different cell once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import orjson

from headrace.delimited.cells import escaped, unescaped
from headrace.items.conversion import conversion
from headrace.items.header import HeaderColumn
from headrace.items.number import are_canonical_numbers, are_plain_numbers, number_key
from headrace.items.text import CellError, has_lone_surrogate
from headrace.job.model import AttributeType, Job

Share = bytes | Sequence[bytes]
"""Of the JSON of all rows: the same for each, or one for each."""
NO_ITEM = b"\0"
"""Instead of a share: the row cannot be an item. JSON does not have this byte."""


class ColumnEncoder:
    """
    Args:
        position: of the column in a row.
        before: what stands before the attribute where it is there.
        behind: what stands behind it.
        needed: no item can be without it.
    """

    def __init__(
        self, column: HeaderColumn, position: int, job: Job, before: bytes, behind: bytes, needed: bool
    ) -> None:
        self.position = position
        self._type = column.type
        self._convert = conversion(column, job)
        self._nothing = NO_ITEM if needed else b""
        self._name = before + orjson.dumps(column.attribute) + b":"
        self._behind = behind
        self._open = self._name + b'{"%b":"' % column.type.encode()
        self._close = b'"}' + behind
        self._are_plain = _plain_test(column)
        absent = {"", job.format.null_cell or ""}
        self._absent = {escaped(text): self._share(text) for text in absent if not has_lone_surrogate(text)}

    def shares(self, cells: Sequence[bytes]) -> tuple[list[Share], bool]:
        """What stands side by side in the JSON of a row, and whether all cells stand in it as they are."""
        absent, opening, closing = self._absent, self._open, self._close
        if not any(cell in cells for cell in absent):
            if self._are_plain(cells):
                return [opening, cells, closing], True
        elif self._are_plain([cell for cell in cells if cell not in absent]):
            return [[absent[cell] if cell in absent else opening + cell + closing for cell in cells]], False
        known = {cell: self._share(unescaped(cell)) for cell in set(cells)}
        return [[known[cell] for cell in cells]], False

    def keys(self, cells: Sequence[bytes]) -> Sequence[bytes]:
        """The values as parts of a key, equal where DynamoDB sees one value, of cells that are fine."""
        is_number = self._type is AttributeType.N
        if self._type is AttributeType.S or (is_number and are_canonical_numbers(cells)):
            return cells
        return list(map(self._key, cells))

    def _share(self, text: str) -> bytes:
        try:
            value = self._convert(text)
        except CellError:
            return NO_ITEM
        return self._nothing if value is None else self._name + orjson.dumps(value) + self._behind

    def _key(self, cell: bytes) -> bytes:
        value = self._convert(unescaped(cell))
        assert value is not None, "no item is without its key"
        ((kind, content),) = value.items()
        return escaped(number_key(content) if kind == "N" else content)


def _plain_test(column: HeaderColumn) -> Callable[[Sequence[bytes]], bool]:
    """Whether all of some cells, none of them empty or null, stand in their values as they are."""
    most = column.max_bytes
    if column.type is AttributeType.N:
        return are_canonical_numbers if column.inferred else are_plain_numbers
    if column.type is not AttributeType.S:
        return lambda cells: not cells
    if most is None:
        return lambda _: True
    return lambda cells: max(map(len, cells), default=0) <= most
