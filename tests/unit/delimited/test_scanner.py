"""Whatever shortcut a scanner takes, it finds what the csv module finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headrace.delimited import counting, quotes
from headrace.delimited.counting import count_line_ends, with_newlines
from headrace.delimited.dialect import State
from headrace.delimited.encoding import TextEncoding
from headrace.delimited.quotes import count_all_quoted, near_quotes, without_pairs
from headrace.delimited.scanner import Scanner
from headrace.job.dialect import PRESETS
from headrace.job.model import Format
from tests.unit.delimited.oracle import csv_records, encodings, forms, texts

CSV = PRESETS["csv"]
UTF_8 = TextEncoding("utf-8")
apart = st.sampled_from([0, 1, 3, 64])
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
            "\0\n",
            "\0",
            "\\",
            "\\\n",
        ]
    ),
    max_size=12,
).map("".join)


@contextmanager
def thresholds(near: int, gap: int, frequent: int) -> Iterator[None]:
    """Shortcuts that are for large texts taken in small ones. `frequent` 0: nothing is; many: all is."""
    with ExitStack() as stack:
        for name, value in {"_NEAR": near, "_GAP": gap, "_FEW": 1000, "_FEW_APART": frequent}.items():
            stack.enter_context(patch.object(quotes, name, value))
        stack.enter_context(patch.object(counting, "_APART", frequent))
        yield


def scanner_of(form: Format, encoding: TextEncoding) -> Scanner[str] | Scanner[bytes]:
    if encoding.wide:
        return Scanner(form, str, encoding.decode)
    return Scanner(form, encoding.encode, encoding.decode)


def _states(form: Format) -> list[State]:
    return [State.RECORD, *[State.QUOTED] * bool(form.quote), *[State.ESCAPED] * bool(form.escape)]


def lines_of(text: str) -> str:
    """Text that a scanner may be given: it ends with a line."""
    return text if text.endswith(("\n", "\r")) else text + "\n"


@given(
    form=forms,
    encoding=encodings,
    near=st.sampled_from([1, 2, 5, 20]),
    gap=st.sampled_from([1, 2, 5, 40]),
    frequent=apart,
    data=st.data(),
)
@settings(max_examples=1000)
def test_what_is_found_is_what_the_csv_module_finds(
    form: Format, encoding: TextEncoding, near: int, gap: int, frequent: int, data: st.DataObject
) -> None:
    text = lines_of(data.draw(rows | texts(encoding)))
    state = data.draw(st.sampled_from(_states(form)))
    scanner = scanner_of(form, encoding)
    given_text = text if encoding.wide else encoding.encode(text)
    with thresholds(near, gap, frequent):
        assert scanner.advance(given_text, state) == scanner.ask_csv(given_text, state)  # type: ignore[arg-type]


@given(
    text=rows,
    near=st.sampled_from([1, 5]),
    gap=st.sampled_from([1, 20]),
    frequent=apart,
    inside=st.booleans(),
)
@settings(max_examples=1000)
def test_rows_of_the_default_dialect_are_followed_as_the_csv_module_does(
    text: str, near: int, gap: int, frequent: int, inside: bool
) -> None:
    scanner = Scanner(CSV, UTF_8.encode, UTF_8.decode)
    data, state = lines_of(text).encode(), State.QUOTED if inside else State.RECORD
    with thresholds(near, gap, frequent):
        assert scanner.advance(data, state) == scanner.ask_csv(data, state)


@pytest.mark.parametrize(
    "text", [b'"a\nb" c"d\ne"\n', b'"a\nb" 5" pipe\n', b'5" pipe,"a\nb"\n', b'5" pipe\n""\n']
)
def test_a_quoted_field_beside_quotes_that_are_text_is_none_of_those(text: bytes) -> None:
    scanner = Scanner(CSV, UTF_8.encode, UTF_8.decode)
    assert scanner.advance(text, State.RECORD) == scanner.ask_csv(text, State.RECORD)


@given(rows | texts(UTF_8), apart)
@settings(max_examples=500)
@example("a\r\n" * 9, 64)
def test_line_ends_are_counted_however_many_there_are(text: str, frequent: int) -> None:
    data = text.encode()
    with thresholds(1, 1, frequent):
        found = count_line_ends(with_newlines(data, b"\n", b"\r"), b"\n", b"\r")
    assert found == data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def test_only_lines_that_all_end_alike_are_given_another_end() -> None:
    with thresholds(1, 1, 64):
        assert with_newlines(b"a\r\nb\r\n", b"\n", b"\r") == b"a\nb\n"
        assert with_newlines(b"a\r\nb\n", b"\n", b"\r") == b"a\r\nb\n"
        assert with_newlines(b"a\r\nb\r", b"\n", b"\r") == b"a\r\nb\r"


@given(rows.filter(lambda text: "\r" not in text))
@settings(max_examples=500)
def test_pairs_of_quotes_change_no_record(text: str) -> None:
    brief = without_pairs(lines_of(text), '"')
    assert '""' not in brief
    assert len(csv_records(brief.encode(), CSV, UTF_8)) == len(
        csv_records(lines_of(text).encode(), CSV, UTF_8)
    )


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
        (b'"a",b\n"c","d"\n', False, None),
        (b'"a","b" \n"c","d"\n', False, None),
        (b'","a"b\n"c","d"\n', False, None),
    ],
)
def test_where_every_field_is_quoted_counts_are_enough(
    text: bytes, is_inside: bool, found: tuple[int, bool] | None
) -> None:
    assert count_all_quoted(text, b'"', b",", b"\n", is_inside) == found


@pytest.mark.parametrize(
    "text",
    [
        b'"a","b"\r\n' * 500,
        b'1,"{""a"":""b""}"\n' * 500,
        b'5" pipe,1\n' * 500,
        b"a,b\n" * 500 + b'a,5" pipe\nc,"d\nd"\n' + b"a,b\n" * 500,
        b'"' * 4000 + b"\n",
    ],
)
def test_common_texts_never_go_to_the_csv_module_whole(text: bytes) -> None:
    asked = list[int]()

    def decode(data: bytes) -> str:
        asked.append(len(data))
        return data.decode()

    scanner = Scanner(CSV, UTF_8.encode, decode)
    found = scanner.advance(text, State.RECORD)
    assert sum(asked) < 500
    assert found == scanner.ask_csv(text, State.RECORD)
