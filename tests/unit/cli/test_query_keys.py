"""Conditions on keys: what is typed is what DynamoDB is asked, and all that is wrong is told at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.cli.query.keys import key_condition
from headrace.errors import RequestInvalidError
from headrace.ports import KeyAttribute, TableSchema

ORDERS = TableSchema(
    "orders",
    "arn",
    (
        KeyAttribute("customer", "S", "partition"),
        KeyAttribute("order", "N", "sort"),
        KeyAttribute("city", "S", "partition", "by-city"),
        KeyAttribute("name", "S", "sort", "by-city"),
        KeyAttribute("hash", "B", "partition", "by-hash"),
    ),
)

KEYS = "customer (S, partition key), order (N, sort key)"


def asked(*typed: str, index: str | None = None) -> tuple[str, dict[str, Any]]:
    """The condition with the names in place of their placeholders, and the values without their colons."""
    found = key_condition(typed, ORDERS, index)
    text = re.sub(r"#\w+", lambda match: found.names[match[0]], found.text)
    return text, {name[1:]: value for name, value in found.values.items()}


def problems(*typed: str, index: str | None = None) -> list[str]:
    with pytest.raises(RequestInvalidError) as caught:
        key_condition(typed, ORDERS, index)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("typed", "text", "values"),
    [
        ("order=5", "order = :key1", [{"N": "5"}]),
        ("order==5", "order = :key1", [{"N": "5"}]),
        ("order<5", "order < :key1", [{"N": "5"}]),
        ("order<=-5", "order <= :key1", [{"N": "-5"}]),
        ("order>5.50", "order > :key1", [{"N": "5.50"}]),
        ("order>=1e3", "order >= :key1", [{"N": "1e3"}]),
        ("order=5..9", "order BETWEEN :key1 AND :key1_to", [{"N": "5"}, {"N": "9"}]),
        ("order=-1.5..1.5", "order BETWEEN :key1 AND :key1_to", [{"N": "-1.5"}, {"N": "1.5"}]),
    ],
)
def test_a_sort_key_takes_every_comparison(typed: str, text: str, values: list[dict[str, str]]) -> None:
    found, given_values = asked("customer=c1", typed)
    assert found == f"customer = :key0 AND {text}"
    assert list(given_values.values()) == [{"S": "c1"}, *values]


@pytest.mark.parametrize("typed", ["name=An*", "name^=An"])
def test_the_beginning_of_a_text_is_asked_for(typed: str) -> None:
    text, values = asked("city=Bern", typed, index="by-city")
    assert text == "city = :key0 AND begins_with(name, :key1)"
    assert values["key1"] == {"S": "An"}


def test_after_two_equal_signs_a_value_is_just_that() -> None:
    assert asked("customer==a..b*")[1] == {"key0": {"S": "a..b*"}}
    assert asked("city=x", "name==An*", index="by-city")[1]["key1"] == {"S": "An*"}


def test_a_binary_key_is_base64() -> None:
    assert asked("hash=AAH/", index="by-hash")[1] == {"key0": {"B": "AAH/"}}
    assert "is not base64" in problems("hash=?", index="by-hash")[0]


def test_a_value_may_have_signs_and_a_key_too() -> None:
    odd = TableSchema("odd", "arn", (KeyAttribute("a=b<c", "S", "partition"),))
    found = key_condition(["a=b<c=x=y>z"], odd, None)
    assert (found.names, found.values) == ({"#key0": "a=b<c"}, {":key0": {"S": "x=y>z"}})


def test_placeholders_that_are_taken_are_left_alone() -> None:
    found = key_condition(["customer=c1"], ORDERS, None, {"#key0", ":key_1"})
    assert set(found.names) == {"#key__0"}


def test_all_mistakes_are_told_at_once() -> None:
    assert problems("foo=1", "order=x", "order", "city=Bern") == [
        f"\"foo=1\": 'foo' is no key here; allowed: {KEYS}; --filter",
        '"order": is no condition; allowed: NAME=VALUE, and for a sort key also <, <=, >, >=, NAME=FROM..TO, '
        "NAME=START*",
        f"\"city=Bern\": 'city' is no key here; allowed: {KEYS}; --index by-city",
        "customer: is missing; allowed: customer=VALUE; a query reads one partition",
        "order: has 2 conditions; allowed: one; a range is order=FROM..TO",
        "\"order=x\": 'x' is not a number; allowed: a key of type N",
    ]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (["customer=c*"], "customer==c* if the value is just that"),
        (["customer>c"], "is about the partition key; allowed: customer=VALUE"),
        (["customer=c", "order=9..5"], "ends before it begins"),
        (["customer=c", "order=9*"], "a number has no beginning"),
        (["customer=c", "order=..5"], "has an empty value"),
        (["customer="], "has an empty value"),
        (["customer=c", "order=1", "order=2"], "has 2 conditions; allowed: one; a range is order=FROM..TO"),
    ],
)
def test_what_dynamodb_would_refuse_is_told_before(typed: list[str], problem: str) -> None:
    (told,) = problems(*typed)
    assert problem in told


def test_an_index_that_is_not_there_is_told_with_those_that_are() -> None:
    assert problems("city=Bern", index="by-town") == [
        "--index: 'orders' has no index 'by-town'; allowed: by-city, by-hash"
    ]


def test_a_key_of_the_table_that_an_index_has_not_says_to_leave_the_index_out() -> None:
    assert "; leave out --index" in problems("customer=c1", "city=Bern", index="by-city")[0]


@given(st.text(min_size=1))
def test_any_text_can_be_asked_for(value: str) -> None:
    assert asked(f"customer=={value}")[1] == {"key0": {"S": value}}
