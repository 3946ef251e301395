"""A rejects file holds the rows as they came, for the same job to load again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.delimited.encoding import TextEncoding
from headrace.delimited.rejects import REJECT_COLUMNS, Reject, RejectsFormat, is_rejects_header
from headrace.job.dialect import PRESETS
from headrace.job.model import NULL_MARK, Format
from tests.unit.delimited.oracle import FORMS, fields

HEADER = ["x", "y", "z"]
SPELLABLE = [form for form in FORMS if form.quote or form.escape]
_cells = st.lists(
    st.lists(st.sampled_from(["a", "N", '"', "'", ",", ";", "\t", "\n", "\r\n", "\\", "é", "\0", "n"])).map(
        "".join
    ),
    min_size=3,
    max_size=3,
)


@given(st.sampled_from(SPELLABLE), st.sampled_from(["utf-8", "utf-16-le", "latin-1"]), _cells)
def test_a_reject_reads_back_as_the_row_that_it_was(form: Format, codec: str, cells: list[str]) -> None:
    rejects = RejectsFormat(HEADER, form, codec)
    file = rejects.header + rejects.row(Reject(7, 99, "type", 'why "this", or\nthat\tor\\', cells))
    header, row = fields(file, form, TextEncoding(codec))
    assert is_rejects_header(header)
    assert header == [*REJECT_COLUMNS, *HEADER]
    assert row[:2] == ["7", "99"]
    assert row[3:] == cells


@pytest.mark.parametrize("cell", ["\udcff\udc80", "a\udcc3"])
def test_bytes_that_are_no_text_are_kept(cell: str) -> None:
    rejects = RejectsFormat(["x"], Format(), "utf-8")
    assert cell.encode(errors="surrogateescape") in rejects.row(Reject(1, 0, "encoding", "why", [cell]))


@pytest.mark.parametrize("cell", [NULL_MARK, "\\N", "N", "a\tb\nc\\"])
def test_nulls_and_escapes_of_the_mysql_preset_stay_apart(cell: str) -> None:
    mysql = PRESETS["mysql"]
    rejects = RejectsFormat(["x"], mysql, "utf-8")
    assert fields(rejects.row(Reject(None, None, "type", "why", [cell])), mysql) == [["", "", "why", cell]]


@pytest.mark.parametrize("delimiter", [",", ";", " "])
def test_without_quotes_a_reason_does_not_shift_the_row(delimiter: str) -> None:
    form = Format(delimiter=delimiter, quote=None)
    rejects = RejectsFormat(["x"], form, "utf-8")
    (row,) = fields(rejects.row(Reject(1, 0, "fields", "a, b; c\nd", ["cell"])), form)
    assert len(row) == 4
    assert row[3] == "cell"


@given(_cells)
def test_rejects_of_a_rejects_file_have_its_columns_once(cells: list[str]) -> None:
    rejects = RejectsFormat([*REJECT_COLUMNS, *HEADER], Format(), "utf-8")
    assert rejects.leading == 3
    file = rejects.header + rejects.row(Reject(1, 0, "type", "why", cells))
    assert fields(file) == [[*REJECT_COLUMNS, *HEADER], ["1", "0", "why", *cells]]
    assert fields(rejects.without_header(file)) == [["1", "0", "why", *cells]]


def test_a_reason_with_characters_that_the_encoding_has_not_is_spelled() -> None:
    rejects = RejectsFormat(["x"], Format(), "latin-1")
    assert b"long\\u2026" in rejects.row(Reject(1, 0, "type", "long…", ["é"]))
