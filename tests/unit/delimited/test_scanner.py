"""Whatever way a scanner takes, it finds what the csv module finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.delimited import near as near_module
from headrace.delimited import pairs, scanner
from headrace.delimited.all_quoted import count_all_quoted
from headrace.delimited.dialect import State
from headrace.delimited.encoding import TextEncoding
from headrace.delimited.marks import Marks
from headrace.delimited.near import near_quotes
from headrace.delimited.pairs import without_pairs
from headrace.delimited.scanner import Scanner
from headrace.job.dialect import PRESETS
from headrace.job.model import Format
from tests.unit.delimited.oracle import encodings, forms, texts

CSV = PRESETS["csv"]
UTF_8 = TextEncoding("utf-8")
MARKS = Marks(b'"', b",")
NONE, ALL = 0, 10**9
"""Texts that have many quotes."""
rows = st.lists(
    st.sampled_from(
        [
            "a,b\n" * 9,
            "a long stretch without any\n" * 3,
            '"a","b"\n',
            '"a","b\nc","d"\n' * 4,
            'a,"b,""c"""\n',
            '"""",""\n',
            '"' * 40 + "\n",
            '{""a"":""b"",""c"":1}',
            '5" pipe,b\n',
            ',"',
            '"\n',
            '"',
            "\r",
            "\r\n",
            "a,b\r\n" * 5,
            "\0",
            "\\",
            "\\\\",
            "\\\n",
        ]
    ),
    max_size=12,
).map("".join)
ways = st.tuples(
    st.sampled_from([NONE, 3, 64, ALL]), st.sampled_from([1, 5, 20]), st.sampled_from([1, 5, 40])
)


@contextmanager
def ways_taken(many_apart: int, near: int, gap: int) -> Iterator[None]:
    """Ways that are for certain texts taken with all, and those for large ones with small ones."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(scanner, "_MANY_APART", many_apart))
        stack.enter_context(patch.object(pairs, "_RUNS", (4, 2)))
        for name, value in {"_NEAR": near, "_GAP": gap, "_FEW": 1000}.items():
            stack.enter_context(patch.object(near_module, name, value))
        yield


def _states(form: Format) -> list[State]:
    return [State.RECORD, *[State.QUOTED] * bool(form.quote), *[State.ESCAPED] * bool(form.escape)]


def lines_of(text: str) -> str:
    """Text that a scanner may be given: it ends with a line."""
    return text if text.endswith(("\n", "\r")) else text + "\n"


def by_csv(text: bytes, is_inside: bool) -> tuple[int, bool]:
    state = State.QUOTED if is_inside else State.RECORD
    records, end = Scanner(CSV, UTF_8).ask_csv(text, state)
    return records, end is State.QUOTED


@given(form=forms, encoding=encodings, way=ways, data=st.data())
@settings(max_examples=1500)
def test_what_is_found_is_what_the_csv_module_finds(
    form: Format, encoding: TextEncoding, way: tuple[int, int, int], data: st.DataObject
) -> None:
    narrow = UTF_8 if encoding.wide else encoding
    text = narrow.encode(lines_of(data.draw(rows | texts(encoding))))
    state = data.draw(st.sampled_from(_states(form)))
    scan = Scanner(form, narrow)
    with ways_taken(*way):
        assert scan.advance(text, state) == scan.ask_csv(text, state)


@given(text=rows, way=ways, is_inside=st.booleans())
@settings(max_examples=1000)
def test_rows_of_the_default_dialect_are_followed_as_the_csv_module_does(
    text: str, way: tuple[int, int, int], is_inside: bool
) -> None:
    scan = Scanner(CSV, UTF_8)
    data, state = lines_of(text).encode(), State.QUOTED if is_inside else State.RECORD
    with ways_taken(*way):
        assert scan.advance(data, state) == scan.ask_csv(data, state)


@pytest.mark.parametrize("is_inside", [False, True])
@pytest.mark.parametrize("way", [scanner._by_turns, scanner._by_counts, count_all_quoted])
def test_each_way_finds_in_short_texts_what_the_csv_module_finds_or_does_not_know(
    way: Callable[[bytes, Marks, bool], tuple[int, bool] | None], is_inside: bool
) -> None:
    known = 0
    for text in _short_texts():
        found = way(MARKS.mark(text), MARKS, is_inside)
        known += found is not None
        assert found in (None, by_csv(text, is_inside)), text
    assert known > 50


@given(text=rows, is_inside=st.booleans())
@settings(max_examples=500)
def test_pairs_of_quotes_change_no_record(text: str, is_inside: bool) -> None:
    data = bytes(MARKS.mark(lines_of(text).encode()))
    with patch.object(pairs, "_RUNS", (4, 2)):
        brief = bytes(without_pairs(data, MARKS))
    assert by_csv(brief, is_inside) == by_csv(data, is_inside)
    assert b'""' not in brief or b"\r" in brief


def _short_texts() -> Iterator[bytes]:
    """With quotes, and all that there is around them."""
    for length in range(7):
        for characters in product('a,"\n', repeat=length):
            if '"' in characters:
                yield "".join(characters).encode() + b"\n"
    for characters in product('a,"\r\n', repeat=4):
        if '"' in characters:
            yield from ("".join(characters).encode() + end for end in (b"\n", b"\r"))


@pytest.mark.parametrize(
    "text",
    [
        b'"a","b"\r\n' * 500,
        b'1,"{""a"":""b""}"\n' * 500,
        b'5" pipe,1\n' * 500,
        b"a,b\n" * 500 + b'a,5" pipe\nc,"d\nd"\n' + b"a,b\n" * 500,
        b"a,b\n" * 500 + b'a,5"\nc,"d\nd"\n' + b"a,b\n" * 500,
        b'a,5" pipe,"b\nb"\n' * 500,
        b'"' * 4000 + b"\n",
        b'1,"[\n ""a"",\n ""b"",\n ""c"",\n ""d""\n]",2\n' * 500,
    ],
)
def test_common_texts_never_go_to_the_csv_module_whole(text: bytes) -> None:
    scan, asked = Scanner(CSV, UTF_8), list[int]()
    expected = scan.ask_csv(text, State.RECORD)
    follow = scan._follow

    def counted(text: bytes, state: State) -> tuple[int, int, State]:
        asked.append(len(text))
        return follow(text, state)

    with patch.object(scan, "_follow", counted):
        assert scan.advance(text, State.RECORD) == expected
    assert sum(asked) < 500


def test_of_long_stretches_without_quotes_only_marks_are_left() -> None:
    stretch = b"a,b\n" * 1000
    near = near_quotes(stretch + b'c,"d"\n' + stretch, b'"', b"\0\n")
    assert near is not None
    assert near.startswith(b'\0\n,"d"\n')
    assert near.endswith(b"\0\n")
    assert len(near) < 300


@pytest.mark.parametrize("text", [b'"a"\n' * 1000, b"\0" + b"a" * 100 + b'"b"\n'])
def test_many_quotes_and_text_like_the_mark_are_no_case_for_marks(text: bytes) -> None:
    assert near_quotes(text, b'"', b"\0\n") is None


@pytest.mark.parametrize(
    ("text", "is_inside", "found"),
    [
        (b'"a","b"\n"c","d"\n', False, (2, False)),
        (b'"a","b\nc"\n"d","e\n', False, (1, True)),
        (b'b","c"\n', True, (1, False)),
        (b'"a,a","b"\n', False, (1, False)),
        (b'"a","\n"\n', False, None),
        (b'"a",b\n"c","d"\n', False, None),
        (b'"a","b" \n"c","d"\n', False, None),
        (b'","a"b\n"c","d"\n', False, None),
    ],
)
def test_where_every_field_is_quoted_counts_are_enough(
    text: bytes, is_inside: bool, found: tuple[int, bool] | None
) -> None:
    assert count_all_quoted(MARKS.mark(text), MARKS, is_inside) == found


def test_marked_text_has_a_sign_for_all_that_does_not_matter() -> None:
    assert bytes(MARKS.mark('é,"x"\r\n'.encode())) == b'vv,"v"\r\n'
    assert bytes(Marks(b"'", b"v").mark(b"av'")) == b"wv'"
    assert bytes(MARKS.mark(b'a longer text,"\n')) == b'vvvvvvvvvvvvv,"\n'
    assert bytes(MARKS.mark(b"a\n")) == b"v\n"


@pytest.mark.parametrize("form", [Format(quote=None), Format(delimiter="§"), Format(quote="§")])
def test_characters_of_several_bytes_are_not_told_apart_by_one(form: Format) -> None:
    assert Marks.of(form, UTF_8) is None
