"""The fast lane: requests that go to a service past the SDK, several on their way at once.

It knows one answer, plain success. Whatever else happens, an error, a lost connection, credentials that
cannot be had, the caller asks the SDK's client, which owns errors and retries; whether the request was
carried out is not known then. So only what may be sent twice goes by the lane.
"""

from __future__ import annotations

from typing import Any

import orjson
from botocore.exceptions import BotoCoreError
from httptools import HttpParserError, HttpParserUpgrade

from headrace.aws.connections import TIMEOUT, Connection, Connections
from headrace.aws.signing import Signer
from headrace.errors import HeadraceError

_TROUBLE = (OSError, HttpParserError, HttpParserUpgrade, BotoCoreError, HeadraceError)
"""Of the wire, of what comes over it, and of credentials that are to be refreshed."""


class Flight:
    """A request that is on its way, or could not be sent."""

    def __init__(self, connections: Connections, connection: Connection | None) -> None:
        self._connections = connections
        self._connection = connection

    def answer(self) -> bytes | None:
        """Waits for it, once; None: it is not success, or there is none."""
        connection, self._connection = self._connection, None
        if connection is None:
            return None
        try:
            body = connection.receive()
        except _TROUBLE:
            connection.close()
            return None
        self._connections.give_back(connection)
        return body

    def parsed(self) -> dict[str, Any] | None:
        """The same for an answer that is a JSON object; None also where it is not."""
        body = self.answer()
        try:
            found = orjson.loads(body) if body is not None else None
        except orjson.JSONDecodeError:
            return None
        return found if isinstance(found, dict) else None

    def abandon(self) -> None:
        """Nobody waits for the answer any more."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Lane:
    """Safe for threads."""

    def __init__(self, signer: Signer, connections: Connections) -> None:
        self._signer = signer
        self._connections = connections

    def begin(self, operation: str, body: bytes, patience: float = TIMEOUT) -> Flight:
        """Sends a request without waiting for its answer.

        Args:
            patience: seconds that each part of it may take.
        """
        try:
            request = self._signer.request(operation, body)
            connection = self._connections.take()
        except _TROUBLE:
            return Flight(self._connections, None)
        try:
            connection.send(request, patience)
        except OSError:
            connection.close()
            return Flight(self._connections, None)
        return Flight(self._connections, connection)
