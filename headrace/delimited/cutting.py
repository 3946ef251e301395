"""Cuts a piece of delimited text into the cells of all its records at once.

What a row costs is what Python does for each of its cells. So text without quotes is escaped and split
whole, records with quotes are asked of the csv module one by one, and text that is hard to judge is
asked of it altogether. The cells are the csv module's either way.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from headrace.delimited.cells import Cut, escaped, escaped_all
from headrace.delimited.dialect import csv_reader
from headrace.delimited.encoding import TextEncoding
from headrace.job.model import Format

_ROW_END = escaped("\n")
_FEW = 50
"""Records with quotes. Where there are more, a third of all or more, it is quicker to read all alike."""


@dataclass(slots=True)
class _Sorted:
    """`plain`: the records without quotes, and a blank row in place of each other one, `rows` in all.
    `quoted`: the cells of those, one after the other, and `places`: which rows they are. `rest`: no whole
    record."""

    plain: list[str] = field(default_factory=list)
    rows: int = 0
    quoted: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    rest: str = ""

    def add_quoted(self, record: list[str], blank_row: str) -> None:
        self.quoted += record
        self.places.append(self.rows)
        self.plain.append(blank_row)
        self.rows += 1


class Cutter:
    """
    Args:
        form: a dialect that `can_cut`.
        width: how many columns there are.
    """

    def __init__(self, form: Format, encoding: TextEncoding, width: int) -> None:
        self._format = form
        self._encoding = encoding
        self._width = width
        self._delimiter = escaped(form.delimiter)
        self._row_end = f"{form.delimiter}\n{form.delimiter}"
        self._blank_row = form.delimiter * (width - 1) + self._row_end

    @staticmethod
    def can_cut(form: Format, encoding: TextEncoding) -> bool:
        """Whether delimiters and line ends stay apart from all else in bytes and among escapes."""
        return form.escape is None and not encoding.wide and not form.delimiter.isalnum()

    def cut(self, data: bytes) -> Cut:
        """
        Args:
            data: lines from the start of a record on; only the last one may lack its end.
        """
        text = self._encoding.decode(data)
        # Where there is one column, a blank line looks like an empty cell.
        found = None if self._width == 1 or self._may_be_mistaken(text) else self._sort(text)
        return (found and self._cut_sorted(found)) or self._cut_by_csv(data)

    def _may_be_mistaken(self, text: str) -> bool:
        """A backslash and a `t`, escaped, look like a delimiter that is a tab."""
        return self._delimiter.startswith(b"\\") and "\\" in text

    def _sort(self, text: str) -> _Sorted | None:
        """None: there are many quotes, or a record with some has too many cells, or too few, or is more
        than one; or a line end is none of ours."""
        quote, at = self._format.quote, 0
        found = _Sorted()
        lines = _WholeLines(text)
        reader = csv_reader(lines, self._format)
        while quote and (mark := text.find(quote, at)) >= 0:
            lines.at = start = max(text.rfind("\n", at, mark) + 1, at)
            try:
                record = next(reader, [])
            except csv.Error:
                return None
            self._add_plain(found, text[at:start])
            if lines.ended:
                found.rest = text[start:]
                return found
            if len(record) != self._width or _has_lone_return(text, start, lines.at):
                return None
            found.add_quoted(record, self._blank_row)
            at = lines.at
            if len(found.places) > _FEW and len(found.places) * 3 > found.rows:
                return None
        end = text.rfind("\n") + 1
        self._add_plain(found, text[at:end])
        found.rest = text[end:]
        return found

    def _add_plain(self, found: _Sorted, lines: str) -> None:
        """Line ends become cells by themselves, so that a row that is too long and one that is too short
        cannot make up for each other."""
        if "\r" in lines:
            lines = lines.replace("\r\n", "\n")
        marked = lines.replace("\n", self._row_end)
        found.plain.append(marked)
        found.rows += (len(marked) - len(lines)) // (len(self._row_end) - 1)

    def _cut_sorted(self, found: _Sorted) -> Cut | None:
        """None: a row has too many cells, or too few, or one that is no text, or is more than one."""
        text = "".join(found.plain)
        try:
            cells = escaped(text).split(self._delimiter)
            quoted = escaped_all(found.quoted)
        except TypeError:
            return None
        cells.pop()
        rows, width, stride = found.rows, self._width, self._width + 1
        is_even = len(cells) == rows * stride and cells[width::stride].count(_ROW_END) == rows
        if "\r" in text or not is_even:
            return None
        for number, place in enumerate(found.places):
            cells[place * stride : place * stride + width] = quoted[number * width : (number + 1) * width]
        columns = [cells[column::stride] for column in range(width)]
        return Cut(rows, range(rows), columns, self._encoding.encode(found.rest))

    def _cut_by_csv(self, data: bytes) -> Cut:
        lines = data.splitlines(keepends=True)
        texts = list(map(self._encoding.decode, lines))
        # A blank line more is a record by itself, or a part of one that is not whole.
        records = list(csv_reader(chain(texts, "\n"), self._format))
        is_whole = not records.pop()
        rest = b"" if is_whole else self._behind(texts, lines, len(records))
        rows = [row for row, cells in enumerate(records) if len(cells) == self._width]
        cells = list(chain.from_iterable(records[row] for row in rows))
        try:
            flat = escaped_all(cells)
        except TypeError:
            rows = [row for row in rows if _is_text(records[row])]
            flat = escaped_all(list(chain.from_iterable(records[row] for row in rows)))
        columns = [flat[column :: self._width] for column in range(self._width)]
        return Cut(len(records), rows, columns, rest)

    def _behind(self, texts: Sequence[str], lines: Sequence[bytes], records: int) -> bytes:
        """The lines behind so many records."""
        behind = iter(texts)
        deque(islice(csv_reader(behind, self._format), records), 0)
        return b"".join(lines[len(lines) - len(list(behind)) :])


class _WholeLines:
    """The lines of a text from `at` on, wherever that is set; `ended` when they ran out."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.at = 0
        self.ended = False

    def __iter__(self) -> _WholeLines:
        return self

    def __next__(self) -> str:
        start, self.at = self.at, self._text.find("\n", self.at) + 1
        if not self.at:
            self.ended = True
            raise StopIteration
        return self._text[start : self.at]


def _has_lone_return(text: str, start: int, end: int) -> bool:
    return text.count("\r", start, end) != text.count("\r\n", start, end)


def _is_text(cells: list[str]) -> bool:
    try:
        return bool(escaped_all(cells))
    except TypeError:
        return False
