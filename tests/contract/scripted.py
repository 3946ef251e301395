"""A server that answers as it is told to: with whole answers, parts of them, or other things altogether."""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Barrier, Thread
from typing import Any

OK = b'{"UnprocessedItems":{},"ConsumedCapacity":[{"TableName":"orders","CapacityUnits":2.0}]}'


class Answer:
    """
    Args:
        data: what is sent.
        last: the connection is closed behind it.
    """

    def __init__(self, data: bytes, last: bool = False) -> None:
        self.data = data
        self.last = last


def answer(
    body: bytes = OK, status: str = "200 OK", last: bool = False, length: int | None = None, **headers: str
) -> Answer:
    """`length`: that is told, where it is not the body's."""
    headers = {"content_length": str(len(body) if length is None else length), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return Answer(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body, last)


def crc_of(body: bytes) -> str:
    return str(zlib.crc32(body))


class Scripted(ThreadingTCPServer):
    """The n-th request gets the n-th of the answers, and the last one from then on.

    Args:
        together: so many requests have to have come before any is answered.
    """

    allow_reuse_address = daemon_threads = True

    def __init__(self, answers: tuple[Answer, ...], together: int, context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = list(answers)
        self.together = Barrier(together)
        self.context = context
        self.requests: list[bytes] = []
        """Their bodies."""
        self.connections = 0

    @property
    def url(self) -> str:
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.server_address[1]}"

    def get_request(self) -> Any:
        self.connections += 1
        return super().get_request()

    def next_answer(self, body: bytes) -> Answer:
        self.requests.append(body)
        self.together.wait(10)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Handler(StreamRequestHandler):
    server: Scripted

    def setup(self) -> None:
        if self.server.context:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        while (length := self._head()) is not None:
            found = self.server.next_answer(self.rfile.read(length))
            self.wfile.write(found.data)
            if found.last:
                return

    def _head(self) -> int | None:
        """The length of the body behind it; None: the client has closed the connection."""
        length = None
        while line := self.rfile.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return length

    def finish(self) -> None:
        super().finish()
        self.request.close()


@contextmanager
def scripted(
    *answers: Answer, together: int = 1, context: ssl.SSLContext | None = None
) -> Iterator[Scripted]:
    server = Scripted(answers or (answer(),), together, context)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
