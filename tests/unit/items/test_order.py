"""Which value is greater is DynamoDB's word, not the text's."""

from __future__ import annotations

from typing import Any

import pytest

from headrace.items.order import is_greater


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"N": "10"}, {"N": "9"}),
        ({"N": "1E-129"}, {"N": "1E-130"}),
        (
            {"N": "12345678901234567890123456789012345679"},
            {"N": "12345678901234567890123456789012345678"},
        ),
        ({"N": "0"}, {"N": "-1E125"}),
        ({"S": "b"}, {"S": "abc"}),
        ({"S": "\U0001f600"}, {"S": "\uffff"}),
        ({"B": "/w=="}, {"B": "AQI="}),
    ],
)
def test_one_of_two_is_greater(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert is_greater(one, other)
    assert not is_greater(other, one)
    assert not is_greater(one, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"N": "1"}, {"N": "1.0"}),
        ({"N": "2"}, {"S": "1"}),
        ({"BOOL": True}, {"BOOL": False}),
        ({"SS": ["b"]}, {"SS": ["a"]}),
        ({"NULL": True}, {"N": "1"}),
    ],
)
def test_others_are_in_no_order(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert not is_greater(one, other)
    assert not is_greater(other, one)
