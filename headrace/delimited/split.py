"""Where a delimited text may be cut: at the end of a record, and nowhere else.

A newline ends a record unless it is quoted or escaped, and whether it is depends on everything
before it. So the whole text is looked at once, in order, but by counting and splitting large
pieces of it at C speed; the csv module itself is asked only about pieces that such counting cannot
judge (quotes in the middle of unquoted fields, escapes beside quotes). Memory is bounded by a piece.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import AnyStr, Generic

from headrace.delimited.dialect import MAX_RECORD_BYTES, State, csv_reader, open_state
from headrace.delimited.encoding import TextEncoding
from headrace.delimited.lines import byte_pieces, split_lines, text_pieces
from headrace.errors import SourceFormatError
from headrace.job.model import Format


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes `start` to before `end`; its first record is row `row`, and it has `records` of them."""

    start: int
    end: int
    row: int
    records: int


@dataclass(frozen=True, slots=True)
class Limits:
    """A chunk ends at the first record end at or after `bytes`, and before that where it would have
    more than `records` records."""

    bytes: int
    records: int = sys.maxsize


def find_chunks(
    blocks: Iterable[bytes], form: Format, encoding: TextEncoding, limits: Limits, start: int, row: int
) -> Iterator[Chunk]:
    """Cuts the text of `blocks` into chunks.

    Args:
        blocks: the object's bytes from `start`, where a record starts.
        row: the number of that record.

    Raises:
        SourceFormatError: a record is longer than any item can be.
    """
    if encoding.wide:
        wide = Scanner(form, str, encoding.decode)
        pieces = text_pieces(blocks, encoding)
        return _Cutter(wide, lambda text: len(encoding.encode(text)), 2, limits, start, row).cut(pieces)
    narrow = Scanner(form, encoding.encode, encoding.decode)
    return _Cutter(narrow, len, 1, limits, start, row).cut(byte_pieces(blocks))


class _Cutter(Generic[AnyStr]):
    """Walks over pieces of whole lines and remembers where the current chunk began."""

    def __init__(
        self,
        scanner: Scanner[AnyStr],
        size: Callable[[AnyStr], int],
        width: int,
        limits: Limits,
        start: int,
        row: int,
    ) -> None:
        self._scanner: Scanner[AnyStr] = scanner
        self._size: Callable[[AnyStr], int] = size
        self._width = width
        self._limits = limits
        self._start = self._position = self._record_end = start
        self._row = row
        self._records = 0
        self._state = State.RECORD

    def cut(self, pieces: Iterable[AnyStr]) -> Iterator[Chunk]:
        unterminated = False
        for piece in pieces:
            yield from self._cut_piece(piece)
            unterminated = not self._scanner.ends_line(piece)
        if unterminated or self._state is not State.RECORD:
            self._records += 1
        if self._position > self._start:
            yield self._chunk()

    def _cut_piece(self, piece: AnyStr) -> Iterator[Chunk]:
        at = 0
        while at < len(piece):
            missing = self._start + self._limits.bytes - self._position
            text, crowded = self._step(piece, at, max(missing // self._width, 1))
            at += len(text)
            full = crowded or self._position - self._start >= self._limits.bytes
            if full and self._state is State.RECORD and self._scanner.ends_line(text):
                yield self._chunk()
                self._start, self._row, self._records = self._position, self._row + self._records, 0

    def _step(self, piece: AnyStr, at: int, length: int) -> tuple[AnyStr, bool]:
        """Follows whole lines from `at`, of about `length` or of a part of it where those have too many
        records, and says whether the chunk is full of them now."""
        room = self._limits.records - self._records
        length = min(length, len(piece) - at)
        crowded = False
        while True:
            text = piece[at : self._scanner.line_end(piece, at + length)]
            records, state = self._scanner.advance(text, self._state)
            begun = records + (state is not State.RECORD)
            if begun <= room or length == 1:
                break
            crowded, length = True, length // 2
        self._state = state
        self._follow(records, self._size(text))
        return text, crowded or records >= room

    def _follow(self, records: int, size: int) -> None:
        self._records += records
        self._position += size
        if records:
            self._record_end = self._position
        elif self._position - self._record_end > MAX_RECORD_BYTES:
            raise SourceFormatError(
                f"row {self._row + self._records} is longer than {MAX_RECORD_BYTES} bytes "
                f"before byte {self._position}: is a quote unbalanced there?"
            )

    def _chunk(self) -> Chunk:
        return Chunk(self._start, self._position, self._row, self._records)


class Scanner(Generic[AnyStr]):
    """Follows the csv module's state over whole lines of bytes or of text.

    Args:
        spell: turns the dialect's characters into the kind of text that is scanned.
        decode: turns scanned bytes into text.
    """

    def __init__(self, form: Format, spell: Callable[[str], AnyStr], decode: Callable[[bytes], str]) -> None:
        self._format = form
        self._decode = decode
        self._newline: AnyStr = spell("\n")
        self._return: AnyStr = spell("\r")
        self._crlf: AnyStr = spell("\r\n")
        self._quote: AnyStr | None = spell(form.quote) if form.quote else None
        self._escape: AnyStr | None = spell(form.escape) if form.escape else None
        self._ordinary = next(c for c in "xyz" if c not in (form.delimiter, form.quote, form.escape))
        self._delimiter: AnyStr = spell(form.delimiter)
        self._before_fields: set[AnyStr] = {spell(""), self._delimiter, self._newline, self._return}
        self._escaped_ends: re.Pattern[AnyStr] = re.compile(
            spell("(?:") + re.escape(spell(form.escape or "\\")) + spell(")+") + self._newline
        )

    def advance(self, text: AnyStr, state: State) -> tuple[int, State]:
        """How many records end in `text`, which starts and ends with a line, and the state behind it."""
        if self._escape and self._escape in text:
            return self._with_escapes(text, state)
        if self._quote is None or self._quote not in text:
            return (0, state) if state is State.QUOTED else (self.count_lines(text), State.RECORD)
        return self._with_quotes(text, state, self._quote)

    def count_lines(self, text: AnyStr) -> int:
        lines = text.count(self._newline)
        if self._return in text:
            lines += text.count(self._return) - text.count(self._crlf)
        return lines

    def ends_line(self, text: AnyStr) -> bool:
        return text.endswith((self._newline, self._return))

    def line_end(self, text: AnyStr, index: int) -> int:
        """The end of the line that reaches to `index` or beyond; the text's end if it ends before."""
        end = text.find(self._newline, index - 1) + 1 or len(text)
        lone = text.find(self._return, index - 1, end)
        if lone < 0 or text[lone : lone + 2] == self._crlf:
            return end
        return lone + 1

    def _with_quotes(self, text: AnyStr, state: State, quote: AnyStr) -> tuple[int, State]:
        """Between quotes, text is outside and inside in turn, as long as every quote that opens stands
        at the start of a field or behind the quote that it doubles."""
        parts = text.split(quote)
        starts_inside = state is State.QUOTED
        outside = parts[starts_inside::2]
        ends_inside = starts_inside is (len(parts) % 2 == 1)
        before_quotes = outside if ends_inside else outside[:-1]
        if state is State.ESCAPED or not self._all_open_fields(before_quotes):
            return self._ask_csv(text, state)
        return self.count_lines(quote.join(outside)), State.QUOTED if ends_inside else State.RECORD

    def _all_open_fields(self, before_quotes: list[AnyStr]) -> bool:
        """A delimiter of several bytes cannot be told from other text by its last one."""
        return len(self._delimiter) == 1 and {part[-1:] for part in before_quotes} <= self._before_fields

    def _with_escapes(self, text: AnyStr, state: State) -> tuple[int, State]:
        if self._quote is not None or self._return in text:
            return self._ask_csv(text, state)
        escaped = [
            run.end() for run in self._escaped_ends.finditer(text) if (run.end() - run.start()) % 2 == 0
        ]
        ends_escaped = bool(escaped) and escaped[-1] == len(text)
        return self.count_lines(text) - len(escaped), State.ESCAPED if ends_escaped else State.RECORD

    def _ask_csv(self, text: AnyStr, state: State) -> tuple[int, State]:
        prefix = {State.RECORD: "", State.QUOTED: self._format.quote or "", State.ESCAPED: self._ordinary}
        lines = _Lines(prefix[state] + (text if isinstance(text, str) else self._decode(text)))
        records = 0
        for _ in csv_reader(lines, self._format):
            if lines.exhausted:
                return records, open_state(lines.pending, self._format)
            records += 1
            lines.pending.clear()
        return records - (not self.ends_line(text)), State.RECORD


class _Lines:
    """Lines that know which of them were given since the last record, and whether all were."""

    def __init__(self, text: str) -> None:
        self._lines = split_lines(text)
        self.pending: list[str] = []
        self.exhausted = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = next(self._lines)
        except StopIteration:
            self.exhausted = True
            raise
        self.pending.append(line)
        return line
