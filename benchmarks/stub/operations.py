"""What the stub answers: always success."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from benchmarks.tables import PlayedTable, described

QUEUE = "queue"
"""The folder of kept messages, beside the buckets."""
_BILLED = 64 * 1024
"""SQS bills each part of so many bytes as a request."""


class Operations:
    """
    Args:
        counts: `items` written and `messages` taken are added here.
        page: items of a page of Scan.
        items: that the scanned table has in all.
        queue: keeps the messages, a file for each, in the order in which they came; None: nothing does.
    """

    def __init__(self, counts: Counter[str], page: int, items: int, queue: Path | None = None) -> None:
        self._counts = counts
        self._queue = queue
        self._page = page
        self._table = PlayedTable("orders", page, items)
        self._pages: dict[bytes, bytes] = {}
        self._operations: dict[str, Callable[[Any], Any]] = {
            "DescribeTable": lambda body: {"Table": described(body["TableName"])},
            "BatchWriteItem": self._write,
            "PutItem": self._put,
            "UpdateItem": lambda _: {},
            "GetItem": lambda _: {},
            "BatchGetItem": self._get_all,
            "SendMessageBatch": self._send,
        }

    def answer(self, operation: str, body: bytes) -> bytes:
        """Raises KeyError: the stub does not know the operation."""
        if operation == "Scan":
            return self._scan(body)
        return orjson.dumps(self._operations[operation](orjson.loads(body)))

    def _write(self, body: Any) -> Any:
        written = sum(map(len, body["RequestItems"].values()))
        self._counts["items"] += written
        used = [_used(table, len(requests)) for table, requests in body["RequestItems"].items()]
        return {"UnprocessedItems": {}} | ({"ConsumedCapacity": used} if _asked(body) else {})

    def _get_all(self, body: Any) -> Any:
        self._counts["keys read"] += sum(len(asked["Keys"]) for asked in body["RequestItems"].values())
        return {"Responses": {}, "UnprocessedKeys": {}}

    def _put(self, body: Any) -> Any:
        self._counts["items"] += 1
        return {"ConsumedCapacity": _used(body["TableName"], 1)} if _asked(body) else {}

    def _send(self, body: Any) -> Any:
        for number, entry in enumerate(body["Entries"], self._counts["messages"]):
            size = len(entry["MessageBody"].encode())
            self._counts["message bytes"] += size
            self._counts["message parts of 64 KiB"] += -(-size // _BILLED)
            if self._queue:
                self._queue.mkdir(exist_ok=True)
                (self._queue / f"{number:09d}").write_text(entry["MessageBody"], encoding="utf-8")
        self._counts["messages"] += len(body["Entries"])
        return {"Successful": list(map(_taken, body["Entries"])), "Failed": []}

    def _scan(self, body: bytes) -> bytes:
        """Pages are made once: the stub's own time is not what is measured."""
        page = self._pages.get(body)
        if page is None:
            page = self._pages[body] = self._table.scan(orjson.loads(body))
        return page


def _asked(body: Any) -> bool:
    return bool(body.get("ReturnConsumedCapacity", "NONE") != "NONE")


def _used(table: str, units: float) -> Any:
    return {"TableName": table, "CapacityUnits": float(units), "Table": {"CapacityUnits": float(units)}}


def _taken(entry: Any) -> Any:
    digest = hashlib.md5(entry["MessageBody"].encode(), usedforsecurity=False).hexdigest()
    return {"Id": entry["Id"], "MessageId": digest, "MD5OfMessageBody": digest}
