"""Records come with their rows, their offsets, and every byte that they had."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.delimited.encoding import TextEncoding, settle_encoding
from headrace.delimited.records import RecordReader
from headrace.errors import SourceFormatError
from headrace.job.dialect import PRESETS
from headrace.job.model import NULL_MARK, Format
from tests.unit.delimited.oracle import (
    blocks_of,
    csv_records,
    encodings,
    fields,
    plain_forms,
    records,
    texts,
)

CSV, MYSQL = PRESETS["csv"], PRESETS["mysql"]
sizes = st.sampled_from([1, 2, 3, 5, 8, 1000])


@given(form=plain_forms, encoding=encodings, block=sizes, data=st.data())
def test_records_are_the_csv_modules_whatever_the_blocks(
    form: Format, encoding: TextEncoding, block: int, data: st.DataObject
) -> None:
    text = encoding.encode(data.draw(texts(encoding)))
    found = [cells for _, _, cells in RecordReader(blocks_of(text, block), form, encoding)]
    assert found == csv_records(text, form, encoding)


@given(encoding=encodings, data=st.data())
def test_a_reader_that_starts_at_a_records_offset_goes_on_from_there(
    encoding: TextEncoding, data: st.DataObject
) -> None:
    text = encoding.encode(data.draw(texts(encoding)))
    whole = records(text, CSV, encoding)
    for position, (row, offset, _) in enumerate(whole):
        assert list(RecordReader([text[offset:]], CSV, encoding, offset, row)) == whole[position:]


def test_rows_and_offsets_count_blank_lines_and_quoted_line_ends() -> None:
    found = records(b'a,b\r\n\r\n"x\ny",1\nlast')
    assert found == [(1, 0, ["a", "b"]), (2, 5, []), (3, 7, ["x\ny", "1"]), (4, 15, ["last"])]


@pytest.mark.parametrize("codec", ["utf-8", "cp1252", "utf-16-le", "utf-16-be"])
def test_bytes_that_are_not_of_the_encoding_stay_in_their_row(codec: str) -> None:
    encoding = TextEncoding(codec)
    broken = {"utf-8": b"\xff\xfe", "cp1252": b"\x81"}.get(codec, encoding.encode("\udc80"))
    text = encoding.encode("a\n") + broken + encoding.encode("x\nb\n")
    found = records(text, CSV, encoding)
    assert [cells for _, _, cells in found][::2] == [["a"], ["b"]]
    assert encoding.encode(found[1][2][0]) == broken + encoding.encode("x")
    assert found[2][1] == len(text) - len(encoding.encode("b\n"))


@given(st.binary(max_size=40))
def test_any_bytes_come_back_from_their_text(data: bytes) -> None:
    for codec in ("utf-8", "latin-1", "cp1252"):
        encoding = TextEncoding(codec)
        assert encoding.encode(encoding.decode(data)) == data


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        (b'a,"b', True),
        (b'a,"b\n', True),
        (b'a,"b"', False),
        (b"a,b", False),
        (b'a,b"', False),
        (b'"a""', True),
    ],
)
def test_a_quote_that_is_never_closed_is_noticed_at_the_end(text: bytes, is_open: bool) -> None:
    reader = RecordReader([text], CSV, TextEncoding("utf-8"))
    assert len(list(reader)) == 1
    assert reader.open is is_open


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        (b"\\N\ta\n", [NULL_MARK, "a"]),
        (b"\\\\N\t\\\\\n", ["\\N", "\\"]),
        (b"x\\N\n", ["xN"]),
        (b"a\\\tb\tc\n", ["a\tb", "c"]),
        (b"a\\\nb\n", ["a\nb"]),
        (b"\\0\\b\\n\\r\\t\\Z\\q\n", ["\0\b\n\r\t\x1aq"]),
        (b'"a"\t\\"\n', ['"a"', '"']),
        (b"N\tNULL\n", ["N", "NULL"]),
    ],
)
def test_the_mysql_preset_reads_what_mysqldump_writes(line: bytes, cells: list[str]) -> None:
    assert fields(line, MYSQL) == [cells]


@pytest.mark.parametrize(
    ("declared", "head", "codec", "bom"),
    [
        ("utf-8", codecs.BOM_UTF8 + b"id", "utf-8", 3),
        ("utf-8", b"id", "utf-8", 0),
        ("utf-16", codecs.BOM_UTF16_LE, "utf-16-le", 2),
        ("utf-16", codecs.BOM_UTF16_BE, "utf-16-be", 2),
        ("utf-16", b"i\0", "utf-16-le", 0),
        ("latin-1", b"id", "latin-1", 0),
    ],
)
def test_a_byte_order_mark_is_left_out_and_settles_the_order(
    declared: str, head: bytes, codec: str, bom: int
) -> None:
    assert settle_encoding(declared, head) == TextEncoding(codec, bom)


def test_a_mark_of_another_encoding_says_which_to_declare() -> None:
    with pytest.raises(SourceFormatError, match="'utf-16'"):
        settle_encoding("utf-8", codecs.BOM_UTF16_BE)


def test_a_field_longer_than_any_item_is_an_unbalanced_quote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headrace.delimited.dialect.MAX_RECORD_BYTES", 20)
    with pytest.raises(SourceFormatError, match="row 2 at byte 2"):
        records(b'a\nb,"' + b"x\n" * 30)
