"""Texts and boto3's conditions in one call, each with its names and values."""

from __future__ import annotations

from typing import Any, cast

import pytest
from boto3.dynamodb.conditions import Attr, Key

from headrace import RequestInvalidError
from headrace.aws.manager.expressions import expressions


def test_a_condition_and_texts_go_together() -> None:
    found = expressions(
        {":s": "open"},
        None,
        key_condition=Key("id").eq("a") & Key("at").gt(1.5),
        filter_expression="Status = :s",
        projection="id, Name",
    )
    assert found == {
        "KeyConditionExpression": "(#n0 = :v0 AND #n1 > :v1)",
        "FilterExpression": "#Status = :s",
        "ProjectionExpression": "id, #Name",
        "ExpressionAttributeNames": {"#n0": "id", "#n1": "at", "#Status": "Status", "#Name": "Name"},
        "ExpressionAttributeValues": {":s": {"S": "open"}, ":v0": {"S": "a"}, ":v1": {"N": "1.5"}},
    }


def test_two_conditions_have_placeholders_of_their_own() -> None:
    found = expressions(
        None, None, key_condition=Key("id").eq(1), filter_expression=Attr("a.b[2]").is_in([2, 3])
    )
    assert found["FilterExpression"] == "#n1.#n2[2] IN (:v1, :v2)"
    assert list(found["ExpressionAttributeNames"].values()) == ["id", "a", "b"]


def test_without_references_there_are_no_maps_of_them() -> None:
    assert expressions(None, None, projection="id") == {"ProjectionExpression": "id"}
    assert expressions(None, None, filter_expression=None) == {}


def test_values_of_an_update_and_of_its_condition_go_together() -> None:
    found = expressions({":a": 1}, None, {":a": 1, ":b": 2}, update_expression="SET a = :a")
    assert found["ExpressionAttributeValues"] == {":a": {"N": "1"}, ":b": {"N": "2"}}


def problems(**given: Any) -> list[str]:
    values, names, more = (given.pop(name, None) for name in ("values", "names", "more_values"))
    with pytest.raises(RequestInvalidError) as caught:
        expressions(values, names, more, **given)
    return list(caught.value.problems)


def test_one_name_for_two_values_is_told() -> None:
    (problem,) = problems(values={":a": 1}, more_values={":a": 2}, update_expression="SET a = :a")
    assert problem.startswith('condition_values[":a"]: is another value')


def test_a_name_that_a_condition_needs_is_told() -> None:
    found = problems(values={":v0": 1}, names={"#n0": "a"}, filter_expression=Attr("a").eq(1))
    assert [problem.partition(" stands")[0] for problem in found] == [
        "filter_expression: #n0",
        "filter_expression: :v0",
    ]


def test_a_key_condition_made_of_attr_is_told() -> None:
    (problem,) = problems(key_condition=Attr("id").eq(1))
    assert "made of Attr; allowed: conditions made of Key" in problem


@pytest.mark.parametrize("odd", ["", "  ", 5, {"a": 1}, Attr("a")])
def test_what_is_no_expression_is_told(odd: object) -> None:
    (problem,) = problems(filter_expression=cast(str, odd))
    assert problem.startswith("filter_expression: ")


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = problems(values={":a": float("nan")}, filter_expression=Attr("a").eq(set()), projection=[])
    assert [problem.partition(": ")[0] for problem in found] == [
        'values[":a"]',
        'filter_expression[":v0"]',
        "projection",
    ]
