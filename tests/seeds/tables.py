"""Tables for examples that people know, each with a name of its own: where the real service, or Amazon's
DynamoDB Local, is shared with others, theirs are left alone."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.contract.behind import moto_behind_a_socket

REGION = "us-east-1"
LOCAL = os.environ.get("HEADRACE_DYNAMODB_LOCAL")
SERVICES = ["moto", *(["local"] if LOCAL else [])]


@dataclass(frozen=True, slots=True)
class Service:
    dynamodb: Any

    @contextmanager
    def table(self, code: str, name: str, key: str = "id") -> Iterator[tuple[str, str]]:
        """A table with the partition key `key`, a text; gives the code with the table's own name in it, and
        that name."""
        own = f"{name}-{uuid.uuid4().hex[:8]}"
        self.dynamodb.create_table(
            TableName=own,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield code.replace(f'"{name}"', f'"{own}"'), own
        self.dynamodb.delete_table(TableName=own)

    def count(self, table: str) -> int:
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=table, Select="COUNT")
        return sum(page["Count"] for page in pages)


@contextmanager
def service(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """
    Args:
        name: one of SERVICES.
    """
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    untyped: Any = boto3
    with contextlib.ExitStack() as stack:
        if name == "moto":
            stack.enter_context(mock_aws())
        url = LOCAL if name == "local" else stack.enter_context(moto_behind_a_socket())
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url or "")
        yield Service(untyped.client("dynamodb", region_name=REGION, endpoint_url=url))
