"""The benchmarks' stub of AWS: what it takes, what it counts, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from benchmarks.stub.endpoint import Endpoint, stub
from benchmarks.stub.server import Options

ITEM = {"order_id": {"S": "é"}}


@pytest.fixture
def endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a key").write_bytes(b"0123456789")
    with stub(Options(str(tmp_path), page=4, items=10)) as endpoint:
        for name, value in endpoint.environment.items():
            monkeypatch.setenv(name, value)
        yield endpoint


def client(service: str) -> Any:
    return botocore.session.get_session().create_client(service)


def test_the_sdk_is_answered_and_what_it_sends_is_counted(endpoint: Endpoint) -> None:
    dynamodb, sqs = client("dynamodb"), client("sqs")
    requests = [{"PutRequest": {"Item": ITEM}}] * 3
    written = dynamodb.batch_write_item(RequestItems={"orders": requests}, ReturnConsumedCapacity="INDEXES")
    assert (written["UnprocessedItems"], written["ConsumedCapacity"][0]["CapacityUnits"]) == ({}, 3.0)
    dynamodb.put_item(TableName="orders", Item=ITEM)
    entries = [{"Id": str(number), "MessageBody": "body"} for number in range(2)]
    sent = sqs.send_message_batch(QueueUrl=f"{endpoint.url}/1/queue", Entries=entries)
    assert [one["Id"] for one in sent["Successful"]] == ["0", "1"]
    pages = list(dynamodb.get_paginator("scan").paginate(TableName="orders"))
    assert [page["Count"] for page in pages] == [4, 4, 2]
    s3 = client("s3")
    assert s3.get_object(Bucket="data", Key="a key", Range="bytes=2-4")["Body"].read() == b"234"
    s3.put_object(Bucket="data", Key="new", Body=b"0\r\n\r\n" * 50_000)
    assert s3.get_object(Bucket="data", Key="a key")["Body"].read() == b"0123456789"
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket="data", Key="another")


def test_what_came_is_told_at_the_end(tmp_path: Path) -> None:
    with stub(Options(str(tmp_path))) as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in endpoint.environment.items():
            patch.setenv(name, value)
        client("dynamodb").put_item(TableName="orders", Item=ITEM)
    counts = endpoint.counts
    assert (counts["requests"], counts["PutItem"], counts["items"], counts["connections"]) == (1, 1, 1, 1)
    assert 300 < counts["bytes"] < 3000


@pytest.mark.parametrize(
    ("name", "value"),
    [("AWS_SECRET_ACCESS_KEY", "wrong"), ("AWS_SESSION_TOKEN", "wrong"), ("AWS_ACCESS_KEY_ID", "wrong")],
)
def test_one_wrong_signature_and_the_whole_run_is_void(name: str, value: str) -> None:
    with pytest.raises(RuntimeError, match="1 requests were wrongly signed"):
        _call_once({name: value})


def _call_once(environment: dict[str, str]) -> None:
    with stub(Options()) as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in (endpoint.environment | environment).items():
            patch.setenv(name, value)
        with pytest.raises(ClientError, match="InvalidSignature"):
            client("dynamodb").put_item(TableName="orders", Item=ITEM)
