"""A row as text of a dialect: the inverse of the record reader."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from functools import partial

from headrace.delimited.dialect import csv_options
from headrace.job.model import NULL_MARK, Format


def row_speller(form: Format) -> Callable[[Sequence[str]], str]:
    """From the cells of a row to its line, newline included.

    A dialect without quotes and without an escape cannot spell every cell, and does not notice it."""
    return partial(_with_escapes if form.quote is None else _with_quotes, form=form)


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
