"""Plain values and those in DynamoDB's types are told apart, and never taken for each other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace import RequestInvalidError
from headrace.aws.manager.typed import either_item, is_typed, is_typed_item
from headrace.aws.manager.values import typed_item
from headrace.job.problems import Problems
from tests.unit.manager.clients import ScriptedClient, manager_of
from tests.unit.manager.test_values import VALUES

NAMES = st.text(min_size=1, max_size=4)
KEYS = st.text(min_size=1, max_size=3) | st.integers() | st.binary(min_size=1, max_size=3)
LOOKALIKES: st.SearchStrategy[Any] = st.sampled_from(
    [{"S": "a"}, {"N": "1"}, {"M": {}}, {"BOOL": True}, {"NULL": True}, {"L": []}]
)
ITEMS = st.dictionaries(NAMES, VALUES | LOOKALIKES, max_size=3)


@given(ITEMS, NAMES, KEYS)
def test_an_item_with_a_key_means_the_same_in_both_forms(
    item: dict[str, Any], name: str, key: object
) -> None:
    plain = item | {name: key}
    typed = typed_item(plain)
    problems = Problems(RequestInvalidError)
    assert either_item(plain, "item", problems) == typed
    assert either_item(typed, "item", problems) == typed
    assert not problems


@pytest.mark.parametrize(
    "value",
    [
        {"S": 1},
        {"N": 1},
        {"N": "one"},
        {"B": "text"},
        {"BOOL": "true"},
        {"NULL": False},
        {"L": ["a"]},
        {"M": {"a": 1}},
        {"SS": "a"},
        {"NS": ["one"]},
        {"X": "a"},
        {"S": "a", "N": "1"},
        {},
        "S",
    ],
)
def test_what_only_looks_like_a_value_with_its_type_is_none(value: object) -> None:
    assert not is_typed(value)
    assert not is_typed_item({"id": value})


def update(key: object, values: object) -> dict[str, Any]:
    client = ScriptedClient({})
    fields = {
        "TableName": "accounts",
        "Key": {"id": key},
        "UpdateExpression": "SET Status = :v",
        "ExpressionAttributeValues": {":v": values},
    }
    manager_of(client).transact_write_items([{"Update": fields}])
    (statement,) = client.request["TransactItems"]
    found: dict[str, Any] = statement["Update"]
    return found


def test_a_statement_may_be_plain_or_in_dynamodbs_types() -> None:
    expected = {
        "TableName": "accounts",
        "Key": {"id": {"S": "a"}},
        "UpdateExpression": "SET #Status = :v",
        "ExpressionAttributeNames": {"#Status": "Status"},
        "ExpressionAttributeValues": {":v": {"N": "1.5"}},
    }
    assert update("a", 1.5) == expected
    assert update({"S": "a"}, {"N": "1.5"}) == expected
    assert update({"S": "a"}, 1.5) == expected


@pytest.mark.parametrize(("key", "value"), [("a", {"N": "1"}), ({"S": "a"}, {"plain": 1})])
def test_a_value_that_could_be_either_is_refused(key: object, value: object) -> None:
    with pytest.raises(RequestInvalidError, match="one form in a statement") as caught:
        update(key, value)
    assert caught.value.problems[0].startswith('transact_items[0].Update.ExpressionAttributeValues[":v"]')


def test_a_plain_map_can_be_spelled_out() -> None:
    found = update({"S": "a"}, {"M": {"N": {"S": "1"}}})
    assert found["ExpressionAttributeValues"] == {":v": {"M": {"N": {"S": "1"}}}}


def problems(*statements: Any) -> list[str]:
    with pytest.raises(RequestInvalidError) as caught:
        manager_of(ScriptedClient({})).transact_write_items(statements)
    return [problem.partition(";")[0] for problem in caught.value.problems]


def test_all_that_is_wrong_with_statements_is_told_at_once() -> None:
    assert problems(
        {"Put": {"TableName": "orders"}},
        {"Get": {"TableName": "orders", "Key": {"id": 1}}},
        {},
        {"Delete": {"Key": {"id": float("nan")}, "ConditionExpression": ""}},
        {"Update": 5},
    ) == [
        "transact_items[0].Put: there is no Item",
        'transact_items[1]: a statement with "Get"',
        "transact_items[2]: a statement with nothing",
        "transact_items[3].Delete: there is no TableName",
        "transact_items[3].Delete.ConditionExpression: '' is no expression",
        "transact_items[3].Delete.Key.id: 'nan' is not a number",
        'transact_items[4]: a statement with "Update"',
    ]


def test_a_transaction_has_1_to_100_statements() -> None:
    put = {"Put": {"TableName": "orders", "Item": {"id": "a"}}}
    assert problems() == ["transact_items: 0 statements"]
    assert problems(*[put] * 101) == ["transact_items: 101 statements"]
