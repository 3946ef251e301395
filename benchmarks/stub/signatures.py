"""Whether a request is signed as botocore signs it: recomputed by botocore, from what came over the wire.

A stub that checks no signature hides a signer that is broken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from botocore.auth import SIGV4_TIMESTAMP, S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(\S+/(\d{8})/([^/]+)/([^/]+)/aws4_request), ?"
    r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})"
)
_SKEW = timedelta(minutes=5)
"""AWS allows as much."""


def is_signed(
    credentials: Credentials, method: str, url: str, headers: Mapping[str, str], body: bytes
) -> bool:
    """
    Args:
        url: path and query, with scheme and host as the client sees them.
        headers: with names in lower case, each once.
    """
    found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if found is None or headers.get("x-amz-security-token") != credentials.token:
        return False
    scope, date, region, service, names, signature = found.groups()
    timestamp = headers.get("x-amz-date", "")
    if timestamp[:8] != date or not _is_near(timestamp) or not _covers(names.split(";"), headers):
        return False
    auth = (S3SigV4Auth if service == "s3" else SigV4Auth)(credentials, service, region)
    signed = {name: headers[name] for name in names.split(";")}
    request = AWSRequest(method=method, url=url, headers=signed, data=body)
    request.context["timestamp"] = timestamp
    text = auth.string_to_sign(request, auth.canonical_request(request))
    wanted = auth.scope(request), auth.signed_headers(auth.headers_to_sign(request))
    return (scope, names) == wanted and signature == auth.signature(text, request)


def _covers(names: list[str], headers: Mapping[str, str]) -> bool:
    """AWS wants the host and every header of its own to be signed."""
    wanted = {name for name in headers if name.startswith("x-amz-")} | {"host"}
    return wanted <= set(names) <= set(headers)


def _is_near(timestamp: str) -> bool:
    try:
        then = datetime.strptime(timestamp, SIGV4_TIMESTAMP).replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(datetime.now(UTC) - then) < _SKEW
