"""AWS at the end of boto3's wire: answers requests from a folder, so that all above it is what runs in
the functions, and no socket is opened.

Objects are files, an item of the ledger lives in memory, and a queue keeps the first messages of a
job as objects, `queue/0` and on. The table that is scanned is what `scanned.json` says of it.
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

from benchmarks import tables
from headrace.ledger import UnitState

ENDPOINT = "http://127.0.0.1:1"
KEPT_MESSAGES = 10
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")
SCANNED = "scanned.json"
"""The arguments of PlayedTable."""


class Wire:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._items: dict[str, Any] = {}
        self._table = _played(folder / SCANNED)
        self._operations: dict[str, Callable[[Any], Any]] = {
            "DescribeTable": lambda body: {"Table": tables.described(body["TableName"])},
            "BatchWriteItem": lambda _: {"UnprocessedItems": {}},
            "GetItem": lambda body: {"Item": found} if (found := self._items.get(_key(body["Key"]))) else {},
            "BatchGetItem": self._get_items,
            "PutItem": self._put_item,
            "UpdateItem": lambda _: {},
            "SendMessageBatch": self._send,
            "GetQueueAttributes": lambda _: {"Attributes": {}},
            "Scan": self._table.scan,
        }

    @property
    def failed(self) -> list[Any]:
        """The records of units that failed."""
        return [item for item in self._items.values() if item.get("state") == {"S": UnitState.FAILED}]

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
        return _response(request, 200, answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def _object(self, request: AWSPreparedRequest, body: Any) -> AWSResponse:
        url = urlsplit(request.url)
        path = self._folder / unquote(url.path).lstrip("/")
        if request.method in ("PUT", "POST"):
            return _response(request, 200, _stored(path, request.method, url.query, body))
        if "list-type" in url.query:
            return _response(request, 200, b"<ListBucketResult/>")
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


def _stored(path: Path, method: str, query: str, body: Any) -> bytes:
    """An upload's parts come in their order."""
    if method == "POST":
        return b"<Upload><UploadId>1</UploadId><ETag>1</ETag></Upload>"
    path.parent.mkdir(parents=True, exist_ok=True)
    is_later = "partNumber" in query and "partNumber=1&" not in query
    with path.open("ab" if is_later else "wb") as file:
        file.write(body.read() if hasattr(body, "read") else body)
    return b""


def _played(path: Path) -> tables.PlayedTable:
    empty = {"shape": "orders", "page": 1, "items": 0}
    return tables.PlayedTable(**json.loads(path.read_text()) if path.exists() else empty)


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
