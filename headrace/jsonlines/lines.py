"""Lines of JSON, each with its row number and its byte offset in the object.

Inside JSON a line end stands only as an escape or between tokens, so every line is a record: `LINES`
says so to those who know delimited text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from headrace.delimited.encoding import TextEncoding
from headrace.delimited.lines import read_lines
from headrace.job.model import Format

LINES: Final = Format(quote=None)
"""How to cut an object into chunks of whole lines."""
UTF_8: Final = TextEncoding("utf-8")

_BOM = "\ufeff"
_SPACE = " \t\r\n"

Line = tuple[int, int, str]
"""Row number, from 1, byte offset, text; a blank line is a row too, of no text."""


class LineReader:
    """Iterates over the lines of `blocks`, spaces around them left out.

    Args:
        blocks: bytes from the start of a line on.
        offset: where in the object the bytes start.
        row: number of the first line.

    Raises (while iterating):
        SourceFormatError: a line longer than any item's can be.
    """

    open: Final = False
    """No line goes on in the next one."""

    def __init__(self, blocks: Iterable[bytes], offset: int = 0, row: int = 1) -> None:
        self.offset = offset
        """Byte offset behind the last line that was given."""
        self._lines = read_lines(blocks, UTF_8)
        self._row = row

    def __iter__(self) -> Iterator[Line]:
        for row, (line, size) in enumerate(self._lines, self._row):
            start = self.offset
            self.offset += size
            text = line.removeprefix(_BOM) if start == 0 else line
            yield row, start, text.strip(_SPACE)
