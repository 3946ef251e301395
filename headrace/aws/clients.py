"""Clients of AWS, made when they are first needed."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

_session: Any = boto3
"""Untyped, as the stubs know services only by their literal names."""


@cache
def client(service: str) -> Any:
    """A client that retries what the network spoils."""
    return _session.client(service, config=Config(retries={"mode": "standard", "total_max_attempts": 5}))


@cache
def table_client() -> Any:
    """A client for users' tables that does not retry: its caller has to know each throttling."""
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 1},
        connect_timeout=3,
        read_timeout=15,
        tcp_keepalive=True,
    )
    return _session.client("dynamodb", config=config)
