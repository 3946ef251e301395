"""Any chunk size gives exactly the records that the csv module gives on the whole file."""

from __future__ import annotations

import sys
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headrace.delimited import lines, split, views
from headrace.delimited.chunk import Chunk, Limits
from headrace.delimited.encoding import TextEncoding
from headrace.delimited.records import RecordReader
from headrace.delimited.split import find_chunks
from headrace.errors import SourceFormatError
from headrace.job.dialect import PRESETS
from headrace.job.model import Format
from tests.unit.delimited.oracle import blocks_of, csv_records, encodings, forms, plain_forms, records, texts

CSV, MYSQL = PRESETS["csv"], PRESETS["mysql"]
UTF_8 = TextEncoding("utf-8")
sizes = st.sampled_from([1, 2, 3, 5, 8, 13, 40, 1000])


def chunks_of(
    data: bytes,
    form: Format = CSV,
    encoding: TextEncoding = UTF_8,
    size: int = 1,
    block: int = 7,
    most: int = sys.maxsize,
) -> list[Chunk]:
    return list(find_chunks(blocks_of(data, block), form, encoding, Limits(size, most), 0, 1))


def read_chunk(data: bytes, chunk: Chunk, form: Format, encoding: TextEncoding) -> list[list[str]]:
    reader = RecordReader([data[chunk.start : chunk.end]], form, encoding, chunk.start, chunk.row)
    return [cells for _, _, cells in reader]


@given(form=plain_forms, encoding=encodings, size=sizes, block=sizes, most=sizes, data=st.data())
@settings(max_examples=1000)
def test_the_chunks_records_are_the_csv_modules_on_the_whole_file(
    form: Format, encoding: TextEncoding, size: int, block: int, most: int, data: st.DataObject
) -> None:
    text = encoding.encode(data.draw(texts(encoding)))
    found = chunks_of(text, form, encoding, size, block, most)
    assert [cells for chunk in found for cells in read_chunk(text, chunk, form, encoding)] == csv_records(
        text, form, encoding
    )


@given(form=plain_forms, encoding=encodings, size=sizes, block=sizes, piece=sizes, data=st.data())
@settings(max_examples=300)
def test_chunks_do_not_depend_on_how_the_text_comes(
    form: Format, encoding: TextEncoding, size: int, block: int, piece: int, data: st.DataObject
) -> None:
    text = encoding.encode(data.draw(texts(encoding)))
    with patch.object(lines, "PIECE", piece), patch.object(views, "PIECE", piece):
        in_parts = chunks_of(text, form, encoding, size, block)
    whole = chunks_of(text, form, encoding, size, len(text) + 1)
    assert encoding.wide or in_parts == whole
    assert [cells for chunk in in_parts for cells in read_chunk(text, chunk, form, encoding)] == csv_records(
        text, form, encoding
    )


@given(form=forms, encoding=encodings, size=sizes, block=sizes, data=st.data())
@settings(max_examples=500)
def test_chunks_join_without_a_gap_and_know_their_rows(
    form: Format, encoding: TextEncoding, size: int, block: int, data: st.DataObject
) -> None:
    text = encoding.encode(data.draw(texts(encoding)))
    found = chunks_of(text, form, encoding, size, block)
    whole = records(text, form, encoding)
    assert [chunk.end for chunk in found][-1:] == [len(text)][: bool(text)]
    assert [chunk.start for chunk in found] == [0, *(chunk.end for chunk in found)][: len(found)]
    assert sum(chunk.records for chunk in found) == len(whole)
    assert {(chunk.row, chunk.start) for chunk in found} <= {(row, start) for row, start, _ in whole}


@given(form=forms, encoding=encodings, size=sizes, block=sizes, data=st.data())
@settings(max_examples=300)
def test_the_chunks_records_are_those_of_one_reader_in_every_preset(
    form: Format, encoding: TextEncoding, size: int, block: int, data: st.DataObject
) -> None:
    text = encoding.encode(data.draw(texts(encoding)))
    found = chunks_of(text, form, encoding, size, block)
    joined = [cells for chunk in found for cells in read_chunk(text, chunk, form, encoding)]
    assert joined == [cells for _, _, cells in records(text, form, encoding)]


@given(st.binary(max_size=60), sizes)
@example(b'a,"\xff\n"\n\xc3', 1)
def test_bytes_that_are_no_text_are_cut_as_any_other(data: bytes, size: int) -> None:
    found = [cells for chunk in chunks_of(data, size=size) for cells in read_chunk(data, chunk, CSV, UTF_8)]
    assert found == csv_records(data, CSV, UTF_8)


@given(size=sizes, most=sizes, block=st.sampled_from([10, 100, 10_000]))
def test_no_chunk_has_more_records_than_it_may(size: int, most: int, block: int) -> None:
    text = b'1,a\n2,"b\nb"\n' * 50
    found = chunks_of(text, size=size, block=block, most=most)
    assert max(chunk.records for chunk in found) <= most
    assert sum(chunk.records for chunk in found) == 100


@pytest.mark.parametrize("text", [b'a\\\n"b\nc"\nd\n', b'a\\\n"\n"x\ny"\n', b'a\\\n",b\n"c\nd"\n'])
def test_a_quote_behind_an_escaped_line_end_opens_nothing(text: bytes) -> None:
    form = Format(escape="\\")
    found = [cells for chunk in chunks_of(text, form) for cells in read_chunk(text, chunk, form, UTF_8)]
    assert found == csv_records(text, form, UTF_8)


def test_every_chunk_has_the_size_asked_for_but_the_last() -> None:
    found = chunks_of(b"id,name\n" * 100, size=20)
    assert {chunk.end - chunk.start for chunk in found[:-1]} == {24}
    assert found[1] == Chunk(24, 48, 4, 3)


def test_an_empty_text_has_no_chunks() -> None:
    assert chunks_of(b"") == []


@pytest.mark.parametrize("data", [b'a,"' + b"x\n" * 60, b'a,"' + b"x" * 120])
def test_a_record_longer_than_any_item_is_an_unbalanced_quote(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(split, "MAX_RECORD_BYTES", 50)
    monkeypatch.setattr("headrace.delimited.lines.MAX_RECORD_BYTES", 50)
    with pytest.raises(SourceFormatError, match="longer than 50 bytes"):
        chunks_of(data, size=10)
