"""Tables over DynamoDB."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any

import orjson

from headrace.aws.errors import table_errors
from headrace.ports import KeyAttribute, TableSchema, Written

_ROLES = {"HASH": "partition", "RANGE": "sort"}
_PLACEHOLDER = [{"DeleteRequest": {"Key": {"-": {"S": "-"}}}}]


class DynamoTables:
    """
    Args:
        client: a DynamoDB client of this adapter's own; its BatchWriteItem is taken over.
    """

    def __init__(self, client: Any) -> None:
        self._dynamodb = client
        self._body: ContextVar[bytes] = ContextVar("body")
        client.meta.events.register("before-call.dynamodb.BatchWriteItem", self._place_body)

    def describe(self, table: str) -> TableSchema:
        with table_errors(table):
            described = self._dynamodb.describe_table(TableName=table)["Table"]
        return TableSchema(described["TableName"], described["TableArn"], tuple(_keys(described)))

    def write(self, table: str, requests: str) -> Written:
        """The requests stand in the body as they are; the client gets a placeholder in their place,
        and still signs, sends, and reads the answer."""
        body = (
            b'{"RequestItems":{'
            + orjson.dumps(table)
            + b":"
            + requests.encode()
            + b'},"ReturnConsumedCapacity":"INDEXES"}'
        )
        token = self._body.set(body)
        try:
            with table_errors(table):
                answer = self._dynamodb.batch_write_item(RequestItems={table: _PLACEHOLDER})
        finally:
            self._body.reset(token)
        left = [request for group in answer.get("UnprocessedItems", {}).values() for request in group]
        units = sum(one.get("CapacityUnits", 0.0) for one in answer.get("ConsumedCapacity", []))
        return Written(tuple(orjson.dumps(_to_wire(request)).decode() for request in left), units)

    def _place_body(self, params: dict[str, Any], **_: Any) -> None:
        params["body"] = self._body.get()


def _keys(table: Mapping[str, Any]) -> Iterator[KeyAttribute]:
    types = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}
    schemas = [(None, table["KeySchema"])]
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        schemas += [(index["IndexName"], index["KeySchema"]) for index in table.get(kind) or []]
    for index, schema in schemas:
        for key in schema:
            name = key["AttributeName"]
            yield KeyAttribute(name, types[name], _ROLES[key["KeyType"]], index)


def _to_wire(value: Any) -> Any:
    """The client turns binary values into bytes; on the wire they are base64 text."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _to_wire(one) for name, one in value.items()}
    return [_to_wire(one) for one in value] if isinstance(value, list) else value
