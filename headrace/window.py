"""A window: the run of rows that a loader holds at once.

Mostly it is a whole chunk. It is where duplicates are settled, where rows are shuffled, and what a
retried unit starts again with.
"""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from headrace.delimited.rejects import Reject
from headrace.delimited.split import Limits
from headrace.items.codec import Problem, RowRejected
from headrace.items.order import is_greater
from headrace.items.size import item_size, write_units
from headrace.items.text import shown
from headrace.ledger import DuplicateNote, RejectNote, Tally
from headrace.messages import Request, content_of, put_request
from headrace.ports import Item

MAX_WINDOW_BYTES = 64 * 1024 * 1024
_MAX_OVERHEAD_BYTES = 96 * 1024 * 1024
_ROW_BYTES, _CELL_BYTES = 360, 14
"""Memory of a row beside its text: the objects around its request, its key and its entry by key; and
of a cell beside its text and its attribute's name."""
MAX_HELD_BYTES = 128 * 1024 * 1024
"""Memory of a window in all. Rows are within it by their number, but for text that grows a lot: as JSON,
or by the reasons why so many of its rows are rejects."""
_REJECT_COPIES = 2
_MOST_CHARACTERS = 1000
"""Of the reject that a unit's record keeps: a row of many columns has a reason for each."""
_OPEN_QUOTE = Problem(
    "open_quote", None, "a quote opens in this row and is never closed: all that follows it is in one field"
)


class Reader(Protocol):
    """Records from the start of a window on: each its row number, its byte offset, and its cells, or its
    line of JSON; nothing of a blank one."""

    offset: int
    """Behind the record that was given last."""

    @property
    def open(self) -> bool:
        """Whether all of the text from somewhere in this record on is in it: a quote is never closed."""
        ...

    def __iter__(self) -> Iterator[tuple[int, int, Sequence[str]]]: ...


@dataclass(frozen=True, slots=True)
class Writes:
    """What items are written as: `request_of` makes a request of one. `newer_by`: the attribute that
    tells which of two with one key is newer; None: the one that comes later."""

    request_of: Callable[[Item], bytes] = put_request
    newer_by: str | None = None


class Codec(Protocol):
    """From a record to its item, which may be rejected, and from an item to its key."""

    def encode(self, record: Any, /) -> Item: ...

    def key_of(self, item: Item) -> tuple[str, ...]: ...


class Spelling(Protocol):
    """How rejects are spelled. `leading`: cells of a record that are no data of its own."""

    leading: int

    def row(self, reject: Reject) -> bytes: ...


def max_rows(header: Sequence[str]) -> int:
    """How many rows of this header a window may have, so that it stays within memory however short
    the rows are. A chunk has no more, and so is one window. Of JSON lines, which have no header, the
    number counts the objects around a request alone: the names are in the text."""
    names = sum(len(name.encode(errors="replace")) for name in header)
    return _MAX_OVERHEAD_BYTES // (_ROW_BYTES + names + _CELL_BYTES * len(header))


@dataclass(slots=True)
class Window:
    """`requests`: one a key, in the order in which the keys first came. `rejects`: the rows of a
    rejects file. `offset`, `row`: where the next window starts. `last`: nothing follows."""

    requests: list[Request]
    rejects: bytes
    tally: Tally
    offset: int
    row: int
    last: bool

    def shuffled(self, seed: str) -> list[Request]:
        """Hands the requests over: a window may still be held while the next one is read.

        Neighbours in a file are often neighbours in a partition, and a partition takes only so much."""
        requests, self.requests = self.requests, []
        random.Random(seed).shuffle(requests)
        return requests


@dataclass(slots=True)
class _Collector:
    """Takes the rows of a window one by one."""

    codec: Codec
    rejects_format: Spelling
    writes: Writes
    kept: dict[tuple[str, ...], Request] = field(default_factory=dict)
    rejects: io.BytesIO = field(default_factory=io.BytesIO)
    bodies: int = 0
    records: int = 0
    rows: int = 0
    rejected: int = 0
    superseded: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    first_reject: RejectNote | None = None
    first_duplicate: DuplicateNote | None = None

    @property
    def full(self) -> bool:
        rejects = self.rejects.tell() * _REJECT_COPIES
        return self.bodies + len(self.kept) * _ROW_BYTES + rejects >= MAX_HELD_BYTES

    def take(self, row: int, offset: int, record: Sequence[str]) -> None:
        self.rows += 1
        problems: Sequence[Problem] = ()
        try:
            item = self.codec.encode(record)
            self._check_age(item)
            request = Request(self.writes.request_of(item), write_units(item_size(item)), row)
        except RowRejected as rejected:
            problems = rejected.problems
        if problems:
            # Only here: the exception has kept all that the codec has read of the row.
            self.reject(row, offset, record, problems)
            return
        self._keep(item, request)

    def _check_age(self, item: Item) -> None:
        name = self.writes.newer_by
        if name is not None and name not in item:
            reason = f"there is no attribute {shown(name)}, which tells whether the item is newer"
            raise RowRejected([Problem("newer", None, reason)])

    def _keep(self, item: Item, request: Request) -> None:
        """Of requests with one key one is kept, in the place of the first."""
        key = self.codec.key_of(item)
        earlier = self.kept.get(key)
        if earlier is None:
            self.bodies += len(request.body)
            self.kept[key] = request
            return
        self.superseded += 1
        loser, winner = (earlier, request) if self._replaces(item, earlier) else (request, earlier)
        self.first_duplicate = self.first_duplicate or DuplicateNote(loser.row, winner.row)
        self.bodies += len(winner.body) - len(earlier.body)
        self.kept[key] = winner

    def _replaces(self, item: Item, earlier: Request) -> bool:
        name = self.writes.newer_by
        return name is None or is_greater(item[name], content_of(earlier.body.decode())[1][name])

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


def read_windows(
    reader: Reader,
    row: int,
    codec: Codec,
    rejects_format: Spelling,
    limits: Limits,
    writes: Writes = Writes(),
) -> Iterator[Window]:
    """The records of `reader` in windows; at least one window, maybe empty.

    Where they are cut, and so what messages they make, is part of `messages.PACKING`.

    Args:
        row: number of the first record.
        limits: a window ends with the record that reaches one of them, or what memory it may take.
    """
    collector, start = _Collector(codec, rejects_format, writes), reader.offset
    end, ended = start, False
    for number, offset, record in reader:
        if ended:
            yield _window(collector, end, row, last=False)
            collector, start = _Collector(codec, rejects_format, writes), offset
        collector.records += 1
        row = number + 1
        if reader.open:
            collector.rows += 1
            collector.reject(number, offset, record, (_OPEN_QUOTE,))
        elif record:
            collector.take(number, offset, record)
        end = reader.offset
        ended = end - start >= limits.bytes or collector.records >= limits.records or collector.full
    yield _window(collector, reader.offset, row, last=True)


def _window(collector: _Collector, offset: int, row: int, last: bool) -> Window:
    requests = list(collector.kept.values())
    return Window(requests, collector.rejects.getvalue(), collector.tally(), offset, row, last)
