"""Python's values become DynamoDB's and come back, no digit lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import Binary
from hypothesis import given
from hypothesis import strategies as st

from headrace.aws.manager.values import plain_item, typed_item
from headrace.errors import RequestInvalidError

TEXTS = st.text(max_size=8)
DIGITS = st.integers(-(10**38) + 1, 10**38 - 1)
DECIMALS = st.builds(lambda digits, power: Decimal(digits).scaleb(power), DIGITS, st.integers(-100, 80))
FLOATS = st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda number: number == 0 or 1e-130 <= abs(number) < 1e126
)
NUMBERS = DIGITS | DECIMALS | FLOATS
SETS = st.one_of(*(st.sets(kind, min_size=1, max_size=4) for kind in (TEXTS, NUMBERS, st.binary(max_size=4))))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | TEXTS | NUMBERS | st.binary(max_size=8) | SETS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=4), inner),
    max_leaves=8,
)


def as_stored(value: Any) -> Any:
    """With numbers as what Python writes for them."""
    match value:
        case bool():
            return value
        case int() | float() | Decimal():
            return Decimal(str(value))
        case set():
            return set(map(as_stored, value))
        case list():
            return list(map(as_stored, value))
        case dict():
            return {name: as_stored(one) for name, one in value.items()}
    return value


@given(st.dictionaries(st.text(min_size=1, max_size=4), VALUES, max_size=4))
def test_an_item_comes_back_as_it_went(item: dict[str, Any]) -> None:
    assert plain_item(typed_item(item)) == as_stored(item)


@given(FLOATS)
def test_a_float_is_stored_as_python_writes_it(number: float) -> None:
    stored = plain_item(typed_item({"x": number}))["x"]
    assert (stored, float(stored)) == (Decimal(repr(number)), number)


def refused(value: object) -> str:
    with pytest.raises(RequestInvalidError) as caught:
        typed_item({"x": value})
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "'nan' is not a number"),
        (float("inf"), "'inf' is not a number"),
        (Decimal("sNaN"), "'sNaN' is not a number"),
        (10**38 + 1, "39 significant digits"),
        (Decimal("0." + "1" * 39), "39 significant digits"),
        (1e200, "out of range"),
        pytest.param(10**5000, "too many digits", id="5001 digits"),
        (set(), "an empty set"),
        ({1, "a"}, "a set of several types"),
        ({True}, "a bool cannot be stored"),
        ({(1, 2)}, "a tuple cannot be stored"),
        (date(2026, 1, 1), "a date cannot be stored"),
        ("\ud800", "half of a surrogate pair"),
        ({1: "a"}, "the name 1 is a int"),
        ({"": "a"}, "between 1 and"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_its_reason(value: object, reason: str) -> None:
    problem = refused(value)
    assert problem.startswith("item.x: ")
    assert reason in problem


def test_all_that_cannot_be_stored_is_told_at_once_with_its_path() -> None:
    nested = {"a": [1, float("nan"), {"b c": set()}], "d": object()}
    with pytest.raises(RequestInvalidError) as caught:
        typed_item(nested)
    places = [problem.partition(": ")[0] for problem in caught.value.problems]
    assert places == ["item.a[1]", 'item.a[2]["b c"]', "item.d"]


def test_lists_in_lists_are_refused_where_they_are_too_deep() -> None:
    value: list[Any] = []
    for _ in range(30):
        value = [value]
    assert typed_item({"x": value})
    assert "nested too deep" in refused([value])


@pytest.mark.parametrize(
    "binary", [b"\0\xff", bytearray(b"\0\xff"), memoryview(b"\0\xff"), Binary(b"\0\xff")]
)
def test_every_kind_of_binary_value_comes_back_as_bytes(binary: Any) -> None:
    found = plain_item(typed_item({"x": binary}))["x"]
    assert (type(found), found) == (bytes, b"\0\xff")


def test_equal_numbers_are_one_member_of_a_set() -> None:
    assert len(typed_item({"x": {Decimal("0.1"), 0.1}})["x"]["NS"]) == 1


class Own(Mapping[str, int]):
    def __getitem__(self, name: str) -> int:
        return 1

    def __iter__(self) -> Any:
        return iter(("a",))

    def __len__(self) -> int:
        return 1


def test_tuples_and_mappings_of_ones_own_are_taken() -> None:
    typed = typed_item({"x": (1,), "y": Own()})
    assert typed == {"x": {"L": [{"N": "1"}]}, "y": {"M": {"a": {"N": "1"}}}}
