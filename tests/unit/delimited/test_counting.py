"""Counting by a library finds what Python finds."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st
from stringzilla import Str

from headrace.delimited import counting
from headrace.delimited.counting import count_bytes, count_line_ends, count_text, table_of, with_newlines

texts = st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b'"', b"a,b\n" * 50]), max_size=60).map(
    b"".join
)


@given(texts, st.sampled_from([b"\n", b"\r", b'"', b"\r\n", b"\n\n", b'a"']))
@settings(max_examples=500)
def test_texts_are_counted_as_python_does(text: bytes, wanted: bytes) -> None:
    assert count_text(text, wanted) == text.count(wanted)
    assert count_bytes(text, table_of(wanted)) == sum(byte in wanted for byte in text)


@given(texts, st.integers(0, 60), st.booleans())
@settings(max_examples=500)
@example(b"a\r\n" * 9, 0, False)
@example(b"a long line\r\n" * 9, 0, False)
def test_each_line_end_is_counted_once(text: bytes, start: int, translates_quickly: bool) -> None:
    part = text[start:]
    with patch.object(counting, "_TRANSLATES_QUICKLY", translates_quickly):
        found = count_line_ends(Str(text)[start:])
    assert found == part.count(b"\n") + part.count(b"\r") - part.count(b"\r\n")


def test_only_lines_that_all_end_alike_are_given_another_end() -> None:
    assert with_newlines(b"a\r\nb\r\n") == b"a\nb\n"
    assert with_newlines(b"a\r\nb\n") == b"a\r\nb\n"
    assert with_newlines(b"a\r\nb\r") == b"a\r\nb\r"
