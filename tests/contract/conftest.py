"""Each port twice: its fake, and its real adapter over moto in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from headrace.aws.ledger import DynamoLedger
from headrace.aws.objects import S3ObjectStore
from headrace.aws.queue import SqsUserQueue, SqsWriteQueue
from headrace.aws.tables import DynamoTables
from headrace.here.folders import FolderStore
from headrace.here.ledger import SqliteLedger
from headrace.ledger import Ledger
from headrace.names import LEDGER_PARTITION_KEY, LEDGER_SORT_KEY
from headrace.ports import KeyAttribute, ObjectStore, Tables, TableSchema, UserQueue, WriteQueue
from tests.fakes import FakeClock, MemoryLedger, MemoryObjectStore, MemoryQueue, MemoryTables, MemoryUserQueue

REGION = "eu-west-1"
TABLE = "orders"
LOCAL = os.environ.get("HEADRACE_DYNAMODB_LOCAL")
_STRICT = ["fake", *(["local"] if LOCAL else [])]
"""What refuses as DynamoDB does: moto does not."""


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


def client(service: str, **options: Any) -> Any:
    untyped: Any = boto3
    return untyped.client(
        service, region_name=REGION, config=Config(retries={"total_max_attempts": 1}), **options
    )


@pytest.fixture(params=["moto", "here", *_STRICT])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "fake":
        yield MemoryLedger()
        return
    if request.param == "here":
        found = SqliteLedger(tmp_path / "ledger.sqlite")
        yield found
        found.close()
        return
    if request.param == "moto":
        request.getfixturevalue("aws")
    dynamodb = client("dynamodb") if request.param == "moto" else _local_client()
    yield real_ledger(dynamodb)
    dynamodb.delete_table(TableName="ledger")


def real_ledger(dynamodb: Any = None) -> DynamoLedger:
    dynamodb = dynamodb or client("dynamodb")
    keys = {LEDGER_PARTITION_KEY: "HASH", LEDGER_SORT_KEY: "RANGE"}
    create_table(dynamodb, "ledger", keys, dict.fromkeys(keys, "S"))
    return DynamoLedger(dynamodb, "ledger", FakeClock(), 30)


@pytest.fixture(params=["fake", "moto", "here"])
def store(request: pytest.FixtureRequest) -> ObjectStore:
    if request.param == "fake":
        return MemoryObjectStore()
    if request.param == "here":
        return FolderStore()
    request.getfixturevalue("aws")
    s3 = client("s3")
    s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    return S3ObjectStore(s3)


@pytest.fixture(params=["fake", "moto"])
def queue(request: pytest.FixtureRequest) -> WriteQueue:
    if request.param == "fake":
        return MemoryQueue()
    request.getfixturevalue("aws")
    sqs = client("sqs")
    return SqsWriteQueue(sqs, sqs.create_queue(QueueName="writes")["QueueUrl"])


@pytest.fixture
def bucket(store: ObjectStore, tmp_path: Path) -> str:
    return str(tmp_path) if isinstance(store, FolderStore) else "data"


@dataclass(frozen=True)
class OfAUser:
    """A user's queue, and the bodies that have arrived in it, in order."""

    queue: UserQueue
    is_fifo: bool
    arrived: Callable[[], list[str]]


@pytest.fixture(params=["fake", "fifo fake", "moto", "fifo moto"])
def of_a_user(request: pytest.FixtureRequest) -> OfAUser:
    is_fifo = request.param.startswith("fifo")
    if request.param.endswith("fake"):
        fake = MemoryUserQueue(is_fifo)
        return OfAUser(fake, is_fifo, lambda: fake.bodies)
    request.getfixturevalue("aws")
    sqs = client("sqs")
    url = make_queue(sqs, is_fifo)
    return OfAUser(SqsUserQueue(sqs, url), is_fifo, lambda: list(_received(sqs, url)))


def make_queue(sqs: Any, is_fifo: bool = False) -> str:
    name, attributes = ("user.fifo", {"FifoQueue": "true"}) if is_fifo else ("user", {})
    url: str = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url


def _received(sqs: Any, url: str) -> Iterator[str]:
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            yield message["Body"]
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


@pytest.fixture(params=["moto", *_STRICT])
def tables(request: pytest.FixtureRequest) -> Iterator[Tables]:
    """A table `orders` with the keys id (S) and at (N), and an index by city (S)."""
    yield from _tables(request)


@pytest.fixture(params=_STRICT)
def strict_tables(request: pytest.FixtureRequest) -> Iterator[Tables]:
    yield from _tables(request)


@pytest.fixture(params=["local"] if LOCAL else [])
def atomic_tables(request: pytest.FixtureRequest) -> Iterator[Tables]:
    """What promises atomic updates under threads: DynamoDB Local alone."""
    yield from _tables(request)


def _tables(request: pytest.FixtureRequest) -> Iterator[Tables]:
    if request.param == "fake":
        yield MemoryTables(schema(), page_items=7)
        return
    if request.param == "moto":
        request.getfixturevalue("aws")
    dynamodb = client("dynamodb") if request.param == "moto" else _local_client()
    create_orders(dynamodb)
    yield DynamoTables(dynamodb)
    dynamodb.delete_table(TableName=TABLE)


def _local_client() -> Any:
    return client(
        "dynamodb", endpoint_url=LOCAL, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def schema() -> TableSchema:
    keys = (
        KeyAttribute("id", "S", "partition"),
        KeyAttribute("at", "N", "sort"),
        KeyAttribute("city", "S", "partition", "by-city"),
        KeyAttribute("at", "N", "sort", "by-city"),
    )
    return TableSchema(TABLE, f"arn:aws:dynamodb:{REGION}:123456789012:table/{TABLE}", keys)


def create_orders(dynamodb: Any) -> None:
    index = {
        "IndexName": "by-city",
        "KeySchema": key_schema({"city": "HASH", "at": "RANGE"}),
        "Projection": {"ProjectionType": "ALL"},
    }
    types = {"id": "S", "at": "N", "city": "S"}
    create_table(dynamodb, TABLE, {"id": "HASH", "at": "RANGE"}, types, GlobalSecondaryIndexes=[index])


def create_table(
    dynamodb: Any, name: str, keys: dict[str, str], types: dict[str, str], **options: Any
) -> None:
    dynamodb.create_table(
        TableName=name,
        KeySchema=key_schema(keys),
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in types.items()],
        BillingMode="PAY_PER_REQUEST",
        **options,
    )


def key_schema(keys: dict[str, str]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()]
