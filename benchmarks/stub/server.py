"""The stub's process: HTTP/1.1 with kept connections, over TLS, until its standard input ends; then it prints
what it counted. `python -m benchmarks.stub.server <certificate> <key> <options as JSON>`.

A process of its own, so that its CPU is nobody's figure.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import uuid
import zlib
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.credentials import Credentials

from benchmarks.stub.certificate import HOST
from benchmarks.stub.operations import QUEUE, Operations
from benchmarks.stub.signatures import is_signed

ACCESS_KEY, SECRET_KEY = "AKIDSTUB", "secret-of-the-stub"
TOKEN = "a-session-token-as-long-as-those-of-roles/+=" * 8
_OBJECTS = {"PUT": "PutObject", "POST": "PostObject"}
"""What is put is taken and not kept, also in parts."""
_REFUSED = b'{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"wrong signature"}'


@dataclass(frozen=True, slots=True)
class Options:
    """`folder`: of objects, `<bucket>/<key>`. `latency`: seconds before an answer. `page`, `items`: of the
    scanned table. `keeps`: whether messages are kept in the folder, too."""

    folder: str = ""
    latency: float = 0.0
    page: int = 4500
    items: int = 45_000
    keeps: bool = False


class Stub:
    def __init__(self, options: Options, counts: Counter[str]) -> None:
        self._credentials = Credentials(ACCESS_KEY, SECRET_KEY, TOKEN)
        self._folder = Path(options.folder)
        queue = self._folder / QUEUE if options.keeps else None
        self._operations = Operations(counts, options.page, options.items, queue)
        self.latency = options.latency
        self.counts = counts

    def answer(self, head: bytes, body: bytes) -> bytes:
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self.counts["requests"] += 1
        self.counts["bytes"] += len(head) + 4 + len(body)
        url = f"https://{headers['host']}{path}"
        if not is_signed(self._credentials, method, url, headers, body):
            self.counts["wrong signatures"] += 1
            return _response(403, "Forbidden", _REFUSED)
        operation = headers.get("x-amz-target", _OBJECTS.get(method, "GetObject")).rpartition(".")[2]
        self.counts[operation] += 1
        self.counts[f"{operation} bytes"] += len(body)
        if operation == "GetObject":
            return self._object(path, headers.get("range"))
        if operation in _OBJECTS.values():
            return _response(200, "OK", b"<Upload><UploadId>1</UploadId><ETag>1</ETag></Upload>")
        return _response(200, "OK", self._operations.answer(operation, body))

    def _object(self, path: str, asked: str | None) -> bytes:
        file = self._folder / unquote(urlsplit(path).path).lstrip("/")
        if not file.is_file():
            return _response(404, "Not Found", b"<Error><Code>NoSuchKey</Code></Error>")
        body = file.read_bytes()
        if asked is None:
            return _response(200, "OK", body)
        start, last = map(int, asked.removeprefix("bytes=").split("-"))
        return _response(206, "Partial Content", body[start : last + 1])


def _response(status: int, reason: str, body: bytes) -> bytes:
    """With the headers that DynamoDB has."""
    head = (
        f"HTTP/1.1 {status} {reason}\r\nServer: Server\r\nDate: Tue, 24 Nov 2026 10:00:00 GMT\r\n"
        "Content-Type: application/x-amz-json-1.0\r\nConnection: keep-alive\r\n"
        f'ETag: "1"\r\nContent-Length: {len(body)}\r\n'
        f"x-amzn-RequestId: {uuid.uuid4()}\r\nx-amz-crc32: {zlib.crc32(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection(asyncio.Protocol):
    def __init__(self, stub: Stub) -> None:
        self._stub = stub
        self._received = bytearray()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._stub.counts["connections"] += 1

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._received[:end])
            last = _end(head, self._received, end + 4)
            if last is None:
                return
            body = bytes(self._received[end + 4 : last])
            del self._received[:last]
            self._send(self._stub.answer(head, body))

    def _send(self, answer: bytes) -> None:
        if self._stub.latency:
            asyncio.get_running_loop().call_later(self._stub.latency, self._transport.write, answer)
        else:
            self._transport.write(answer)


def _end(head: bytes, received: bytearray, start: int) -> int | None:
    """Of a body that starts at `start`; None: it has not come whole."""
    lower = head.lower()
    if b"\r\ntransfer-encoding: chunked" in lower:
        return _end_of_chunks(received, start)
    _, found, rest = lower.partition(b"\r\ncontent-length:")
    end = start + (int(rest.split(b"\r\n")[0]) if found else 0)
    return end if len(received) >= end else None


def _end_of_chunks(received: bytearray, start: int) -> int | None:
    """Each is its size in hexadecimal on a line, and so many bytes with a line end; the last is empty."""
    size = -1
    while size and (line := received.find(b"\r\n", start)) >= 0:
        size = int(received[start:line], 16)
        start = line + 2 + size + 2
    return None if size or len(received) < start else start


async def _serve(certificate: str, key: str, options: Options) -> None:
    counts: Counter[str] = Counter()
    stub, context = Stub(options, counts), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(stub), HOST, 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    print(json.dumps(counts), flush=True)


def to_argument(options: Options) -> str:
    return json.dumps(asdict(options))


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], sys.argv[2], Options(**json.loads(sys.argv[3]))))
