"""A reject says why in fields of its own, and what was rejected stays as it was."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.items.documents import parse_json
from headrace.items.rejected import LINE_FIELD, REJECT_FIELDS, reject_line, reject_text

_texts = st.text(max_size=5)
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)


def fields(line: bytes) -> Any:
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    return json.loads(line)


def test_an_item_keeps_its_form_beside_the_reason() -> None:
    item = {"id": {"S": "é𝄞\ufffe"}, "n": {"N": "12345678901234567890123456789012345678"}}
    assert fields(reject_line(orjson.dumps(item), row=7, code="refused", reason='too "big"')) == {
        "Item": item,
        "_headrace_row": 7,
        "_headrace_code": "refused",
        "_headrace_reason": 'too "big"',
    }


def test_a_key_is_one_and_a_row_that_nobody_knows_is_left_out() -> None:
    line = reject_line(b'{"id":{"S":"a"}}', what="Key", code="refused", reason="why")
    assert fields(line) == {"Key": {"id": {"S": "a"}}, "_headrace_code": "refused", "_headrace_reason": "why"}


@given(st.dictionaries(_texts.filter(lambda name: not name.startswith(REJECT_FIELDS)), _values, max_size=4))
def test_an_objects_own_fields_stay_and_those_of_an_earlier_reject_go(own: dict[str, Any]) -> None:
    first = reject_text(json.dumps(own), row=1, code="type", reason="first")
    again = reject_text(first.decode(), row=2, code="key", reason="second")
    added = {"_headrace_row": 2, "_headrace_code": "key", "_headrace_reason": "second"}
    assert fields(again) == own | added


def test_digits_are_not_rounded() -> None:
    text = '{"n":1234567890123456789012345678901234567.10,"m":{"l":[1e-130,true,null,"x"]}}'
    line = reject_text(text, row=1, code="type", reason="why").decode()
    assert line.startswith(text[:-1] + ",")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text",
        "5",
        "[1]",
        '{"a":NaN}',
        '{"a":1',
        "\udcff{}",
        "[" * 100_000,
        '{"a":' * 2000 + "1" + "}" * 2000,
    ],
)
def test_a_line_that_is_no_object_is_kept_as_text(text: str) -> None:
    assert fields(reject_text(text, row=1, code="json", reason="why"))[LINE_FIELD] == text


def test_half_a_surrogate_pair_is_spelled_as_an_escape() -> None:
    found = parse_json(reject_text('{"a":"\\ud800"}', code="type", reason="\udc80").decode())
    assert dict(found) == {"a": "\ud800", "_headrace_code": "type", "_headrace_reason": "\udc80"}
