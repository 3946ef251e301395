"""AWS at the end of boto3's wire: answers requests from a folder, so that all above it is what runs in
the functions, and no socket is opened.

Objects are files, an item of the ledger lives in memory, and the queue keeps the first messages of a
job as objects, `queue/0` and on.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

ENDPOINT = "http://127.0.0.1:1"
KEPT_MESSAGES = 10
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")
_TABLE = {
    "TableName": "orders",
    "TableArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
    "AttributeDefinitions": [{"AttributeName": "order_id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "order_id", "KeyType": "HASH"}],
}


class Wire:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._items: dict[str, Any] = {}
        self._operations: dict[str, Callable[[Any], Any]] = {
            "DescribeTable": lambda _: {"Table": _TABLE},
            "BatchWriteItem": lambda _: {"UnprocessedItems": {}},
            "GetItem": lambda body: {"Item": found} if (found := self._items.get(_key(body["Key"]))) else {},
            "BatchGetItem": self._get_items,
            "PutItem": self._put_item,
            "UpdateItem": lambda _: {},
            "SendMessageBatch": self._send,
        }

    def attach(self) -> None:
        """To every client of every session that is made from now on."""
        make = botocore.session.get_session

        def get_session(*args: Any, **options: Any) -> Any:
            session: Any = make(*args, **options)
            session.register("before-send", self._answer)
            return session

        botocore.session.get_session = get_session
        boto3.setup_default_session()

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        body: Any = request.body
        operation = _text(request.headers.get("X-Amz-Target", "")).rpartition(".")[2]
        if not operation:
            return self._object(request, body)
        answer = self._operations[operation](json.loads(body))
        return _response(request, 200, json.dumps(answer).encode())

    def _object(self, request: AWSPreparedRequest, body: Any) -> AWSResponse:
        path = self._folder / unquote(urlsplit(request.url).path).lstrip("/")
        if request.method == "PUT":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body.read() if hasattr(body, "read") else body)
            return _response(request, 200, b"")
        if not path.exists():
            return _response(request, 404, b"<Error><Code>NoSuchKey</Code></Error>")
        size = path.stat().st_size
        if request.method == "HEAD":
            return _response(request, 200, b"", size)
        part = _RANGE.fullmatch(_text(request.headers.get("Range", "")))
        start, last = (int(part[1]), int(part[2])) if part else (0, size - 1)
        with path.open("rb", buffering=0) as file:
            file.seek(start)
            return _response(request, 206 if part else 200, file.read(last + 1 - start))

    def _get_items(self, body: Any) -> dict[str, Any]:
        found = {
            table: [self._items[_key(key)] for key in asked["Keys"] if _key(key) in self._items]
            for table, asked in body["RequestItems"].items()
        }
        return {"Responses": found, "UnprocessedKeys": {}}

    def _put_item(self, body: Any) -> dict[str, Any]:
        self._items[_key(body["Item"])] = body["Item"]
        return {}

    def _send(self, body: Any) -> dict[str, Any]:
        queue = self._folder / "queue"
        queue.mkdir(exist_ok=True)
        for number, entry in enumerate(body["Entries"], len(list(queue.iterdir()))):
            if number < KEPT_MESSAGES:
                (queue / str(number)).write_text(entry["MessageBody"], encoding="utf-8")
        return {"Successful": [], "Failed": []}


class _Raw(io.BytesIO):
    """The body of a response as urllib3 gives it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        while block := self.read():
            yield block


def _response(request: AWSPreparedRequest, status: int, body: bytes, size: int | None = None) -> AWSResponse:
    length = len(body) if size is None else size
    headers = HTTPHeaders.from_dict({"content-length": str(length), "etag": '"1"'})
    return AWSResponse(request.url, status, headers, _Raw(body))


def _key(item: dict[str, Any]) -> str:
    return f"{item['job']['S']}/{item['record']['S']}"


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
