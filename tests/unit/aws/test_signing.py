"""The signer signs as botocore does: any body, any second, whoever's credentials, however many threads."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count, cycle
from types import SimpleNamespace
from unittest.mock import patch

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials, ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from headrace.aws.signing import Service, Signer
from tests.fakes import FakeClock

MIDNIGHT = datetime(2026, 12, 31, tzinfo=UTC).timestamp()
SERVICES = (
    Service("dynamodb.eu-west-1.amazonaws.com", "eu-west-1", "dynamodb", "DynamoDB_20120810"),
    Service("sqs.cn-north-1.amazonaws.com.cn", "cn-north-1", "sqs", "AmazonSQS"),
    Service("127.0.0.1:4566", "us-east-1", "dynamodb", "DynamoDB_20120810"),
    Service("[::1]:4566", "us-east-1", "sqs", "AmazonSQS"),
)
_words = st.text("abcXYZ019+/=", min_size=1, max_size=60)
_credentials = st.builds(
    Credentials, _words.map(lambda word: word.replace("/", "")), _words, _words | st.none()
)
_moments = st.floats(MIDNIGHT - 2, MIDNIGHT + 2) | st.floats(0, 4e9)
_requests = st.tuples(
    _moments, st.integers(0, 2), st.sampled_from(["BatchWriteItem", "UpdateItem"]), st.binary(max_size=100)
)


def parts(request: bytes) -> tuple[str, dict[str, str], bytes]:
    """First line, headers by name in lower case, body."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = [line.split(":", 1) for line in lines]
    assert len({name.lower() for name, _ in headers}) == len(headers)
    return first, {name.lower(): value.strip() for name, value in headers}, body


def signed_by_botocore(
    service: Service, operation: str, body: bytes, credentials: ReadOnlyCredentials | Credentials, now: float
) -> dict[str, str]:
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"{service.target}.{operation}",
    }
    request = AWSRequest("POST", f"https://{service.host}/", headers, data=body)
    with patch("botocore.auth.get_current_datetime", lambda: datetime.fromtimestamp(int(now), UTC)):
        SigV4Auth(credentials, service.name, service.region).add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


@given(
    st.sampled_from(SERVICES),
    st.lists(_credentials, min_size=3, max_size=3),
    st.lists(_requests, min_size=1, max_size=12),
)
def test_every_request_is_signed_as_botocore_signs_it(
    service: Service, credentials: list[Credentials], requests: list[tuple[float, int, str, bytes]]
) -> None:
    rotating, clock = SimpleNamespace(), FakeClock()
    signer = Signer(rotating, service, clock.now)
    for now, number, operation, body in requests:
        clock.time, current = now, credentials[number]
        rotating.get_frozen_credentials = current.get_frozen_credentials
        first, headers, sent = parts(signer.request(operation, body))
        wanted = signed_by_botocore(service, operation, body, current, now)
        assert (first, sent) == ("POST / HTTP/1.1", body)
        assert headers == wanted | {"host": service.host, "content-length": str(len(body))}


class Rotating:
    """New credentials each few times that it is asked, with a token or without."""

    def __init__(self) -> None:
        self.all = [
            ReadOnlyCredentials(f"AKID{n}", f"secret{n}", f"token{n}" if n % 2 else None) for n in range(5)
        ]
        self._next: Iterator[ReadOnlyCredentials] = cycle([one for one in self.all for _ in range(3)])

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        return next(self._next)


def test_threads_sign_each_with_one_and_the_same_moment_and_credentials() -> None:
    """While the clock passes midnight and the credentials change."""
    rotating, ticks, service = Rotating(), count(), SERVICES[0]
    signer = Signer(rotating, service, lambda: MIDNIGHT - 100 + next(ticks) / 5)
    by_key = {one.access_key: one for one in rotating.all}

    def check(number: int) -> str:
        operation, body = ("BatchWriteItem", "UpdateItem")[number % 2], str(number).encode()
        _, headers, _ = parts(signer.request(operation, body))
        key = headers["authorization"].partition("Credential=")[2].partition("/")[0]
        date = headers["x-amz-date"]
        then = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        wanted = signed_by_botocore(service, operation, body, by_key[key], then)
        assert headers.items() >= wanted.items()
        assert headers.get("x-amz-security-token") == by_key[key].token
        return date[:8]

    with ThreadPoolExecutor(8) as pool:
        days = set(pool.map(check, range(1000)))
    assert days == {"20261230", "20261231"}
