"""The demo's table: made if it is not there, counted and looked at afterwards."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Literal

from headrace.items.documents import json_text
from localstack.deployment import Deployment

TABLE = "headrace-demo"
INDEX = "by-city"
_KEY_TYPES: dict[str, Literal["S", "N"]] = {"customer": "S", "order": "N", "city": "S", "placed": "S"}


def ensure_table(deployment: Deployment) -> None:
    """Customer and order are the key; an index has the orders of a city by time."""
    dynamodb = deployment.dynamodb
    try:
        dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": kind} for name, kind in _KEY_TYPES.items()
            ],
            KeySchema=[
                {"AttributeName": "customer", "KeyType": "HASH"},
                {"AttributeName": "order", "KeyType": "RANGE"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": INDEX,
                    "KeySchema": [
                        {"AttributeName": "city", "KeyType": "HASH"},
                        {"AttributeName": "placed", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
    except dynamodb.exceptions.ResourceInUseException:
        return
    dynamodb.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def count_items(deployment: Deployment) -> int:
    """In pages, as DynamoDB Local would hold a whole table in its heap."""
    pages = deployment.dynamodb.get_paginator("scan").paginate(
        TableName=TABLE, Select="COUNT", ConsistentRead=True, PaginationConfig={"PageSize": 1_000}
    )
    return sum(page["Count"] for page in pages)


def some_items(deployment: Deployment, count: int) -> list[dict[str, tuple[str, str]]]:
    """Items as {attribute: (type, text)}."""
    found = deployment.dynamodb.scan(TableName=TABLE, Limit=count)["Items"]
    return [{name: (next(iter(value)), _text(value)) for name, value in item.items()} for item in found]


def _text(value: Any) -> str:
    ((kind, content),) = value.items()
    return json_text({kind: _base64(content)})


def _base64(content: Any) -> Any:
    """The client gives binary as bytes; in DynamoDB JSON it is base64."""
    if isinstance(content, bytes):
        return b64encode(content).decode()
    return [_base64(member) for member in content] if isinstance(content, list) else content
