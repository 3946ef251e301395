"""What the expressions of `scan` refer to is there, once, and is a value of DynamoDB."""

from __future__ import annotations

from typing import Any

import pytest

from headrace.job.model import Operation
from headrace.job.parse import parse_job
from tests.unit.job.strategies import MINIMALS
from tests.unit.job.test_parse import problems_of

COUNT = MINIMALS[Operation.COUNT]


def problem_of(**scan: Any) -> str:
    (problem,) = problems_of({**COUNT, "scan": scan})
    return problem


def value_problem(value: object) -> str:
    return problem_of(filter="a = :a", values={":a": value})


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("open", {"S": "open"}),
        ("", {"S": ""}),
        (100, {"N": "100"}),
        (-1.5, {"N": "-1.5"}),
        (1e30, {"N": "1e+30"}),
        (True, {"BOOL": True}),
        ({"N": "12345678901234567890.10"}, {"N": "12345678901234567890.10"}),
        ({"B": "AAE="}, {"B": "AAE="}),
        ({"NULL": True}, {"NULL": True}),
        ({"SS": ["a", "b"]}, {"SS": ["a", "b"]}),
        ({"M": {"a": {"L": [{"BOOL": False}]}}}, {"M": {"a": {"L": [{"BOOL": False}]}}}),
    ],
)
def test_a_value_is_plain_or_in_dynamodb_json(value: Any, stored: dict[str, Any]) -> None:
    job = parse_job({**COUNT, "scan": {"filter": "a = :a", "values": {":a": value}}})
    assert job.scan.values == {":a": stored}


@pytest.mark.parametrize(
    "value",
    [
        None,
        [1],
        {},
        {"a": 1},
        {"N": 1},
        {"N": "one"},
        {"S": "\ud800"},
        {"SS": []},
        {"S": "a", "N": "1"},
        {"M": {"a": "b"}},
        10**40 + 1,
        float("nan"),
        pytest.param(10**5000, id="5001 digits"),
        {"N": float("inf")},
    ],
)
def test_what_dynamodb_would_not_take_is_refused(value: object) -> None:
    problem = value_problem(value)
    assert problem.startswith('scan.values[":a"]: ')
    assert problem.endswith('allowed: a text, a number, true, false, or DynamoDB JSON such as {"N": "1"}')


@pytest.mark.parametrize("group", ["names", "values"])
@pytest.mark.parametrize("key", ["a", "#", ":", "#a-b", ":a b", ""])
def test_a_reference_is_a_mark_and_a_word(group: str, key: str) -> None:
    found = problems_of({**COUNT, "scan": {group: {key: "x"}}})
    assert found[0].startswith(f"scan.{group}")
    assert "is not of the form that is asked for" in found[0]


def test_what_an_expression_refers_to_must_be_there() -> None:
    found = problems_of({**COUNT, "scan": {"filter": "#a > :a AND #a < :b", "values": {":a": 1}}})
    assert found == (
        'scan.filter: "#a" is not in scan.names; allowed: none; add it there',
        'scan.filter: ":b" is not in scan.values; allowed: ":a"; add it there',
    )


def test_what_no_expression_refers_to_is_told() -> None:
    scan = {"key_condition": "a = :a", "values": {":a": 1, ":b": 1}, "names": {"#a": "a"}}
    assert problems_of({**COUNT, "scan": scan}) == (
        'scan.names["#a"]: no expression refers to it; allowed: none; remove it',
        'scan.values[":b"]: no expression refers to it; allowed: ":a"; remove it',
    )


def test_every_expression_counts() -> None:
    scan = {
        "filter": "#f = :f",
        "key_condition": "#k = :k",
        "projection": "#p.#q[0]",
        "names": {"#f": "f", "#k": "k", "#p": "p", "#q": "q"},
        "values": {":f": 1, ":k": 1},
    }
    copy = MINIMALS[Operation.COPY]
    assert parse_job({**copy, "scan": scan}).scan.names == scan["names"]


def test_a_wrong_expression_leaves_none_unused() -> None:
    assert problem_of(filter=7, values={":a": 1}).startswith("scan.filter: 7 is not a text")


def test_wrong_values_leave_no_reference_open() -> None:
    assert problem_of(filter="a = :a", values=["a"]).startswith("scan.values: a list is not an object")


@pytest.mark.parametrize("text", ["", " \n", "a" * 4097, None])
def test_an_expression_is_a_text_of_some_length(text: object) -> None:
    assert problem_of(filter=text).startswith("scan.filter: ")
