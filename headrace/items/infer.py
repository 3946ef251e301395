"""What columns of no declared type look like, from sampled rows.

A column becomes a number only if nothing can be lost by it; anything less sure is only reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from headrace.items.documents import document
from headrace.items.header import HeaderColumn, read_header
from headrace.items.number import is_canonical_number
from headrace.items.text import CellError
from headrace.job.model import AttributeType, Job
from headrace.ports import KeyAttribute

_BOOLEAN_WORDS = frozenset({"true", "false", "yes", "no", "t", "f", "y", "n"})


@dataclass(frozen=True, slots=True)
class Suggestions:
    inferred: tuple[str, ...] = ()
    """Names of the columns that the job is to treat as numbers."""
    looks_like: Mapping[str, str] = field(default_factory=dict)
    """Columns that are stored as text and look like another type: column -> type."""


class ColumnSample:
    """Which types all the cells seen so far could be of."""

    def __init__(self) -> None:
        self._seen = False
        self._possible = dict(_LOOKS)

    def add(self, cell: str) -> None:
        self._seen = True
        self._possible = {kind: fits for kind, fits in self._possible.items() if fits(cell)}

    @property
    def type(self) -> AttributeType | None:
        """The type that every cell was of, at least one; None where there is none."""
        return next(iter(self._possible), None) if self._seen else None


def look_at(
    header: Sequence[str], rows: Iterable[Sequence[str]], job: Job, keys: Sequence[KeyAttribute]
) -> Suggestions:
    """Empty cells, nulls and rows of another width say nothing. Raises HeaderError."""
    columns = read_header(header, keys, job)
    samples = {position: ColumnSample() for position, column in enumerate(columns) if _is_open(column)}
    for row in rows:
        if len(row) == len(columns):
            _add(row, samples, job.format.null_cell)
    found = {columns[position].name: sample.type for position, sample in samples.items()}
    inferred = tuple(name for name, kind in found.items() if job.infer and kind is AttributeType.N)
    return Suggestions(
        inferred, {name: str(kind) for name, kind in found.items() if kind and name not in inferred}
    )


def _is_open(column: HeaderColumn) -> bool:
    return not (column.declared or column.dropped)


def _add(row: Sequence[str], samples: Mapping[int, ColumnSample], null: str | None) -> None:
    for position, sample in samples.items():
        if (cell := row[position]) and cell != null:
            sample.add(cell)


def _is_boolean_word(cell: str) -> bool:
    return cell.strip().lower() in _BOOLEAN_WORDS


def _is_document(cell: str) -> bool:
    """A JSON object or array; every word and number would be JSON too."""
    try:
        return cell.lstrip().startswith(("{", "[")) and bool(document(cell))
    except CellError:
        return False


_LOOKS: dict[AttributeType, Callable[[str], bool]] = {
    AttributeType.N: is_canonical_number,
    AttributeType.BOOL: _is_boolean_word,
    AttributeType.JSON: _is_document,
}
