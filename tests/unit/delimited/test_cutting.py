"""Cells that are cut many at once are those that the csv module finds."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from headrace.delimited import cutting
from headrace.delimited.cells import Cut, unescaped
from headrace.delimited.cutting import Cutter
from headrace.delimited.encoding import TextEncoding
from headrace.items.text import has_lone_surrogate
from headrace.job.dialect import PRESETS
from headrace.job.model import Format
from tests.unit.delimited.oracle import csv_records, encodings, plain_forms, texts

CSV, TSV = PRESETS["csv"], PRESETS["tsv"]
UTF_8 = TextEncoding("utf-8")


def rows_of(cut: Cut) -> list[list[str]]:
    return [[unescaped(cell) for cell in cells] for cells in zip(*cut.columns, strict=True)]


def check(text: bytes, form: Format, encoding: TextEncoding, width: int) -> Cut:
    """What is cut is what the csv module finds before the rest, all of it that has `width` cells of text."""
    cut = Cutter(form, encoding, width).cut(text)
    assert text.endswith(cut.rest)
    records = csv_records(text.removesuffix(cut.rest), form, encoding)
    fine = [
        number
        for number, cells in enumerate(records)
        if len(cells) == width and not any(map(has_lone_surrogate, cells))
    ]
    assert (cut.records, list(cut.rows)) == (len(records), fine)
    assert rows_of(cut) == [records[number] for number in fine]
    return cut


@given(form=plain_forms, encoding=encodings, width=st.integers(1, 4), few=st.integers(0, 2), data=st.data())
def test_cells_are_the_csv_modules_whatever_the_text(
    form: Format, encoding: TextEncoding, width: int, few: int, data: st.DataObject
) -> None:
    assume(Cutter.can_cut(form, encoding))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "_FEW", few)
        check(encoding.encode(data.draw(texts(encoding))), form, encoding, width)


@pytest.mark.parametrize(
    ("text", "form", "width", "rows"),
    [
        (b"a,b,c,d\ne,f\n", CSV, 3, []),
        (b"a,b,c,d,e\n", CSV, 2, []),
        (b"a\rb,c\n", CSV, 2, [1]),
        (b"a\n\nb\n", CSV, 1, [0, 2]),
        (b"a\\tb\n", TSV, 2, []),
        (b"a\\nb,c\\\n", CSV, 2, [0]),
        (b'a,"b\r\rc"\r\nd,e\r\n', CSV, 2, [0, 1]),
        (b'"a",b\r\r\nc,d\n', CSV, 2, [0, 2]),
        (b"a,b\r\nc,d\n", CSV, 2, [0, 1]),
        (b"a,\xff\nb,c\n", CSV, 2, [1]),
        (b'a,"\xff"\nb,c\n', CSV, 2, [1]),
        (b'a,"b"",\n"\nc,d\n', CSV, 2, [0, 1]),
        (b'"",""\n' * 60, CSV, 2, list(range(60))),
        (b"\x00,\x7f\n", CSV, 2, [0]),
    ],
)
def test_what_could_be_mistaken_is_not(text: bytes, form: Format, width: int, rows: list[int]) -> None:
    assert list(check(text, form, UTF_8, width).rows) == rows


@pytest.mark.parametrize("rest", [b'b,"c\n', b"b,c", b'"', b'b,"c\nd\n', b'b,5" pipe'])
def test_a_record_that_may_go_on_is_left(rest: bytes) -> None:
    for many in (1, 100):
        whole = b'a,"1"\n' * many
        assert check(whole + rest, CSV, UTF_8, 2).rest in (rest, b"")
        assert check(whole + rest, CSV, UTF_8, 2).records >= many


@pytest.mark.parametrize(
    ("form", "encoding"),
    [(PRESETS["mysql"], UTF_8), (Format(delimiter="n"), UTF_8), (CSV, TextEncoding("utf-16-le"))],
)
def test_a_dialect_whose_marks_could_be_mistaken_is_not_cut(form: Format, encoding: TextEncoding) -> None:
    assert not Cutter.can_cut(form, encoding)
