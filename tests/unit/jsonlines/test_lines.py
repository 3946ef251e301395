"""Lines come with their rows and their offsets, wherever the object is cut."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.delimited import split
from headrace.delimited.chunk import Chunk, Limits
from headrace.delimited.split import find_chunks
from headrace.errors import SourceFormatError
from headrace.jsonlines.lines import LINES, UTF_8, Line, LineReader
from tests.unit.delimited.oracle import blocks_of

documents = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(st.text(max_size=3), documents, max_size=3)
lines = st.builds(
    lambda found, ascii_only, blank: blank + json.dumps(found, ensure_ascii=ascii_only) + blank,
    objects,
    st.booleans(),
    st.sampled_from(["", " ", "\t"]),
) | st.sampled_from(["", " ", '{"a":', "\u2028\u0085\x0b"])
ends = st.sampled_from(["\n", "\r\n"])
sizes = st.sampled_from([1, 2, 3, 7, 20, 1000])


def read(data: bytes, offset: int = 0, row: int = 1, block: int = 1 << 20) -> list[Line]:
    return list(LineReader(blocks_of(data, block), offset, row))


def chunks_of(data: bytes, size: int, block: int, most: int = sys.maxsize) -> list[Chunk]:
    return list(find_chunks(blocks_of(data, block), LINES, UTF_8, Limits(size, most), 0, 1))


@given(st.lists(lines, max_size=12), ends, st.booleans(), sizes, sizes, sizes)
def test_the_chunks_lines_are_those_of_the_whole_object(
    texts: list[str], end: str, ended: bool, size: int, block: int, most: int
) -> None:
    data = "".join(text + end for text in texts).encode()
    data = data if ended else data.removesuffix(end.encode())
    found = chunks_of(data, size, block, most)
    joined = [
        line for chunk in found for line in read(data[chunk.start : chunk.end], chunk.start, chunk.row, block)
    ]
    assert joined == read(data)
    whole = texts if ended or texts[-1:] != [""] else texts[:-1]
    assert [text for _, _, text in joined] == [text.strip(" \t") for text in whole]
    assert [row for row, _, _ in joined] == list(range(1, len(joined) + 1))
    assert sum(chunk.records for chunk in found) == len(joined)
    assert max((chunk.records for chunk in found), default=0) <= most


def test_rows_and_offsets_count_blank_lines() -> None:
    data = '\ufeff{"a":1}\r\n\n \n{"é":2}\n{"c":3}'.encode()
    assert read(data) == [(1, 0, '{"a":1}'), (2, 12, ""), (3, 13, ""), (4, 15, '{"é":2}'), (5, 24, '{"c":3}')]


def test_a_byte_order_mark_is_one_at_the_objects_start_alone() -> None:
    assert read("\ufeff{}".encode(), offset=5)[0][2] == "\ufeff{}"


@given(st.binary(max_size=40), sizes, sizes)
def test_bytes_that_are_no_text_stay_in_their_line(data: bytes, size: int, block: int) -> None:
    found = [
        line
        for chunk in chunks_of(data, size, block)
        for line in read(data[chunk.start : chunk.end], chunk.start, chunk.row)
    ]
    assert found == read(data)


def test_a_line_longer_than_any_items_is_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "MAX_RECORD_BYTES", 50)
    monkeypatch.setattr("headrace.delimited.lines.MAX_RECORD_BYTES", 50)
    for look in (lambda data: chunks_of(data, 10, 7), read):
        with pytest.raises(SourceFormatError, match="a line is longer than 50 bytes"):
            look(b'{"a":"' + b"x" * 120)
