"""Connections to one endpoint, kept open from request to request.

Each is used by one request at a time; a connection whose answer did not come whole is never used again.
"""

from __future__ import annotations

import os
import ssl
import time
import weakref
import zlib
from collections import deque
from collections.abc import Callable, Iterable
from http.client import HTTPConnection, HTTPSConnection

from httptools import HttpResponseParser

TIMEOUT = 3.0
"""Seconds for connecting, sending, and each part of an answer, where no others are asked for."""
_MOST_IDLE_SECONDS = 5.0
"""An older one may have died meanwhile, as where a function was frozen."""
_REST_SECONDS = 30.0
_BLOCK = 65_536


class Connection:
    """
    Args:
        context: for TLS; None: plain HTTP.

    Raises OSError.
    """

    def __init__(self, host: str, context: ssl.SSLContext | None) -> None:
        http = _connection(host, context)
        http.connect()
        self._socket = http.sock
        self._parser = HttpResponseParser(self)
        self._parts: list[bytes] = []
        self._crc: bytes | None = None
        self._begun = self._ended = 0
        self._patience = TIMEOUT
        self.keeps = False
        """Whether it can be used again: it stays open, and nothing but one answer came."""

    def send(self, request: bytes, patience: float = TIMEOUT) -> None:
        """
        Args:
            patience: seconds for each part of this request and its answer.

        Raises OSError."""
        if patience != self._patience:
            self._patience = patience
            self._socket.settimeout(patience)
        self._socket.sendall(request)

    def receive(self) -> bytes | None:
        """The body of an answer that says success and came whole; None: it says anything else.

        Raises OSError, HttpParserError, HttpParserUpgrade."""
        self._parts, self._crc, self._begun, self._ended, self.keeps = [], None, 0, 0, False
        while not self._ended:
            data = self._socket.recv(_BLOCK)
            if not data:
                raise ConnectionError("the connection was closed before the answer was whole")
            self._parser.feed_data(data)
        body = b"".join(self._parts)
        is_whole = self._crc in (None, b"%d" % zlib.crc32(body))
        return body if self._parser.get_status_code() == 200 and self._begun == 1 and is_whole else None

    def close(self) -> None:
        self._socket.close()

    def on_message_begin(self) -> None:
        self._begun += 1

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"x-amz-crc32":
            self._crc = value

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)

    def on_message_complete(self) -> None:
        self._ended += 1
        self.keeps = self._begun == 1 and self._parser.should_keep_alive()


def _connection(host: str, context: ssl.SSLContext | None) -> HTTPConnection:
    """Which sets TCP_NODELAY: what is sent in two parts would wait for 44 ms."""
    if context is None:
        return HTTPConnection(host, timeout=TIMEOUT)
    return HTTPSConnection(host, timeout=TIMEOUT, context=context)


class Connections:
    """Safe for threads. After a fork, the child has none of its parent's."""

    def __init__(
        self, host: str, context: ssl.SSLContext | None, now: Callable[[], float] = time.time
    ) -> None:
        self._host = host
        self._context = context
        self._now = now
        self._process = os.getpid()
        self._idle: deque[tuple[float, Connection]] = deque()
        self._rests_until = 0.0
        weakref.finalize(self, _close, self._idle)

    def take(self) -> Connection:
        """One that was used just now, or a new one. Where none can be made, it is not tried again for a
        while.

        Raises OSError."""
        now = self._now()
        while (found := self._pop()) is not None:
            since, connection = found
            if 0 <= now - since < _MOST_IDLE_SECONDS:
                return connection
            connection.close()
        if now < self._rests_until:
            raise ConnectionError(f"{self._host} could not be connected to a moment ago")
        try:
            return Connection(self._host, self._context)
        except OSError:
            self._rests_until = now + _REST_SECONDS
            raise

    def give_back(self, connection: Connection) -> None:
        if connection.keeps:
            self._idle.append((self._now(), connection))
        else:
            connection.close()

    def _pop(self) -> tuple[float, Connection] | None:
        if self._process != os.getpid():
            self._process = os.getpid()
            _close(self._idle)
            self._idle.clear()
        try:
            return self._idle.pop()
        except IndexError:
            return None


def _close(idle: Iterable[tuple[float, Connection]]) -> None:
    for _, connection in idle:
        connection.close()
