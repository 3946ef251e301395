"""Dialects and texts of every kind, and what the csv module makes of them."""

from __future__ import annotations

import csv
import io

from hypothesis import strategies as st

from headrace.delimited.dialect import MAX_RECORD_BYTES, csv_options
from headrace.delimited.encoding import TextEncoding
from headrace.delimited.records import Record, RecordReader
from headrace.job.dialect import PRESETS
from headrace.job.model import Format

FORMS = [
    *PRESETS.values(),
    Format(delimiter="\t", quote=None, escape="\\"),
    Format(delimiter="|", quote=None),
    Format(escape="\\"),
    Format(delimiter=";", quote="'"),
    Format(delimiter="§"),
]
PLAIN_FORMS = [form for form in FORMS if not form.backslash_escapes]
ENCODINGS = ["utf-8", "utf-16-le", "utf-16-be", "latin-1"]

_PIECES = [
    "a",
    "b",
    '"',
    "'",
    ",",
    ";",
    "\t",
    "|",
    "\n",
    "\r",
    "\r\n",
    "\\",
    "\\\\",
    "é",
    "§",
    " ",
    "\x0b",
    "\x00",
]
_WIDE_PIECES = [*_PIECES, "𝄞", "\u2028", "\u0085", "\u0a0d"]

forms = st.sampled_from(FORMS)
plain_forms = st.sampled_from(PLAIN_FORMS)
encodings = st.sampled_from(ENCODINGS).map(TextEncoding)


def texts(encoding: TextEncoding) -> st.SearchStrategy[str]:
    pieces = _PIECES if encoding.codec == "latin-1" else _WIDE_PIECES
    quoted = st.lists(st.sampled_from(pieces), max_size=4).map(lambda parts: ',"' + "".join(parts) + '"')
    return st.lists(st.sampled_from(pieces) | quoted, max_size=40).map("".join)


def blocks_of(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def csv_records(data: bytes, form: Format, encoding: TextEncoding) -> list[list[str]]:
    """The csv module's records of the whole file."""
    csv.field_size_limit(MAX_RECORD_BYTES)
    with io.TextIOWrapper(io.BytesIO(data), encoding.codec, encoding.errors, newline="") as file:
        return list(csv.reader(file, **csv_options(form)))


def records(data: bytes, form: Format = PRESETS["csv"], encoding: TextEncoding | None = None) -> list[Record]:
    return list(RecordReader([data], form, encoding or TextEncoding("utf-8")))


def fields(
    data: bytes, form: Format = PRESETS["csv"], encoding: TextEncoding | None = None
) -> list[list[str]]:
    return [cells for _, _, cells in records(data, form, encoding)]
