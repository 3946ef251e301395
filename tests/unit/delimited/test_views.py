"""Pieces of whole lines, whatever blocks they come in."""

from __future__ import annotations

from itertools import pairwise
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headrace.delimited import views
from headrace.delimited.views import ends_line, line_end, line_views
from headrace.errors import SourceFormatError
from tests.unit.delimited.oracle import blocks_of

texts = st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b"a line", b"bb\n" * 9]), max_size=40).map(
    b"".join
)
sizes = st.sampled_from([1, 2, 3, 5, 8, 40, 1000])


@given(texts, sizes, sizes)
@settings(max_examples=1000)
@example(b"a\r\nb", 2, 1000)
@example(b"a\rb\r", 2, 1)
def test_pieces_are_the_text_and_end_with_lines(text: bytes, block: int, piece: int) -> None:
    with patch.object(views, "PIECE", piece):
        blocks = (part for part in blocks_of(text, block) for part in (part, b""))
        pieces = [bytes(view) for view in line_views(blocks)]
    assert b"".join(pieces) == text
    assert all(ends_line(piece) for piece in pieces[:-1])
    assert not any(one.endswith(b"\r") and two.startswith(b"\n") for one, two in pairwise(pieces))
    assert all(pieces)


@given(texts, st.integers(1, 50))
def test_a_line_ends_at_the_end_of_all_of_its_end(text: bytes, index: int) -> None:
    index = min(index, len(text))
    lines = (
        text.decode()
        .replace("\r\n", "\0\n")
        .replace("\r", "\r|")
        .replace("\0\n", "\r\n|")
        .replace("\n", "\n|")
    )
    ends = [0]
    for line in lines.replace("||", "|").split("|"):
        ends.append(ends[-1] + len(line))
    assert line_end(text, index) == min(end for end in ends if end >= index)


def test_a_line_longer_than_any_record_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headrace.delimited.lines.MAX_RECORD_BYTES", 50)
    with pytest.raises(SourceFormatError, match="a line is longer than 50 bytes"):
        list(line_views([b"a" * 30, b"b" * 30]))
