"""Renames and drops attributes of whole items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from headrace.items.codec import Problem, RowRejected
from headrace.job.model import Column
from headrace.ports import Item


class Renaming:
    """Attributes of an item's top level, as the job's `columns` want them."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._dropped = frozenset(name for name, column in columns.items() if column.drop)
        self._names = {name: column.rename for name, column in columns.items() if column.rename}
        self.changes = bool(self._dropped or self._names)
        """Whether there is anything to do."""

    def apply(self, item: Item) -> Item:
        """Raises RowRejected: two attributes would have one name."""
        if not self.changes:
            return item
        kept = [
            (self._names.get(name, name), value) for name, value in item.items() if name not in self._dropped
        ]
        renamed = dict(kept)
        if len(renamed) < len(kept):
            raise RowRejected(
                [_clash(name) for name, many in Counter(n for n, _ in kept).items() if many > 1]
            )
        return renamed


def _clash(name: str) -> Problem:
    return Problem(
        "rename", name, f"attribute {name!r}: the item has one already beside the one renamed to it"
    )
