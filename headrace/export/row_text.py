"""Rows of an export as bytes that are read as the very same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from headrace.delimited.encoding import TextEncoding, settle_encoding
from headrace.delimited.records import RecordReader
from headrace.delimited.rows import row_speller
from headrace.errors import HeaderError
from headrace.items.text import shown
from headrace.job.model import Format

HOW_TO_SPELL = "set format.quote, format.escape or format.encoding"


class RowText:
    """Rows under one header. Raises HeaderError: the format cannot spell it."""

    def __init__(self, header: Sequence[str], form: Format) -> None:
        self._form = replace(form, header=None)
        self._encoding = settle_encoding(form.encoding, b"")
        self._spell = row_speller(form)
        self._header = list(header)
        self._header_line = self._encode(self._header) or b""
        self._next = self._encode(["0"]) or b""
        """Stands for any row that may follow."""
        self._next_read = self._read(self._next, self._encoding)
        if not self._is_header_kept():
            faulty = [title for title in header if not self.can_spell(title)] or header[:1]
            fault = f"header: the format, in {form.encoding}, cannot spell {', '.join(map(shown, faulty))}"
            raise HeaderError([f"{fault}; {HOW_TO_SPELL}"])

    @property
    def opening(self) -> bytes:
        """What every part starts with: the header; in UTF-16 a mark before it tells the byte order."""
        mark = "\ufeff" if self._encoding.wide else ""
        return self._encoding.encode(mark) + self._header_line

    def line(self, cells: Sequence[str]) -> bytes | None:
        """None: the cells, or those of a row behind them, would not be read as they are."""
        line = self._encode(cells)
        if line is None or self._read(line + self._next, self._encoding) != [cells, *self._next_read]:
            return None
        return line

    def can_spell(self, cell: str) -> bool:
        """Whether the cell alone is no reason why a row cannot be spelled."""
        line = self._encode(["", cell, ""])
        return line is not None and self._read(line, self._encoding) == [["", cell, ""]]

    def _is_header_kept(self) -> bool:
        """Marks that a text may start with are left out by its reader."""
        encoding = settle_encoding(self._form.encoding, self.opening)
        return self._read(self.opening[encoding.bom :], encoding) == [self._header]

    def _encode(self, cells: Sequence[str]) -> bytes | None:
        try:
            return self._encoding.encode(self._spell(cells))
        except UnicodeEncodeError:
            return None

    def _read(self, text: bytes, encoding: TextEncoding) -> list[list[str]]:
        return [cells for _, _, cells in RecordReader([text], self._form, encoding)]
