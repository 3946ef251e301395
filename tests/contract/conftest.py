"""Each port: its fake, and its real adapter over moto in this process; and where there is a lane past the
SDK, over moto behind a socket, which is all that a lane knows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config
from moto import mock_aws

from headrace.aws.laned import LanedClient, open_lane
from headrace.aws.ledger import DynamoLedger
from headrace.aws.objects import S3ObjectStore
from headrace.aws.queue import SqsUserQueue, SqsWriteQueue
from headrace.aws.tables import DynamoTables
from headrace.here.folders import FolderStore
from headrace.here.ledger import SqliteLedger
from headrace.ledger import Ledger
from headrace.names import LEDGER_PARTITION_KEY, LEDGER_SORT_KEY
from headrace.ports import KeyAttribute, ObjectStore, Tables, TableSchema, UserQueue, WriteQueue, Written
from tests.contract.behind import moto_behind_a_socket
from tests.fakes import FakeClock, MemoryLedger, MemoryObjectStore, MemoryQueue, MemoryTables, MemoryUserQueue

REGION = "eu-west-1"
TABLE = "orders"
LOCAL = os.environ.get("HEADRACE_DYNAMODB_LOCAL")
_STRICT = ["fake", *(["local"] if LOCAL else [])]
"""What refuses as DynamoDB does: moto does not."""


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    own_account(monkeypatch)
    with mock_aws():
        yield


def own_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    for name in (
        "AWS_ENDPOINT_URL",
        "AWS_CA_BUNDLE",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "http_proxy",
        "https_proxy",
    ):
        monkeypatch.delenv(name, raising=False)


def client(service: str, **options: Any) -> Any:
    untyped: Any = boto3
    return untyped.client(
        service, region_name=REGION, config=Config(retries={"total_max_attempts": 1}), **options
    )


@dataclass(frozen=True)
class Behind:
    """Makes clients whose endpoint is moto behind a socket."""

    url: str

    def pair(self, service: str) -> tuple[Any, Any]:
        """Client and session."""
        session: Any = botocore.session.get_session()
        return session.create_client(
            service, endpoint_url=self.url, config=Config(retries={"total_max_attempts": 1})
        ), session

    def laned(self, service: str) -> LanedClient:
        client, session = self.pair(service)
        lane = open_lane(client, session)
        assert lane is not None
        return LanedClient(client, lane)

    def tables(self) -> Tables:
        client, session = self.pair("dynamodb")
        return ByLane(DynamoTables(client, lane=open_lane(client, session)))


@pytest.fixture
def behind(aws: None) -> Iterator[Behind]:  # noqa: ARG001
    with moto_behind_a_socket() as url:
        yield Behind(url)


class ByLane:
    """Writes as writers do, ahead, where the contract writes one after the other."""

    def __init__(self, tables: DynamoTables) -> None:
        self._tables = tables

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tables, name)

    def write(self, table: str, requests: str) -> Written:
        return self._tables.begin_write(table, requests).written()


@pytest.fixture(params=["moto", "lane", "here", *_STRICT])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "fake":
        yield MemoryLedger()
        return
    if request.param == "here":
        found = SqliteLedger(tmp_path / "ledger.sqlite")
        yield found
        found.close()
        return
    dynamodb = _dynamodb(request)
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


def _dynamodb(request: pytest.FixtureRequest) -> Any:
    if request.param == "lane":
        return request.getfixturevalue("behind").laned("dynamodb")
    if request.param == "local":
        return _local_client()
    request.getfixturevalue("aws")
    return client("dynamodb")


def _sqs(request: pytest.FixtureRequest) -> Any:
    if request.param.endswith("lane"):
        return request.getfixturevalue("behind").laned("sqs")
    request.getfixturevalue("aws")
    return client("sqs")


@pytest.fixture(params=["fake", "moto", "lane"])
def queue(request: pytest.FixtureRequest) -> WriteQueue:
    if request.param == "fake":
        return MemoryQueue()
    sqs = _sqs(request)
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


@pytest.fixture(params=["fake", "fifo fake", "moto", "fifo moto", "lane", "fifo lane"])
def of_a_user(request: pytest.FixtureRequest) -> OfAUser:
    is_fifo = request.param.startswith("fifo")
    if request.param.endswith("fake"):
        fake = MemoryUserQueue(is_fifo)
        return OfAUser(fake, is_fifo, lambda: fake.bodies)
    sqs = _sqs(request)
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


@pytest.fixture(params=["moto", "lane", *_STRICT])
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
    dynamodb = _dynamodb(request)
    create_orders(dynamodb)
    yield request.getfixturevalue("behind").tables() if request.param == "lane" else DynamoTables(dynamodb)
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
