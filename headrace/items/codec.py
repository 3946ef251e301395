"""From a row's cells to the item that DynamoDB stores.

This is the hot path of a load: all that depends on the header is decided once, in `compile`, and a
row that is fine costs one pass. Only a row that fails is looked at again, to tell all its problems.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from headrace.items.conversion import Conversion, conversion
from headrace.items.header import HeaderColumn, read_header
from headrace.items.number import number_key
from headrace.items.size import MAX_ITEM_BYTES, item_size, text_size
from headrace.items.text import CellError, has_lone_surrogate, shown
from headrace.job.model import Job
from headrace.ports import Item, KeyAttribute

# UTF-8 takes 4 bytes a character, and no type grows beyond 4 bytes for each character of a cell.
_BYTES_PER_CHARACTER = 4


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row, or one of its cells, cannot be stored. `reason` is for a person and names the column."""

    code: str
    """fields, encoding, type, key, size, nesting or json; other parts add refused and open_quote, and an
    export column and empty."""
    column: str | None
    reason: str


class RowRejected(Exception):
    """A row that cannot become an item, with everything that is wrong with it. Stays in the engine."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.reason for problem in self.problems))


@dataclass(frozen=True, slots=True)
class RowCodec:
    """The rows of one header, compiled for one table and one job."""

    columns: tuple[HeaderColumn, ...]
    job: Job
    conversions: tuple[tuple[str, Conversion], ...]
    """Per column: its attribute and what its cells become."""
    keys: tuple[tuple[str, str], ...]
    """Names and types of the table's own key attributes, the partition key first."""
    _overhead: int

    @classmethod
    def compile(
        cls, header: Sequence[str], keys: Sequence[KeyAttribute], job: Job, inferred: Collection[str] = ()
    ) -> RowCodec:
        """Raises HeaderError with all that does not fit.

        Args:
            keys: the key attributes of the table and of its indexes, the table's partition key first.
            inferred: names of columns that are numbers, by the look of sampled rows.
        """
        columns = read_header(header, keys, job, inferred)
        return cls(
            columns=columns,
            job=job,
            conversions=tuple((column.attribute, conversion(column, job)) for column in columns),
            keys=tuple((key.name, key.type) for key in keys if key.index is None),
            _overhead=sum(1 + text_size(column.attribute) for column in columns if not column.dropped),
        )

    def encode(self, cells: Sequence[str]) -> Item:
        """The item of a row. Raises RowRejected with all problems of the row."""
        if len(cells) != len(self.columns):
            raise RowRejected([_wrong_width(len(cells), len(self.columns))])
        text = "".join(cells)
        if has_lone_surrogate(text) and any(map(self._is_broken, cells)):
            self._refuse(cells)
        try:
            item = self._item(cells)
        except CellError as error:
            raise RowRejected(list(self._problems(cells))) from error
        if len(text) * _BYTES_PER_CHARACTER + self._overhead > MAX_ITEM_BYTES:
            check_size(item)
        return item

    def key_of(self, item: Item) -> tuple[str, ...]:
        """The item's key: equal tuples exactly where DynamoDB sees one key."""
        return key_of(item, self.keys)

    def _item(self, cells: Sequence[str]) -> Item:
        item: Item = {}
        for (attribute, convert), cell in zip(self.conversions, cells, strict=True):
            if (value := convert(cell)) is not None:
                item[attribute] = value
        return item

    def _refuse(self, cells: Sequence[str]) -> None:
        """Raises RowRejected, unless all that is wrong is in dropped columns."""
        if problems := list(self._problems(cells)):
            raise RowRejected(problems)

    def _is_broken(self, cell: str) -> bool:
        """Bytes that were not of the encoding; the reader's mark for null is no text either."""
        return has_lone_surrogate(cell) and cell != self.job.format.null_cell

    def _check_encoding(self, cell: str) -> None:
        if self._is_broken(cell):
            reason = f"has bytes that are not {self.job.format.encoding}; set format.encoding"
            raise CellError(f"{shown(cell)} {reason}", "encoding")

    def _problems(self, cells: Sequence[str]) -> Iterator[Problem]:
        for column, (_, convert), cell in zip(self.columns, self.conversions, cells, strict=True):
            if column.dropped:
                continue
            try:
                self._check_encoding(cell)
                convert(cell)
            except CellError as error:
                yield Problem(error.code, column.name, f"column {shown(column.name)}: {error}")


def key_of(item: Item, keys: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Equal tuples exactly where DynamoDB sees one key.

    Args:
        keys: names and types of the table's own key attributes.
    """
    return tuple(number_key(item[name]["N"]) if kind == "N" else item[name][kind] for name, kind in keys)


def check_size(item: Item) -> None:
    """Raises RowRejected: DynamoDB takes no item of this size."""
    size = item_size(item)
    if size > MAX_ITEM_BYTES:
        reason = f"the item has {size} bytes as DynamoDB counts them; allowed: {MAX_ITEM_BYTES}"
        raise RowRejected([Problem("size", None, reason)])


def _wrong_width(seen: int, expected: int) -> Problem:
    return Problem("fields", None, f"{seen} fields, the header has {expected}")
