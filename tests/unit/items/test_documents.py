"""JSON documents keep every digit, every key and DynamoDB's limits."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer
from hypothesis import given
from hypothesis import strategies as st

from headrace.items.documents import document, json_text
from headrace.items.text import CellError

documents = st.recursive(
    st.none()
    | st.booleans()
    | st.text()
    | st.integers(-(10**37), 10**37)
    | st.decimals(-9999, 9999, places=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1), inner, max_size=4),
    max_leaves=20,
)


def written(value: Any) -> str:
    """JSON with decimals to the last digit, which json.dumps cannot write."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key)}: {written(inner)}' for key, inner in value.items())}}}"
    return json.dumps(value)


def nested(levels: int, innermost: str = "") -> str:
    return "[" * levels + innermost + "]" * levels


def _python_of(value: Any) -> Any:
    return TypeDeserializer().deserialize(value)


@given(documents)
def test_a_document_reads_back_exactly(value: Any) -> None:
    assert _python_of(document(written(value))) == value


@given(documents)
def test_a_value_written_as_json_is_the_same_value_again(value: Any) -> None:
    once = json_text(document(written(value)))
    assert json_text(document(once)) == once
    assert json.loads(once, parse_float=Decimal) == value


@pytest.mark.parametrize("innermost", ["", "1"])
def test_31_levels_are_kept(innermost: str) -> None:
    assert json_text(document(nested(31, innermost))) == nested(31, innermost)


@pytest.mark.parametrize(
    "text", [nested(32), nested(32, "1"), '{"a":' * 32 + "1" + "}" * 32, nested(500), "[" * 200_000]
)
def test_deeper_documents_are_refused_for_their_nesting(text: str) -> None:
    with pytest.raises(CellError, match="at most 31 lists and maps inside each other") as caught:
        document(text)
    assert caught.value.code == "nesting"


def test_binary_and_sets_are_written_as_strings_and_arrays() -> None:
    value = {
        "M": {"b": {"B": "AQ=="}, "n": {"NS": ["1.0", "02"]}, "s": {"SS": ["é"]}, "bs": {"BS": ["AQ=="]}}
    }
    assert json_text(value) == '{"b":"AQ==","n":[1.0,2],"s":["é"],"bs":["AQ=="]}'


@pytest.mark.parametrize(
    ("number", "spelled"),
    [("1E+100", "1E+100"), ("-0.50", "-0.50"), ("007", "7"), (".5", "0.5"), ("5.", "5")],
)
def test_a_number_keeps_its_spelling_where_that_is_json(number: str, spelled: str) -> None:
    assert json_text({"N": number}) == spelled
