"""Takes the rows of a window, one by one or many at once, and keeps one request a key."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, Protocol

from headrace.delimited.rejects import Reject
from headrace.items.codec import Problem, RowRejected
from headrace.items.order import is_greater
from headrace.items.size import WRITE_UNIT_BYTES, item_size, write_units
from headrace.items.text import shown
from headrace.ledger import DuplicateNote, RejectNote, Tally
from headrace.made import NOTHING, Made, key_bytes
from headrace.messages import content_of, put_request
from headrace.ports import Item

ROW_BYTES, CELL_BYTES = 360, 14
"""Memory of a row beside its text: the objects around its request, its key and its entry by key; and
of a cell beside its text and its attribute's name."""
_REJECT_COPIES = 4
"""Of the rejects' text, while it grows and when it is put together to be kept."""
_MOST_CHARACTERS = 1000
"""Of the reject that a unit's record keeps: a row of many columns has a reason for each."""


@dataclass(frozen=True, slots=True)
class Writes:
    """What items are written as: `request_of` makes a request of one. `newer_by`: the attribute that
    tells which of two with one key is newer; None: the one that comes later."""

    request_of: Callable[[Item], bytes] = put_request
    newer_by: str | None = None


PUTS = Writes()


class Codec(Protocol):
    """From a record to its item, which may be rejected, and from an item to its key."""

    def encode(self, record: Any, /) -> Item: ...

    def key_of(self, item: Item) -> tuple[str, ...]: ...


class Spelling(Protocol):
    """How rejects are spelled. `leading`: cells of a record that are no data of its own."""

    leading: int

    def row(self, reject: Reject) -> bytes: ...


@dataclass(slots=True)
class Collector:
    """`kept`: requests by key, in the order in which the keys first came. `units`: of those that take
    more than one."""

    codec: Codec
    rejects_format: Spelling
    writes: Writes
    kept: dict[bytes, bytes] = field(default_factory=dict)
    units: dict[bytes, int] = field(default_factory=dict)
    rejects: io.BytesIO = field(default_factory=io.BytesIO)
    bodies: int = 0
    records: int = 0
    rows: int = 0
    rejected: int = 0
    superseded: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    first_reject: RejectNote | None = None
    first_duplicate: DuplicateNote | None = None
    _rows_kept: list[Sequence[int]] = field(default_factory=list)
    """Row numbers of what is kept, as long as each key came once."""

    def memory(self, more: Made = NOTHING) -> int:
        """Bytes that are held, or that would be with `more` at most."""
        rows = len(self.kept) + len(more)
        return self.bodies + more.size + rows * ROW_BYTES + self.rejects.tell() * _REJECT_COPIES

    def take(self, row: int, offset: int, record: Sequence[str]) -> None:
        self.rows += 1
        problems: Sequence[Problem] = ()
        try:
            item = self.codec.encode(record)
            self._check_age(item)
            body = self.writes.request_of(item)
            # No item is larger than its JSON.
            units = 1 if len(body) <= WRITE_UNIT_BYTES else write_units(item_size(item))
        except RowRejected as rejected:
            problems = rejected.problems
        if problems:
            # Only here: the exception has kept all that the codec has read of the row.
            self.reject(row, offset, record, problems)
            return
        self._keep(key_bytes(self.codec.key_of(item)), body, units, row)

    def take_all(self, made: Made) -> None:
        self.rows += len(made)
        if not self._all_new(made.keys):
            for key, body, units, row in made:
                self._keep(key, body, units, row)
            return
        self.kept.update(zip(made.keys, made.bodies, strict=True))
        if made.units is not None:
            self.units.update((key, units) for key, _, units, _ in made if units > 1)
        self.bodies += made.size
        self._note_rows(made.rows)

    def reject(self, row: int, offset: int, record: Sequence[str], problems: Sequence[Problem]) -> None:
        reason = "; ".join(problem.reason for problem in problems)
        own = record[self.rejects_format.leading :]
        self.rejects.write(self.rejects_format.row(Reject(row, offset, problems[0].code, reason, own)))
        self.rejected += 1
        self.reasons.update({f"{problem.code} {problem.column or ''}".strip() for problem in problems})
        self.first_reject = self.first_reject or RejectNote(row, offset, reason[:_MOST_CHARACTERS])

    def tally(self) -> Tally:
        return Tally(
            records=self.records,
            rows=self.rows,
            requests=len(self.kept),
            superseded=self.superseded,
            rejected=self.rejected,
            reasons=dict(self.reasons),
            first_reject=self.first_reject,
            first_duplicate=self.first_duplicate,
        )

    def _check_age(self, item: Item) -> None:
        name = self.writes.newer_by
        if name is not None and name not in item:
            reason = f"there is no attribute {shown(name)}, which tells whether the item is newer"
            raise RowRejected([Problem("newer", None, reason)])

    def _all_new(self, keys: Sequence[bytes]) -> bool:
        return len(set(keys)) == len(keys) and self.kept.keys().isdisjoint(keys)

    def _keep(self, key: bytes, body: bytes, units: int, row: int) -> None:
        """Of requests with one key one is kept, in the place of the first."""
        earlier = self.kept.get(key)
        if earlier is None:
            self._put(key, body, units)
            self._note_rows((row,))
            return
        self.superseded += 1
        replaces = self._replaces(body, earlier)
        if self.first_duplicate is None:
            rows = self._row_of(key), row
            self.first_duplicate = DuplicateNote(*(rows if replaces else reversed(rows)))
        if replaces:
            self.bodies -= len(earlier)
            self._put(key, body, units)

    def _put(self, key: bytes, body: bytes, units: int) -> None:
        self.bodies += len(body)
        self.kept[key] = body
        if units > 1:
            self.units[key] = units
        else:
            self.units.pop(key, None)

    def _replaces(self, body: bytes, earlier: bytes) -> bool:
        name = self.writes.newer_by
        if name is None:
            return True
        (_, one), (_, other) = content_of(body.decode()), content_of(earlier.decode())
        return is_greater(one[name], other[name])

    def _note_rows(self, rows: Sequence[int]) -> None:
        if self.first_duplicate is None:
            self._rows_kept.append(rows)

    def _row_of(self, key: bytes) -> int:
        """Of the first duplicate: until then rows and keys came in the same order."""
        place = list(self.kept).index(key)
        rows, self._rows_kept = self._rows_kept, []
        return next(islice(chain.from_iterable(rows), place, None))
