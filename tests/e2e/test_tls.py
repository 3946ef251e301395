"""The stack's resources refuse plain HTTP, also to whoever may do everything."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e.stack import Stack

pytestmark = pytest.mark.usefixtures("enforced")

ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

REQUESTS: dict[str, tuple[str, Callable[[Stack, Any], Any]]] = {
    "list the bucket": ("s3", lambda stack, s3: s3.list_objects_v2(Bucket=stack.bucket)),
    "put an object": ("s3", lambda stack, s3: s3.put_object(Bucket=stack.bucket, Key="x", Body=b"")),
    "send to the write queue": (
        "sqs",
        lambda stack, sqs: sqs.send_message(QueueUrl=stack.write_queue, MessageBody="x", DelaySeconds=900),
    ),
    "receive from the dead-letter queue": (
        "sqs",
        lambda stack, sqs: sqs.receive_message(QueueUrl=stack.dead_letter_queue),
    ),
}


@pytest.fixture(scope="module")
def access_key(stack: Stack) -> tuple[str, str]:
    """Of a user who may do everything."""
    stack.iam.create_user(UserName="e2e")
    stack.iam.put_user_policy(UserName="e2e", PolicyName="All", PolicyDocument=json.dumps(ALL))
    key = stack.iam.create_access_key(UserName="e2e")["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def _say_http(request: Any, **_: Any) -> None:
    """As a proxy that ends TLS tells those behind it."""
    request.headers["X-Forwarded-Proto"] = "http"


@pytest.mark.parametrize("name", REQUESTS)
def test_plain_http_is_denied(stack: Stack, access_key: tuple[str, str], name: str) -> None:
    service, request = REQUESTS[name]
    client = stack.emulator.client(service, *access_key)
    request(stack, client)
    client.meta.events.register("before-send", _say_http)
    with pytest.raises(ClientError, match="AccessDenied"):
        request(stack, client)
