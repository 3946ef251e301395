"""The rejects file: rows that could not become items, in the form in which they came.

Same dialect, same encoding, same header as the object they are from, so that the same job loads the
file again once the rows are mended. Three columns stand in front: in front, because a row with too
many or too few fields would push columns behind it out of their place.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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


def rejects_file(header: Sequence[str], rejects: Iterable[Reject], form: Format, codec: str) -> bytes:
    """The whole file. `codec`: Python's name of the encoding, byte order settled."""
    rows = [[*REJECT_COLUMNS, *header]]
    rows += [[_text(reject.row), _text(reject.offset), reject.reason, *reject.cells] for reject in rejects]
    text = _with_escapes(rows, form) if form.quote is None else _with_quotes(rows, form)
    return TextEncoding(codec).encode(text)


def without_header(data: bytes, header: Sequence[str], form: Format, codec: str) -> bytes:
    """A rejects file's rows alone, to be joined to another file of the same job."""
    return data[len(rejects_file(header, (), form, codec)) :]


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _with_quotes(rows: Iterable[Sequence[str]], form: Format) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, **csv_options(form) | {"escapechar": None})
    for row in rows:
        writer.writerow([_doubled(cell, form.escape) for cell in row])
    return out.getvalue()


def _doubled(cell: str, escape: str | None) -> str:
    return cell.replace(escape, escape * 2) if escape else cell


def _with_escapes(rows: Iterable[Sequence[str]], form: Format) -> str:
    """Nothing is quoted: what would end a field or a line is escaped, or, without an escape, cannot
    be there."""
    if form.escape is None:
        return "".join(form.delimiter.join(row) + "\n" for row in rows)
    special = re.compile("[" + re.escape(form.escape + form.delimiter) + "\n\r]")
    escape = form.escape

    def spell(cell: str) -> str:
        if form.backslash_escapes and cell == NULL_MARK:
            return "\\N"
        text = special.sub(lambda match: escape + match[0], cell)
        return text.replace("\0", escape + "0") if form.backslash_escapes else text

    return "".join(form.delimiter.join(map(spell, row)) + "\n" for row in rows)
