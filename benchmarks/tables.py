"""Tables of any size that nobody holds: every page of a scan is made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

import orjson

from headrace.items.size import MAX_ITEM_BYTES, item_size
from headrace.job.model import MIB

KEY = "k"
"""As short as it can be, for a page to have as many items as it can."""
_KEYS = {"orders": "order_id"}
"""Of tables that are written."""
_TEXT = "please ring the bell twice and leave the parcel with the neighbour if nobody opens " * 3
_NUMBER, _SET = '{"N":"1"}', '{"SS":[""]}'
_MOST_SETS = MAX_ITEM_BYTES - 50  # a byte each
_MOST_NUMBERS = MAX_ITEM_BYTES // 3 - 50


def _order(key: str) -> str:
    """Of 200 bytes, with 8 attributes."""
    mixed = int(key, 16) * 2654435761 % 2**32
    amount, note = mixed % 90_000, _TEXT[mixed % 100 :][:112]
    return (
        f'{{"k":{{"S":"{key}"}},"customer":{{"N":"{amount + 100_000}"}},"status":{{"S":"placed"}},'
        f'"placed":{{"S":"2026-05-{mixed % 28 + 1:02d}T08:40:00Z"}},"amount":{{"N":"{amount}.5"}},'
        f'"items":{{"N":"{mixed % 9 + 1}"}},"city":{{"S":"Zürich"}},"note":{{"S":"{note}"}}}}'
    )


def _odd(key: str) -> str:
    """With a set, or with one of another type."""
    return f'{{"k":{{"S":"{key}"}},"s":{{"{"SN"[int(key, 16) % 2]}S":["1"]}}}}'


@cache
def _values(value: str, count: int) -> str:
    return ",".join([value] * count)


@cache
def _noise() -> str:
    """What gzip cannot make much smaller."""
    return Random(1).randbytes(MAX_ITEM_BYTES // 2 - 20).hex()


ITEMS: dict[str, Callable[[str], str]] = {
    "orders": _order,
    "shortest items": lambda key: f'{{"k":{{"S":"{key}"}}}}',
    "short items that other formats reject": _odd,
    "each item with a name of its own": lambda key: (
        f'{{"k":{{"S":"{key}"}},"n{key}":{{"N":"1"}},"note":{{"S":"{_TEXT[:200]}"}}}}'
    ),
    "items of 400 KB": lambda key: f'{{"k":{{"S":"{key}"}},"note":{{"S":"{_noise()}"}}}}',
    "items of as many numbers as there can be": lambda key: (
        f'{{"k":{{"S":"{key}"}},"list":{{"L":[{_values(_NUMBER, _MOST_NUMBERS)}]}}}}'
    ),
    "items of as many sets as there can be": lambda key: (
        f'{{"k":{{"S":"{key}"}},"list":{{"L":[{_values(_SET, _MOST_SETS)}]}}}}'
    ),
}
"""Items by their key, in DynamoDB JSON, by what is hard about them."""


def items_of_a_page(shape: str) -> int:
    """Of 1 MiB as DynamoDB counts it; the item that goes beyond is the page's last."""
    return -(-MIB // item_size(orjson.loads(ITEMS[shape]("fffff"))))


class PlayedTable:
    """Items with the keys 0 and on, in hexadecimal.

    Args:
        shape: a name of ITEMS.
        page: items of a page.
        items: in all.
    """

    def __init__(self, shape: str, page: int, items: int) -> None:
        self._item = ITEMS[shape]
        self._page = page
        self._items = items

    def scan(self, request: Any) -> bytes:
        """The answer to a Scan, whatever its segment."""
        start = int(request["ExclusiveStartKey"][KEY]["S"], 16) + 1 if "ExclusiveStartKey" in request else 0
        end = min(start + min(self._page, request.get("Limit", self._page)), self._items)
        last = f',"LastEvaluatedKey":{{"k":{{"S":"{end - 1:x}"}}}}' if end < self._items else ""
        items = ",".join(self._item(f"{number:x}") for number in range(start, end))
        count = end - start
        return f'{{"Items":[{items}],"Count":{count},"ScannedCount":{count}{last}}}'.encode()


def described(table: str) -> dict[str, Any]:
    """What DescribeTable says of it."""
    key = _KEYS.get(table, KEY)
    return {
        "TableName": table,
        "TableArn": f"arn:aws:dynamodb:eu-west-1:123456789012:table/{table}",
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
    }
