"""Many items by their keys: each once, also where DynamoDB gives them bit by bit."""

from __future__ import annotations

from typing import Any

import pytest

from headrace import RequestInvalidError, ThrottledError
from tests.unit.manager.clients import ScriptedClient, manager_of


class MeagreClient:
    """Gives at most 30 of the items that it is asked for, and none with an odd number."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        request = RequestItems["orders"]
        keys = request.pop("Keys")
        self.asked.append(len(keys))
        found = [key for key in keys[:30] if float(key["id"]["N"]) % 2 == 0]
        left = {"orders": {"Keys": keys[30:], **request}} if keys[30:] else {}
        return {"Responses": {"orders": found}, "UnprocessedKeys": left}


def test_all_items_come_and_those_that_are_not_there_do_not() -> None:
    client = MeagreClient()
    keys = ({"id": number} for number in range(250))
    found = manager_of(client).batch_get_items("orders", keys)
    assert sorted(item["id"] for item in found) == list(range(0, 250, 2))
    assert client.asked == [100, 70, 40, 10] * 2 + [50, 20]


def test_a_key_that_is_given_twice_is_asked_for_once() -> None:
    client = MeagreClient()
    assert len(manager_of(client).batch_get_items("orders", [{"id": 2}, {"id": 2.0}])) == 1
    assert client.asked == [1]


def test_keys_that_are_never_read_are_an_error() -> None:
    left = {"orders": {"Keys": [{"id": {"N": "1"}}]}}
    client = ScriptedClient({"Responses": {}, "UnprocessedKeys": left})
    with pytest.raises(ThrottledError, match="1 keys were not read"):
        manager_of(client, max_tries=5).batch_get_items("orders", [{"id": 1}])
    assert len(client.calls) == 5


def test_a_key_that_cannot_be_one_is_told_by_its_place() -> None:
    with pytest.raises(RequestInvalidError, match=r"keys\[1\].id"):
        manager_of(MeagreClient()).batch_get_items("orders", [{"id": 1}, {"id": float("nan")}])
