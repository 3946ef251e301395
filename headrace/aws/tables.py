"""Tables over DynamoDB."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
from botocore.exceptions import ClientError

from headrace.aws.errors import HERE, code_of, read_errors, reasons_of, table_errors
from headrace.aws.lane import Flight, Lane
from headrace.aws.pages import page_of
from headrace.aws.raw import RawCalls
from headrace.errors import ThrottledError, TransientError, WriteRefusedError
from headrace.items.equality import canonical_item, same_items
from headrace.job.model import Place
from headrace.ports import (
    Condition,
    IndexSchema,
    Item,
    KeyAttribute,
    Page,
    ReadRequest,
    TableSchema,
    Written,
)

_ROLES = {"HASH": "partition", "RANGE": "sort"}
_INDEXES = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
_RAW_OPERATIONS = ("BatchWriteItem", "BatchGetItem", "PutItem", "Query", "Scan")
_KEY = {"-": {"S": "-"}}
"""Stands in for whatever item or key the client insists on."""
_PUTS_AT_ONCE = 8
_READ_SECONDS = 5.0
"""What the lane waits for a page, which may take longer than a write."""


class DynamoTables:
    """
    Args:
        client: a DynamoDB client of this adapter's own that does not retry; its calls about items are
            taken over.
        place: where the tables are, and as who they are used, for the text of errors.
        lane: beside the client, for writes and for pages.
    """

    def __init__(self, client: Any, place: Place = HERE, lane: Lane | None = None) -> None:
        self._dynamodb = client
        self._place = place
        self._lane = lane
        self._raw = RawCalls(client, _RAW_OPERATIONS)
        self._partition_keys: dict[str, str] = {}

    def describe(self, table: str) -> TableSchema:
        with table_errors(table, self._place):
            described = self._dynamodb.describe_table(TableName=table)["Table"]
        return TableSchema(
            described["TableName"],
            described["TableArn"],
            tuple(keys_of(described)),
            items=described.get("ItemCount", 0),
            bytes=described.get("TableSizeBytes", 0),
            read_capacity=_capacity(described, described, "ReadCapacityUnits"),
            write_capacity=_capacity(described, described, "WriteCapacityUnits"),
            indexes=tuple(_indexes(described)),
            deletion_protection=described.get("DeletionProtectionEnabled", False),
        )

    def write(self, table: str, requests: str) -> Written:
        """By the client alone."""
        placeholder = {table: [{"DeleteRequest": {"Key": _KEY}}]}
        with table_errors(table, self._place):
            answer = self._raw.call(
                "batch_write_item", _write_body(table, requests), RequestItems=placeholder
            )
        return _written(answer)

    def begin_write(self, table: str, requests: str) -> DynamoBegunWrite:
        """By the lane, if there is one; what it does not answer goes by the client."""
        if self._lane is None:
            return DynamoBegunWrite(self, table, requests, None)
        flight = self._lane.begin("BatchWriteItem", _write_body(table, requests))
        return DynamoBegunWrite(self, table, requests, flight)

    def write_if(self, table: str, requests: str, condition: Condition) -> Written:
        """An answer that was lost may be one to a put that was carried out: a request that comes back
        as unprocessed is sent again with `condition.again`, or it counts as skipped for its own sake."""
        partition = None if condition.newer_by else self._partition_key(table)
        with ThreadPoolExecutor(_PUTS_AT_ONCE) as pool:
            puts = [
                pool.submit(self._put_if, table, request, condition, partition)
                for request in orjson.loads(requests)
            ]
        return _together([put.result() for put in puts])

    def _put_if(self, table: str, request: Any, condition: Condition, partition: str | None) -> Written:
        item, text = request["PutRequest"]["Item"], orjson.dumps(request).decode()
        if partition is None and condition.newer_by not in item:
            reason = f"the item has no attribute {condition.newer_by!r}, which tells whether it is newer"
            return Written(refused=((text, reason),))
        body = {"TableName": table, "Item": item, "ReturnConsumedCapacity": "INDEXES"}
        body |= _expressions(item, condition, partition)
        try:
            with table_errors(table, self._place):
                return self._put(body, condition)
        except WriteRefusedError as error:
            return Written(refused=((text, str(error)),))
        except TransientError as error:
            return Written(unprocessed=(text,), throttles=reasons_of(error))

    def _put(self, body: dict[str, Any], condition: Condition) -> Written:
        try:
            answer = self._raw.call("put_item", orjson.dumps(body), TableName=body["TableName"], Item=_KEY)
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            there = to_wire(dict(error.response).get("Item", {}))
            is_ours = condition.again and same_items(there, body["Item"])
            return Written() if is_ours else Written(skipped=1)
        return Written(units=answer.get("ConsumedCapacity", {}).get("CapacityUnits", 0.0))

    def _partition_key(self, table: str) -> str:
        if table not in self._partition_keys:
            self._partition_keys[table] = self.describe(table).primary[0].name
        return self._partition_keys[table]

    def read(self, request: ReadRequest) -> Page:
        """By the lane, if there is one, and by the client where that does not answer."""
        body, method = orjson.dumps(_read_body(request)), "query" if request.key_condition else "scan"
        begun = self._lane.begin(method.title(), body, _READ_SECONDS).answer() if self._lane else None
        page = page_of(begun, request) if begun else None
        return page or self._read(method, body, request)

    def _read(self, method: str, body: bytes, request: ReadRequest) -> Page:
        with read_errors(request.table, self._place):
            answer = self._raw.text(method, body, TableName=request.table)
        page = page_of(answer, request)
        if page is None:
            raise TransientError(f"DynamoDB's answer to {method} is no JSON of a page: {len(answer)} bytes")
        return page

    def absent(self, table: str, keys: Sequence[Item]) -> list[Item]:
        there, asked = set(), list(keys)
        while asked:
            found, left = self._get(table, asked)
            if len(left) == len(asked):
                raise ThrottledError(f"table {table!r}: none of {len(asked)} keys was read")
            there |= {canonical_item(key) for key in found}
            asked = left
        return [key for key in keys if canonical_item(key) not in there]

    def _get(self, table: str, keys: Sequence[Item]) -> tuple[list[Item], list[Item]]:
        """Those of the keys that are there, and those that DynamoDB has yet to be asked for again."""
        names = {f"#{position}": name for position, name in enumerate(keys[0])}
        asked = {
            "Keys": keys,
            "ConsistentRead": True,
            "ProjectionExpression": ", ".join(names),
            "ExpressionAttributeNames": names,
        }
        with read_errors(table, self._place):
            answer = self._raw.call(
                "batch_get_item",
                orjson.dumps({"RequestItems": {table: asked}}),
                RequestItems={table: {"Keys": [_KEY]}},
            )
        found = [item for group in answer.get("Responses", {}).values() for item in group]
        left = [key for group in answer.get("UnprocessedKeys", {}).values() for key in group["Keys"]]
        return found, left


class DynamoBegunWrite:
    def __init__(self, tables: DynamoTables, table: str, requests: str, flight: Flight | None) -> None:
        self._tables = tables
        self._table = table
        self._requests = requests
        self._flight = flight

    def written(self) -> Written:
        answer = self._flight.parsed() if self._flight else None
        if answer is None or "UnprocessedItems" not in answer:
            return self._tables.write(self._table, self._requests)
        return _written(answer)

    def abandon(self) -> None:
        if self._flight:
            self._flight.abandon()


def _write_body(table: str, requests: str) -> bytes:
    """The requests stand in it as they are. A serializer would take twice as long to put it together."""
    body = b'{"RequestItems":{%b:%b},"ReturnConsumedCapacity":"INDEXES"}'
    return body % (orjson.dumps(table), requests.encode())


def _written(answer: Mapping[str, Any]) -> Written:
    left = [request for group in answer.get("UnprocessedItems", {}).values() for request in group]
    units = sum(one.get("CapacityUnits", 0.0) for one in answer.get("ConsumedCapacity", []))
    return Written(tuple(orjson.dumps(request).decode() for request in left), units)


def _read_body(request: ReadRequest) -> dict[str, Any]:
    """A count without a projection leaves the items where they are; DynamoDB does not count with one."""
    body = {
        "TableName": request.table,
        "IndexName": request.index,
        "KeyConditionExpression": request.key_condition,
        "FilterExpression": request.filter,
        "ProjectionExpression": request.projection,
        "ExpressionAttributeNames": request.names,
        "ExpressionAttributeValues": request.values,
        "ExclusiveStartKey": orjson.Fragment(request.start) if request.start else None,
        "ConsistentRead": request.consistent,
        "Limit": request.limit,
        "Select": "COUNT" if request.count and not request.projection else None,
        "ReturnConsumedCapacity": "TOTAL",
    }
    if request.key_condition:
        body["ScanIndexForward"] = not request.reverse
    else:
        body |= {"Segment": request.segment, "TotalSegments": request.segments}
    return {name: value for name, value in body.items() if value not in (None, {}, "")}


def _expressions(item: Item, condition: Condition, partition: str | None) -> dict[str, Any]:
    """The old item is asked for only where somebody will look at it."""
    asked: dict[str, Any] = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if condition.again else {}
    if partition is not None:
        asked["ConditionExpression"] = "attribute_not_exists(#key)"
        asked["ExpressionAttributeNames"] = {"#key": partition}
    elif condition.newer_by is not None:
        asked["ConditionExpression"] = "attribute_not_exists(#by) OR #by < :by"
        asked["ExpressionAttributeNames"] = {"#by": condition.newer_by}
        asked["ExpressionAttributeValues"] = {":by": item[condition.newer_by]}
    return asked


def _together(puts: Iterable[Written]) -> Written:
    every = list(puts)
    return Written(
        unprocessed=tuple(text for one in every for text in one.unprocessed),
        units=sum(one.units for one in every),
        skipped=sum(one.skipped for one in every),
        refused=tuple(pair for one in every for pair in one.refused),
        throttles=tuple(reason for one in every for reason in one.throttles),
    )


def keys_of(table: Mapping[str, Any]) -> Iterator[KeyAttribute]:
    """The table's own keys, then those of its indexes.

    Args:
        table: as DescribeTable gives it.
    """
    types = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}
    schemas = [(None, table["KeySchema"])]
    for kind in _INDEXES:
        schemas += [(index["IndexName"], index["KeySchema"]) for index in table.get(kind) or []]
    for index, schema in schemas:
        for key in schema:
            name = key["AttributeName"]
            yield KeyAttribute(name, types[name], _ROLES[key["KeyType"]], index)


def _indexes(table: Mapping[str, Any]) -> Iterator[IndexSchema]:
    for kind in _INDEXES:
        for index in table.get(kind) or []:
            projection = index["Projection"]
            names = frozenset(projection.get("NonKeyAttributes", ()))
            yield IndexSchema(
                index["IndexName"],
                None if projection["ProjectionType"] == "ALL" else names,
                _capacity(table, index, "WriteCapacityUnits"),
            )


def _capacity(table: Mapping[str, Any], described: Mapping[str, Any], units: str) -> int | None:
    """Of the table, or of an index of it. None: on demand."""
    if table.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST":
        return None
    return described.get("ProvisionedThroughput", {}).get(units) or None


def to_wire(value: Any) -> Any:
    """In what comes with an error, the client turns binary values into bytes; on the wire they are
    base64 text."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: to_wire(one) for name, one in value.items()}
    return [to_wire(one) for one in value] if isinstance(value, list) else value
