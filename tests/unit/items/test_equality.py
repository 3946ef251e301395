"""When two items are one and the same, however they are spelled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from headrace.items.equality import canonical_item, same_items
from headrace.items.number import canonical_number
from tests.unit.items.strategies import items, values


def respelled(value: dict[str, Any]) -> dict[str, Any]:
    """The same value with its sets and maps the other way round, and its numbers as they come back."""
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return {kind: canonical_number(content)}
        case "NS":
            return {kind: [canonical_number(number) for number in reversed(content)]}
        case "SS" | "BS":
            return {kind: content[::-1]}
        case "L":
            return {kind: [respelled(one) for one in content]}
        case "M":
            return {kind: {name: respelled(content[name]) for name in reversed(content)}}
    return value


@given(items(values))
def test_an_item_is_the_same_however_it_is_spelled(item: dict[str, Any]) -> None:
    other = respelled({"M": item})["M"]
    assert same_items(item, other)
    assert hash(canonical_item(item)) == hash(canonical_item(other))


@given(items(values), values)
def test_an_item_with_an_attribute_more_is_another(item: dict[str, Any], value: dict[str, Any]) -> None:
    assert not same_items(item, item | {"more": value})
    assert not same_items(item | {"more": {"M": {"in": value}}}, item | {"more": {"L": [value]}})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"N": "1"}, {"S": "1"}),
        ({"N": "1"}, {"N": "1.0000000000000000000000000000000000001"}),
        ({"S": "\u00e9"}, {"S": "e\u0301"}),
        ({"S": ""}, {"B": ""}),
        ({"BOOL": True}, {"BOOL": False}),
        ({"BOOL": True}, {"NULL": True}),
        ({"SS": ["a"]}, {"L": [{"S": "a"}]}),
        ({"SS": ["1"]}, {"NS": ["1"]}),
        ({"SS": ["a"]}, {"SS": ["a", "b"]}),
        ({"L": [{"N": "1"}, {"N": "2"}]}, {"L": [{"N": "2"}, {"N": "1"}]}),
        ({"L": []}, {"M": {}}),
    ],
)
def test_values_that_are_not_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert not same_items({"v": one}, {"v": other})
