"""Adds up a sample of a job's rows: what became of them, and what their items take."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from headrace.estimating.writes import units_of
from headrace.items.size import item_size
from headrace.ports import Item, TableSchema


@dataclass(slots=True)
class Sample:
    """
    `places`: from how many places it is. `rows`: records, or items that were found. `scanned`, `read_units`:
    of a table, what DynamoDB looked at for them and charged. `source_bytes`: of text, where its records
    stood. `superseded`: rows with the key of another row of the sample. `reasons`: how many rejects of each
    kind. `items`: what the others became, with their `bytes` as DynamoDB counts them, their `text_bytes`
    as the job spells them, and their `write_units` by index, "" for the table itself. `types`: of each
    attribute, in how many items it has which type. `is_all`: there is nothing beside the sample.
    """

    places: int = 0
    rows: int = 0
    scanned: int = 0
    read_units: float = 0.0
    source_bytes: int = 0
    superseded: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    first_reject: str | None = None
    items: int = 0
    bytes: int = 0
    largest: int = 0
    text_bytes: int = 0
    write_units: Counter[str] = field(default_factory=Counter)
    types: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    is_all: bool = False

    def add(self, item: Item, text_bytes: int, written: TableSchema | None) -> None:
        """
        Args:
            written: the table that the item is written to, or deleted from.
        """
        size = item_size(item)
        self.items += 1
        self.bytes += size
        self.largest = max(self.largest, size)
        self.text_bytes += text_bytes
        if written:
            self.write_units.update(dict(units_of(item, written)))
        for name, value in item.items():
            self.types[name].update(value.keys())

    def reject(self, code: str, column: str | None, reason: str) -> None:
        self.rejected += 1
        self.reasons[f"{code} {column or ''}".strip()] += 1
        self.first_reject = self.first_reject or reason

    @property
    def share_kept(self) -> float:
        """Of rows, those that are no rejects."""
        return 1 - self.rejected / self.rows if self.rows else 0.0

    def an_item(self, number: float) -> float:
        return number / self.items if self.items else 0.0
