"""Calls of DynamoDB whose bodies go over the wire as they are, both ways.

The SDK still signs, sends and tells errors. But it turns no item into Python values and back, so that
numbers, sets and binaries stay exactly as they are spelled, and nothing is parsed twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import orjson

from headrace.errors import TransientError


@dataclass(slots=True)
class _Exchange:
    sent: bytes
    received: bytes = b""


class RawCalls:
    """
    Args:
        client: a client of this one's own; its `operations` are taken over.
        operations: such as `Scan`.
    """

    def __init__(self, client: Any, operations: Iterable[str]) -> None:
        self._client = client
        self._exchange: ContextVar[_Exchange] = ContextVar("exchange")
        for operation in operations:
            client.meta.events.register(f"before-call.dynamodb.{operation}", self._send)
            client.meta.events.register(f"before-parse.dynamodb.{operation}", self._receive)

    def call(self, method: str, body: bytes, **placeholders: Any) -> Any:
        """Answers with the response as it came, parsed.

        Args:
            body: what is sent.
            placeholders: what the client gets in place of the body, for it insists on some arguments.
        """
        received = self.text(method, body, **placeholders)
        try:
            return orjson.loads(received)
        except orjson.JSONDecodeError as error:
            raise TransientError(f"DynamoDB's answer to {method} is no JSON: {error}") from error

    def text(self, method: str, body: bytes, **placeholders: Any) -> bytes:
        """The same, not parsed."""
        exchange = _Exchange(body)
        token = self._exchange.set(exchange)
        try:
            getattr(self._client, method)(**placeholders)
        finally:
            self._exchange.reset(token)
        return exchange.received

    def _send(self, params: dict[str, Any], **_: Any) -> None:
        params["body"] = self._exchange.get().sent

    def _receive(self, response_dict: dict[str, Any], **_: Any) -> None:
        if response_dict["status_code"] == 200:
            self._exchange.get().received = response_dict["body"]
            response_dict["body"] = b"{}"
