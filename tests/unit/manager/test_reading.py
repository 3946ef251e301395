"""Queries and scans page through everything, and read no more than is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from threading import Lock
from typing import Any

import pytest

from headrace import RequestInvalidError, ThrottledError
from tests.unit.manager.clients import ScriptedClient, manager_of, refusal


class PagedClient:
    """A table of 100 items, in pages of 7; each third page is empty and not the last."""

    def __init__(self) -> None:
        self.items = [{"id": {"N": str(number)}} for number in range(100)]
        self.requests: list[dict[str, Any]] = []
        self._lock = Lock()

    def scan(self, **request: Any) -> dict[str, Any]:
        with self._lock:
            self.requests.append(request)
        segment, segments = request.get("Segment", 0), request.get("TotalSegments", 1)
        items = self.items[segment::segments]
        start = int(request.get("ExclusiveStartKey", {"id": {"N": "0"}})["id"]["N"])
        position, turn = divmod(start, 2)
        if turn:
            return {"Items": [], "LastEvaluatedKey": {"id": {"N": str(start + 1)}}}
        end = position + min(7, request.get("Limit", 7))
        answer: dict[str, Any] = {"Items": items[position:end]}
        return answer | ({"LastEvaluatedKey": {"id": {"N": str(2 * end - 1)}}} if end < len(items) else {})

    query = scan


def numbers(items: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> list[Any]:
    return [item["id"] for item in items]


def test_a_query_gives_the_items_of_all_pages_in_their_order() -> None:
    found = manager_of(PagedClient()).query_items("orders", "a = :a", values={":a": 1})
    assert numbers(found) == list(range(100))


@pytest.mark.parametrize("parallel", [1, 2, 5, 64])
def test_a_scan_gives_each_item_once_however_many_read_it(parallel: int) -> None:
    found = manager_of(PagedClient()).scan_table("orders", parallel=parallel)
    assert sorted(numbers(found)) == list(range(100))


def test_a_limit_ends_the_reading_and_is_told_to_dynamodb() -> None:
    client = PagedClient()
    assert numbers(manager_of(client).scan_table("orders", limit=10)) == list(range(10))
    assert {request["Limit"] for request in client.requests} == {10}
    assert len(client.requests) == 3, "two pages with items, and the empty one between them"


def test_a_limit_counts_what_is_behind_a_filter() -> None:
    client = PagedClient()
    manager_of(client).scan_table("orders", filter_expression="id > :n", values={":n": 1}, limit=10)
    assert all("Limit" not in request for request in client.requests)


def test_a_page_is_read_when_its_items_are_asked_for() -> None:
    client = PagedClient()
    items = manager_of(client).iter_scan("orders")
    assert client.requests == []
    next(items)
    assert len(client.requests) == 1


def test_a_page_a_segment_is_read_ahead_and_no_more() -> None:
    client = PagedClient()
    items = manager_of(client).iter_scan("orders", parallel=3)
    assert next(items)["id"] in (Decimal(0), Decimal(1), Decimal(2))
    items.close()  # type: ignore[attr-defined]
    assert len(client.requests) <= 6


def test_an_error_of_one_segment_ends_the_scan() -> None:
    client = ScriptedClient(refusal("ThrottlingException"))
    with pytest.raises(ThrottledError):
        manager_of(client, max_tries=2).scan_table("orders", parallel=4)


def test_a_query_says_all_that_it_is_asked() -> None:
    client = ScriptedClient({"Items": []})
    manager_of(client).query_items(
        "orders",
        "Name = :name AND #at > :at",
        filter_expression="contains(Tags, :tag)",
        index_name="by-name",
        projection=["Name", "Items[0].Data"],
        limit=5,
        scan_forward=False,
        consistent_read=True,
        values={":name": "Ann", ":at": 1.5, ":tag": b"x"},
        names={"#at": "at"},
    )
    assert client.request == {
        "TableName": "orders",
        "KeyConditionExpression": "#Name = :name AND #at > :at",
        "FilterExpression": "contains(Tags, :tag)",
        "ProjectionExpression": "#Name, #Items[0].#Data",
        "ExpressionAttributeNames": {"#Name": "Name", "#at": "at", "#Items": "Items", "#Data": "Data"},
        "ExpressionAttributeValues": {":name": {"S": "Ann"}, ":at": {"N": "1.5"}, ":tag": {"B": b"x"}},
        "IndexName": "by-name",
        "ScanIndexForward": False,
        "ConsistentRead": True,
    }


@pytest.mark.parametrize("asked", [{"limit": 0}, {"parallel": 0}, {"parallel": 65}, {"projection": " "}])
def test_what_cannot_be_asked_is_told_before_anything_is_read(asked: dict[str, Any]) -> None:
    client = PagedClient()
    with pytest.raises(RequestInvalidError, match=next(iter(asked))):
        manager_of(client).iter_scan("orders", **asked)
    assert client.requests == []
