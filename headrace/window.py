"""A window: the run of rows that a loader holds at once.

A chunk is one or several of them. A window is where duplicates are settled, where rows are spread, and
what a retried unit starts again with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from headrace.collecting import CELL_BYTES, PUTS, ROW_BYTES, Codec, Collector, Spelling, Writes
from headrace.delimited.chunk import Limits
from headrace.items.codec import Problem
from headrace.ledger import Tally
from headrace.made import NOTHING, Made
from headrace.spreading import spread

_MAX_OVERHEAD_BYTES = 96 * 1024 * 1024
MAX_HELD_BYTES = 64 * 1024 * 1024
"""Memory of a window in all. Rows are within it by their number, but for text that grows a lot: as JSON,
or by the reasons why so many of its rows are rejects."""
_OPEN_QUOTE = Problem(
    "open_quote", None, "a quote opens in this row and is never closed: all that follows it is in one field"
)


class Reader(Protocol):
    """Records: each its row number, its byte offset, and its cells, or its line of JSON; nothing of a
    blank one."""

    offset: int
    """Behind the record that was given last."""

    @property
    def open(self) -> bool:
        """Whether all of the text from somewhere in this record on is in it: a quote is never closed."""
        ...

    def __iter__(self) -> Iterator[tuple[int, int, Sequence[str]]]: ...


@dataclass(frozen=True, slots=True)
class Run:
    """Records that follow each other. `made`: the requests of those that could be made at once, of
    `records` in all that end at the byte offset `end`. `reader` gives all of them, one by one."""

    reader: Reader
    made: Made = NOTHING
    records: int = 0
    end: int = 0


def max_rows(header: Sequence[str]) -> int:
    """How many rows of this header a window may have, so that it stays within memory however short
    the rows are. A chunk has no more either. Of JSON lines, which have no header, the
    number counts the objects around a request alone: the names are in the text."""
    names = sum(len(name.encode(errors="replace")) for name in header)
    return _MAX_OVERHEAD_BYTES // (ROW_BYTES + names + CELL_BYTES * len(header))


@dataclass(slots=True)
class Window:
    """`requests`: one a key, in the order in which the keys first came. `units`: the write units of each;
    None: one for each. `rejects`: the rows of a rejects file. `offset`, `row`: where the next window
    starts. `last`: nothing follows."""

    requests: list[bytes]
    units: list[int] | None
    rejects: bytes
    tally: Tally
    offset: int
    row: int
    last: bool

    def spread(self, seed: str) -> tuple[list[bytes], list[int] | None]:
        """Hands requests and units over: a window may still be held while the next one is read."""
        requests, self.requests = self.requests, []
        return spread(requests, seed), self.units and spread(self.units, seed)


def read_windows(
    runs: Iterable[Run],
    offset: int,
    row: int,
    codec: Codec,
    rejects_format: Spelling,
    limits: Limits,
    writes: Writes = PUTS,
) -> Iterator[Window]:
    """The records of `runs` in windows; at least one window, maybe empty.

    Where they are cut, and so what messages they make, is part of `messages.PACKING`. It does not
    depend on what was made at once.

    Args:
        offset: of the first record.
        row: number of the first record.
        limits: a window ends with the record that reaches one of them, or what memory it may take.
    """
    windows = _Windows(codec, rejects_format, writes, limits, offset, row)
    for run in runs:
        yield from windows.take(run)
    yield windows.close(last=True)


class _Windows:
    """Takes runs of records, and gives each window when the record behind it comes."""

    def __init__(
        self, codec: Codec, spelling: Spelling, writes: Writes, limits: Limits, offset: int, row: int
    ) -> None:
        self._new: Callable[[], Collector] = lambda: Collector(codec, spelling, writes)
        self._limits = limits
        self._start = self._end = offset
        self._row = row
        self._collector = self._new()
        self._ended = False

    def take(self, run: Run) -> Iterator[Window]:
        if run.records and self._ended:
            yield self.close(last=False)
        if 0 < run.records == len(run.made) and self._fits(run) and self._is_held(run):
            self._collector.take_all(run.made)
            self._advance(run.records, run.end)
        else:
            yield from self._take_records(run)

    def close(self, last: bool) -> Window:
        done, self._collector = self._collector, self._new()
        self._start, self._ended = self._end, False
        units = [done.units.get(key, 1) for key in done.kept] if done.units else None
        rejects, tally = done.rejects.getvalue(), done.tally()
        return Window(list(done.kept.values()), units, rejects, tally, self._end, self._row, last)

    def _take_records(self, run: Run) -> Iterator[Window]:
        """Makes those that are not made already; all, as soon as the window may end by what it holds."""
        made, taken = run.made if self._is_held(run) else NOTHING, 0
        for number, offset, record in run.reader:
            if self._ended:
                yield self.close(last=False)
            if made.has(number):
                self._advance(1, run.reader.offset)
                if self._is_at_end():
                    self._collector.take_all(made.between(taken, number + 1))
                    taken, self._ended = number + 1, True
                continue
            self._collector.take_all(made.between(taken, number))
            self._take_record(number, offset, record, run.reader.open)
            self._advance(1, run.reader.offset)
            taken = number
            self._ended = self._is_at_end() or self._collector.memory() >= MAX_HELD_BYTES
            if not self._is_held(run):
                made = NOTHING
        self._collector.take_all(made.between(taken))

    def _take_record(self, number: int, offset: int, record: Sequence[str], is_open: bool) -> None:
        if is_open:
            self._collector.rows += 1
            self._collector.reject(number, offset, record, (_OPEN_QUOTE,))
        elif record:
            self._collector.take(number, offset, record)

    def _advance(self, records: int, end: int) -> None:
        self._collector.records += records
        self._row += records
        self._end = end

    def _is_at_end(self) -> bool:
        """By the text that it is of."""
        length, records = self._end - self._start, self._collector.records
        return length >= self._limits.bytes or records >= self._limits.records

    def _fits(self, run: Run) -> bool:
        """Whether the window surely does not end in the run, by the text that it is of."""
        length, records = run.end - self._start, self._collector.records + run.records
        return length < self._limits.bytes and records < self._limits.records

    def _is_held(self, run: Run) -> bool:
        """Whether it surely does not end in the run, by what it holds."""
        return self._collector.memory(run.made) < MAX_HELD_BYTES
