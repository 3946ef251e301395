"""Records of a chunk, each with its row number and its byte offset in the object."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from headrace.delimited.dialect import (
    MAX_RECORD_BYTES,
    State,
    csv_reader,
    open_state,
    settle_nulls,
    spell_out,
)
from headrace.delimited.encoding import TextEncoding
from headrace.delimited.lines import read_lines
from headrace.errors import SourceFormatError
from headrace.job.model import NULL_MARK, Format

Record = tuple[int, int, list[str]]
"""Row number, byte offset, fields. Rows are numbered as a spreadsheet does: the object's first
record, mostly the header, is row 1, and a blank line is a row too (with no fields)."""


class RecordReader:
    """Iterates over the records of `blocks`, exactly as the csv module finds them.

    Args:
        blocks: bytes from the start of a record on.
        offset: where in the object the bytes start.
        row: number of the first record.

    Raises (while iterating):
        SourceFormatError: a record longer than any item can be.
    """

    def __init__(
        self, blocks: Iterable[bytes], form: Format, encoding: TextEncoding, offset: int = 0, row: int = 1
    ) -> None:
        self.offset = offset
        """Byte offset behind the last record that was given."""
        self.open = False
        """Whether the record just given has a quote that is never closed: all of the object behind
        that quote is in its last field. True at most for an object's last record."""
        self._lines = read_lines(blocks, encoding)
        self._format = form
        self._row = row
        self._pending: list[str] = []
        self._exhausted = False

    def __iter__(self) -> Iterator[Record]:
        start, row = self.offset, self._row
        reader = csv_reader(self._feed(), self._format)
        try:
            for fields in reader:
                if self._exhausted:
                    self.open = open_state(self._pending, self._format) is State.QUOTED
                yield row, start, settle_nulls(fields) if self._has_mark() else fields
                start, row = self.offset, row + 1
                self._pending.clear()
        except csv.Error as error:
            raise SourceFormatError(
                f"row {row} at byte {start} has a field of more than {MAX_RECORD_BYTES} characters: "
                "is a quote unbalanced there?"
            ) from error

    def _feed(self) -> Iterator[str]:
        """A record that is given only after the last line was asked for in vain is unfinished."""
        escapes = self._format.backslash_escapes
        for line, size in self._lines:
            self.offset += size
            text = spell_out(line) if escapes and "\\" in line else line
            self._pending.append(text)
            yield text
        self._exhausted = True

    def _has_mark(self) -> bool:
        return self._format.backslash_escapes and any(NULL_MARK in line for line in self._pending)
