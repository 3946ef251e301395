"""Requests of a service that speaks JSON, signed by AWS Signature Version 4.

botocore signs anything; this signs one kind of request, and so with two hashes over what is prepared: all but
the body is the same for a second. What comes out is what botocore's `SigV4Auth` makes.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

CONTENT_TYPE = "application/x-amz-json-1.0"
_SCOPE_END = "aws4_request"


@dataclass(frozen=True, slots=True)
class Service:
    """`host`: with the port, unless it is the scheme's own. `name`: that requests are signed for.
    `target`: what precedes an operation's name in the header that names it."""

    host: str
    region: str
    name: str
    target: str


@dataclass(frozen=True, slots=True)
class _Template:
    """Of all requests for one operation, in one second, with the same credentials."""

    second: int
    credentials: Any
    canonical: bytes
    to_sign: bytes
    key: bytes
    head: bytes


class Signer:
    """
    Args:
        credentials: of botocore; asked for each request, so that they may be refreshed.
        now: seconds since 1970.
    """

    def __init__(self, credentials: Any, service: Service, now: Callable[[], float] = time.time) -> None:
        self._credentials = credentials
        self._service = service
        self._now = now
        self._templates: dict[str, _Template] = {}

    def request(self, operation: str, body: bytes) -> bytes:
        """The whole request as it goes over the wire."""
        template = self._template(operation)
        canonical = template.canonical + sha256(body).hexdigest().encode()
        to_sign = template.to_sign + sha256(canonical).hexdigest().encode()
        signature = hmac.digest(template.key, to_sign, "sha256").hex().encode()
        return b"%b%b\r\nContent-Length: %d\r\n\r\n%b" % (template.head, signature, len(body), body)

    def _template(self, operation: str) -> _Template:
        second, credentials = int(self._now()), self._credentials.get_frozen_credentials()
        found = self._templates.get(operation)
        if found is None or found.second != second or found.credentials != credentials:
            found = _template(self._service, operation, second, credentials)
            self._templates[operation] = found
        return found


def _template(service: Service, operation: str, second: int, credentials: Any) -> _Template:
    timestamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(second))
    headers = {"content-type": CONTENT_TYPE, "host": service.host, "x-amz-date": timestamp}
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    headers["x-amz-target"] = f"{service.target}.{operation}"
    lines = [f"{name}:{value}" for name, value in headers.items()]
    signed = ";".join(headers)
    scope = (timestamp[:8], service.region, service.name, _SCOPE_END)
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={'/'.join((credentials.access_key, *scope))}, "
        f"SignedHeaders={signed}, Signature="
    )
    return _Template(
        second,
        credentials,
        "\n".join(["POST", "/", "", *lines, "", signed, ""]).encode(),
        "\n".join(["AWS4-HMAC-SHA256", timestamp, "/".join(scope), ""]).encode(),
        _key(credentials.secret_key, scope),
        "\r\n".join(["POST / HTTP/1.1", *lines, f"authorization:{authorization}"]).encode(),
    )


def _key(secret: str, scope: tuple[str, ...]) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    return key
