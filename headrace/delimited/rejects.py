"""The rejects file: rows that could not become items, in the form in which they came.

Same dialect, same encoding, same header as the object they are from, so that the same job loads the
file again once the rows are mended. Three columns stand in front: in front, because a row with too
many or too few fields would push columns behind it out of their place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from headrace.delimited.encoding import TextEncoding
from headrace.delimited.rows import row_speller
from headrace.job.model import Format

REJECT_COLUMNS = ("_headrace_row", "_headrace_offset", "_headrace_reason")


@dataclass(frozen=True, slots=True)
class Reject:
    """A row, where it stands, and why it is no item. `row` and `offset` are None where only the item
    is known, not the row that it was. `cells`: of a line of JSON, the line itself."""

    row: int | None
    offset: int | None
    code: str
    reason: str
    cells: Sequence[str]


def is_rejects_header(record: Sequence[str]) -> bool:
    return tuple(record[: len(REJECT_COLUMNS)]) == REJECT_COLUMNS


class RejectsFormat:
    """Spells rejects in the dialect and the encoding of the object that they are from.

    Args:
        codec: Python's name of the encoding, byte order settled.
    """

    def __init__(self, header: Sequence[str], form: Format, codec: str) -> None:
        self._spell = row_speller(form)
        self._plain_only = form.quote is None and form.escape is None
        self._special = re.compile("[" + re.escape(form.delimiter) + "\r\n]")
        self._blank = "_" if form.delimiter == " " else " "
        self._encoding = TextEncoding(codec)
        self.mark = self._encoding.encode("\ufeff") if self._encoding.wide else b""
        """What a whole file starts with, so that it tells its byte order."""
        self.leading = len(REJECT_COLUMNS) if is_rejects_header(header) else 0
        """How many cells in front of a row are a rejects file's own, where the object is one."""
        self.header = self._line([*REJECT_COLUMNS, *header[self.leading :]])

    def row(self, reject: Reject) -> bytes:
        reason = self._special.sub(self._blank, reject.reason) if self._plain_only else reject.reason
        return self._line([_text(reject.row), _text(reject.offset), reason, *reject.cells])

    def without_header(self, file: bytes) -> bytes:
        """A rejects file's rows alone, to be joined to another file of the same job."""
        return file[len(self.header) :]

    def _line(self, cells: Sequence[str]) -> bytes:
        try:
            return self._encoding.encode(self._spell(cells))
        except UnicodeEncodeError:
            return self._encoding.encode(self._spell([self._spelled(cell) for cell in cells]))

    def _spelled(self, cell: str) -> str:
        """With JSON's escapes for what the encoding does not have: only a reason, or JSON that had
        escapes before, has such characters."""
        return "".join(c if self._has(c) else json.dumps(c)[1:-1] for c in cell)

    def _has(self, character: str) -> bool:
        try:
            self._encoding.encode(character)
        except UnicodeEncodeError:
            return False
        return True


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
