"""Where the examples run: over moto, and over a real endpoint where there is one."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from moto import mock_aws

from headrace import DynamoDBManager

_LOCAL = os.environ.get("HEADRACE_DYNAMODB_LOCAL")


@pytest.fixture(params=["moto", *(["local"] if _LOCAL else [])])
def endpoint(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str | None]:
    """The endpoint to give a manager; there are no tables, before and after."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    if request.param == "moto":
        with mock_aws():
            yield None
        return
    yield _LOCAL
    manager = DynamoDBManager(region_name="us-east-1", endpoint_url=_LOCAL)
    for table in manager.list_tables():
        manager.delete_table(table)
