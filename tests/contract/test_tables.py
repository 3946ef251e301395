"""Tables: keys as they are, items as they were spelled, and errors that say what happened."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from headrace.aws.tables import DynamoTables
from headrace.errors import (
    HeadraceError,
    TableAccessError,
    TableNotFoundError,
    ThrottledError,
    TransientError,
    WriteRefusedError,
)
from headrace.ports import IndexSchema, Tables, Written
from tests.contract.conftest import TABLE, client, create_orders, key_schema, schema


def put(**attributes: dict[str, Any]) -> dict[str, Any]:
    return {"PutRequest": {"Item": {"id": {"S": "a"}, "at": {"N": "1"}} | attributes}}


def delete(at: str) -> dict[str, Any]:
    return {"DeleteRequest": {"Key": {"id": {"S": "a"}, "at": {"N": at}}}}


def spelled(*requests: dict[str, Any]) -> str:
    return orjson.dumps(requests).decode()


def test_the_keys_of_a_table_and_of_its_indexes_are_told_partition_first(tables: Tables) -> None:
    found = tables.describe(TABLE)
    assert found.keys == schema().keys
    assert found.name == TABLE
    assert found.arn.endswith(":table/orders")


def test_a_table_that_is_not_there_is_told_by_its_name(tables: Tables) -> None:
    with pytest.raises(TableNotFoundError, match="no table 'others'"):
        tables.describe("others")
    with pytest.raises(TableNotFoundError, match="no table 'others'"):
        tables.write("others", spelled(put()))


@pytest.mark.usefixtures("aws")
def test_a_table_tells_its_size_and_what_it_can_take() -> None:
    dynamodb = client("dynamodb")
    create_orders(dynamodb)
    put_item = {"id": {"S": "a"}, "at": {"N": "1"}}
    dynamodb.put_item(TableName=TABLE, Item=put_item)
    found = DynamoTables(dynamodb).describe(TABLE)
    assert (found.items, found.read_capacity, found.deletion_protection) == (1, None, False)
    throughput = {"ReadCapacityUnits": 7, "WriteCapacityUnits": 5}
    dynamodb.update_table(
        TableName=TABLE,
        BillingMode="PROVISIONED",
        ProvisionedThroughput=throughput,
        DeletionProtectionEnabled=True,
    )
    found = DynamoTables(dynamodb).describe(TABLE)
    assert (found.read_capacity, found.write_capacity, found.deletion_protection) == (7, 5, True)


@pytest.mark.usefixtures("aws")
def test_a_table_tells_what_its_indexes_have_of_an_item() -> None:
    dynamodb = client("dynamodb")
    projections = {
        "all": {"ProjectionType": "ALL"},
        "keys": {"ProjectionType": "KEYS_ONLY"},
        "some": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["note"]},
    }
    units = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 3}
    keys = key_schema({"id": "HASH"})
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=keys,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput=units,
        GlobalSecondaryIndexes=[
            {"IndexName": name, "KeySchema": keys, "Projection": one, "ProvisionedThroughput": units}
            for name, one in projections.items()
        ],
    )
    assert DynamoTables(dynamodb).describe(TABLE).indexes == (
        IndexSchema("all", None, 3),
        IndexSchema("keys", frozenset(), 3),
        IndexSchema("some", frozenset({"note"}), 3),
    )


def test_deletes_go_with_puts_and_what_is_not_there_is_no_matter(tables: Tables) -> None:
    tables.write(TABLE, spelled(put(), put(at={"N": "2"})))
    tables.write(TABLE, spelled(delete("1.0"), delete("7"), put(at={"N": "3"})))
    keys = [{"id": {"S": "a"}, "at": {"N": number}} for number in "123"]
    assert tables.absent(TABLE, keys) == keys[:1]


def test_a_batch_of_25_is_written(tables: Tables) -> None:
    written = tables.write(TABLE, spelled(*(put(at={"N": str(number)}) for number in range(25))))
    assert written.unprocessed == ()


@pytest.mark.parametrize(
    "requests",
    [
        [put(), put()],
        [put(at={"N": "1"}), put(at={"N": "1.0"})],
        [put(at={"S": "1"})],
        [put(id={"S": ""})],
        [put(city={"S": ""})],
        [put(city={"N": "1"})],
        [put(id={"S": "x" * 2049})],
        [put(text={"S": "x" * 409_600})],
        [put(tags={"SS": []})],
        [put(at={"N": str(number)}) for number in range(26)],
        [{"PutRequest": {"Item": {"id": {"S": "a"}}}}],
        [put(), delete("1")],
        [{"DeleteRequest": {"Key": {"id": {"S": "a"}}}}],
        [{"DeleteRequest": {"Key": {"id": {"S": "a"}, "at": {"N": "1"}, "city": {"S": "Ur"}}}}],
    ],
)
def test_what_dynamodb_refuses_is_refused(strict_tables: Tables, requests: list[dict[str, Any]]) -> None:
    with pytest.raises(WriteRefusedError):
        strict_tables.write(TABLE, spelled(*requests))


class Wire:
    """What a client sends, and what it is answered: one answer after another, then the last again."""

    def __init__(
        self, *answers: dict[str, Any], status: int = 200, body: bytes | None = None, **answer: Any
    ) -> None:
        self.bodies: list[bytes] = []
        self._status = status
        self._answers = [body] if body else [orjson.dumps(one) for one in answers or (answer,)]
        dynamodb = client("dynamodb")
        dynamodb.meta.events.register("before-send.dynamodb", self._send)
        self.tables = DynamoTables(dynamodb)

    def _send(self, request: Any, **_: object) -> Any:
        self.bodies.append(request.body)
        assert int(request.headers["Content-Length"]) == len(request.body)
        response = AWSResponse(request.url, self._status, HTTPHeaders(), None)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        response._content = answer  # type: ignore[attr-defined]
        return response


def refusal(code: str, **more: Any) -> Wire:
    return Wire(status=400, __type=f"com.amazonaws.dynamodb.v20120810#{code}", message="the message", **more)


@pytest.mark.usefixtures("aws")
def test_requests_go_over_the_wire_as_they_were_spelled() -> None:
    wire, requests = Wire(), '[{"PutRequest": {"Item":{"id":{"S":"\\ufffe é"},"n":{"N":"1.50"}}}}]'
    wire.tables.write(TABLE, requests)
    start = b'{"RequestItems":{"orders":'
    assert wire.bodies == [start + requests.encode() + b'},"ReturnConsumedCapacity":"INDEXES"}']


@pytest.mark.usefixtures("aws")
def test_requests_that_were_left_come_back_ready_to_be_sent_again() -> None:
    left = put(
        b={"B": "AAH/"}, s={"BS": ["AA==", "AQ=="]}, m={"M": {"l": {"L": [{"B": "/w=="}]}}}, n={"N": "1.50"}
    )
    wire = Wire(
        UnprocessedItems={TABLE: [left]}, ConsumedCapacity=[{"TableName": TABLE, "CapacityUnits": 2.5}]
    )
    written = wire.tables.write(TABLE, spelled(left))
    assert written == Written((orjson.dumps(left).decode(),), 2.5)


@pytest.mark.usefixtures("aws")
def test_throttling_tells_dynamodbs_reasons() -> None:
    reasons = [{"reason": "TableWriteKeyRangeThroughputExceeded", "resource": "arn"}]
    wire = refusal("ProvisionedThroughputExceededException", ThrottlingReasons=reasons)
    with pytest.raises(ThrottledError) as caught:
        wire.tables.write(TABLE, spelled(put()))
    assert caught.value.reasons == ("TableWriteKeyRangeThroughputExceeded",)
    assert len(wire.bodies) == 1


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ValidationException", WriteRefusedError),
        ("SerializationException", WriteRefusedError),
        ("AccessDeniedException", TableAccessError),
        ("ResourceNotFoundException", TableNotFoundError),
        ("ThrottlingException", ThrottledError),
        ("RequestLimitExceeded", ThrottledError),
        ("InternalServerError", TransientError),
    ],
)
@pytest.mark.usefixtures("aws")
def test_every_refusal_becomes_an_error_of_ours(code: str, error: type[HeadraceError]) -> None:
    with pytest.raises(error, match=r"the message|no table"):
        refusal(code).tables.write(TABLE, spelled(put()))


@pytest.mark.usefixtures("aws")
def test_items_written_by_their_bytes_are_read_as_they_were_meant() -> None:
    dynamodb = client("dynamodb")
    create_orders(dynamodb)
    DynamoTables(dynamodb).write(TABLE, spelled(put(b={"B": "AAH/"}, t={"S": "é𝄞"})))
    (item,) = client("dynamodb").scan(TableName=TABLE)["Items"]
    assert item == {"id": {"S": "a"}, "at": {"N": "1"}, "b": {"B": b"\0\x01\xff"}, "t": {"S": "é𝄞"}}
