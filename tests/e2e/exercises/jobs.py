"""The jobs whose functions are called; each has a table of its own."""

from __future__ import annotations

from typing import Any

from tests.e2e.emulator import INDEXED
from tests.e2e.stack import Stack

ROWS = "id,price:N\n1,1\nbad,cheap\n"
ITEMS = ({"id": {"S": "1"}, "price": {"N": "1"}}, {"id": {"S": "2"}, "price": {"S": "cheap"}})
INDEX = "by-price"
ONE_ID = {"key_condition": "id = :id", "values": {":id": "1"}}
ONE_PRICE = {"key_condition": "price = :price", "values": {":price": 1}}


def table(stack: Stack) -> str:
    """A table with two items."""
    name = stack.table()
    stack.fill(name, ITEMS)
    return name


def load(stack: Stack, target: str = "", **fields: Any) -> dict[str, Any]:
    """Of a row that can be loaded and one that becomes a reject."""
    source = stack.put(f"sources/{stack.name()}.csv", ROWS)
    return {"operation": "load", "source": source, "target": target or stack.table(), **fields}


def scan(stack: Stack) -> dict[str, Any]:
    return {"operation": "scan", "source": table(stack), "target": stack.queue()} | _one_segment()


def export(stack: Stack, source: str = "") -> dict[str, Any]:
    """Of items of which one, whose price is none, becomes a reject; to a place that the job names."""
    return {
        "operation": "export",
        "source": source or table(stack),
        "target": f"s3://{stack.bucket}/exports/{stack.name()}/",
        "format": {"preset": "csv"},
        "columns": {"price": {"type": "N"}},
        "tolerate": {"rejects": 1},
        **_one_segment(),
    }


def copy(stack: Stack, **fields: Any) -> dict[str, Any]:
    job = {"operation": "copy", "source": table(stack), "target": table(stack)}
    return job | _one_segment() | fields


def count(source: str, **scan: Any) -> dict[str, Any]:
    segments = {} if "key_condition" in scan else _one_segment()
    return {"operation": "count", "source": source, "scan": scan, **segments}


def count_index(**scan: Any) -> dict[str, Any]:
    return count(INDEXED, index=INDEX, **scan)


def make_indexed(stack: Stack) -> None:
    """Makes the table that the settings name, with an index."""
    stack.dynamodb.create_table(
        TableName=INDEXED,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "price", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": INDEX,
                "KeySchema": [{"AttributeName": "price", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def _one_segment() -> dict[str, Any]:
    return {"parallel": {"segments": 1}}
