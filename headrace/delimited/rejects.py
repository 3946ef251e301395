"""The rejects file: rows that could not become items, in the form in which they came.

Same dialect, same encoding, same header as the object they are from, so that the same job loads the
file again once the rows are mended. Three columns stand in front: in front, because a row with too
many or too few fields would push columns behind it out of their place.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from headrace.delimited.dialect import csv_options
from headrace.delimited.encoding import TextEncoding
from headrace.job.model import NULL_MARK, Format

REJECT_COLUMNS = ("_headrace_row", "_headrace_offset", "_headrace_reason")


@dataclass(frozen=True, slots=True)
class Reject:
    """A row, where it stands, and why it is no item. `row` and `offset` are None where only the item
    is known, not the row that it was."""

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
        self._spell = partial(_with_escapes if form.quote is None else _with_quotes, form=form)
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


def _with_quotes(cells: Sequence[str], form: Format) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, **csv_options(form) | {"escapechar": None})
    writer.writerow([_doubled(cell, form.escape) for cell in cells])
    return out.getvalue()


def _doubled(cell: str, escape: str | None) -> str:
    return cell.replace(escape, escape * 2) if escape else cell


def _with_escapes(cells: Sequence[str], form: Format) -> str:
    """Nothing is quoted: what would end a field or a line is escaped, or, without an escape, cannot
    be there."""
    if form.escape is None:
        return form.delimiter.join(cells) + "\n"
    special = re.compile("[" + re.escape(form.escape + form.delimiter) + "\n\r]")
    return form.delimiter.join(_escaped(cell, special, form) for cell in cells) + "\n"


def _escaped(cell: str, special: re.Pattern[str], form: Format) -> str:
    if form.backslash_escapes and cell == NULL_MARK:
        return "\\N"
    text = special.sub(lambda match: f"{form.escape}{match[0]}", cell)
    return text.replace("\0", "\\0") if form.backslash_escapes else text
