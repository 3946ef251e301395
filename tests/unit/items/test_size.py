"""Sizes as DynamoDB counts them; the expected numbers were measured with DynamoDB Local."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.items.number import canonical_number
from headrace.items.size import item_size, number_size, value_size, write_units


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 1), ("-0", 1), ("1", 2), ("10", 2), ("12", 2), ("100", 2), ("1200", 2), ("123", 3), ("-1", 3),
        ("-12", 3), ("0.01", 2), ("0.001", 2), ("1.5", 3), ("10.5", 3), ("1.50", 3), ("1e2", 2),
        ("1" * 37, 20), ("1" * 38, 20), ("-1." + "2" * 37, 21),
    ],
)  # fmt: skip
def test_a_number_takes_a_byte_for_each_pair_of_digits(text: str, size: int) -> None:
    assert number_size(text) == size


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=7))
def test_all_spellings_of_a_number_have_one_size(number: object) -> None:
    assert number_size(str(number)) == number_size(canonical_number(str(number)))


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": ""}, 0),
        ({"S": "é€😀"}, 9),
        ({"B": "YWJjZA=="}, 4),
        ({"B": ""}, 0),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"L": []}, 3),
        ({"L": [{"S": "abc"}, {"S": "abc"}]}, 11),
        ({"L": [{"L": []}]}, 7),
        ({"M": {}}, 3),
        ({"M": {"a": {"S": "abc"}}}, 8),
        ({"SS": ["abc", "de"]}, 5),
        ({"NS": ["1", "22"]}, 4),
        ({"BS": ["YWJj", "ZA=="]}, 4),
    ],
)
def test_a_value_takes_what_dynamodb_counts(value: dict[str, Any], size: int) -> None:
    assert value_size(value) == size


def test_an_item_is_the_sum_of_its_names_and_values() -> None:
    assert item_size({"id": {"S": "abc"}, "größe": {"N": "12"}}) == 2 + 3 + 7 + 2


@pytest.mark.parametrize(("size", "units"), [(0, 1), (1, 1), (1024, 1), (1025, 2), (409_600, 400)])
def test_each_started_kib_is_a_write_unit(size: int, units: int) -> None:
    assert write_units(size) == units
