"""What all parts of the manager share: its clients, its clock, and what it knows of tables."""

from __future__ import annotations

import random
from functools import cached_property
from typing import Any

import boto3

from headrace.aws.clients import table_client
from headrace.aws.errors import MINE, credential_errors
from headrace.aws.manager.calls import Calls
from headrace.aws.tables import DynamoTables
from headrace.clock import SystemClock
from headrace.errors import RequestInvalidError
from headrace.job.problems import Problems, seen
from headrace.ports import Clock


class ManagerBase:
    """See DynamoDBManager."""

    def __init__(
        self,
        region_name: str | None = None,
        endpoint_url: str | None = None,
        profile_name: str | None = None,
        *,
        session: boto3.Session | None = None,
        max_tries: int = 10,
        batch_patience: float = 60.0,
        clock: Clock | None = None,
        rng: random.Random | None = None,
    ) -> None:
        _check(region_name, endpoint_url, profile_name, session, max_tries)
        self._endpoint = endpoint_url
        self._clock = clock or SystemClock()
        self._rng = rng or random.Random()
        self._batch_patience = batch_patience
        self._max_tries = max_tries
        with credential_errors():
            self._session: Any = session or boto3.Session(profile_name=profile_name, region_name=region_name)
            client = table_client(self._session.client, endpoint_url)
        self._call = Calls(client, self._clock, self._rng, max_tries)

    @cached_property
    def _tables(self) -> DynamoTables:
        """For batches, which go over the wire as they are."""
        return DynamoTables(table_client(self._session.client, self._endpoint), MINE)

    def _describe(self, table: str) -> dict[str, Any]:
        found: dict[str, Any] = self._call("describe_table", table, repeatable=True, TableName=table)["Table"]
        return found

    def _key_names(self, table: str) -> list[str]:
        """Partition key first."""
        schema = self._describe(table)["KeySchema"]
        return [key["AttributeName"] for key in sorted(schema, key=lambda key: str(key["KeyType"]))]


def _check(
    region_name: str | None,
    endpoint_url: str | None,
    profile_name: str | None,
    session: boto3.Session | None,
    max_tries: int,
) -> None:
    problems = Problems(RequestInvalidError)
    if session and (region_name or profile_name):
        problems.add("session", "is there beside region_name or profile_name", "a session, or these")
    if endpoint_url is not None and not endpoint_url.startswith(("http://", "https://")):
        problems.add("endpoint_url", seen(endpoint_url), "a URL such as http://localhost:8000")
    if max_tries < 1:
        problems.add("max_tries", seen(max_tries), "1 or more")
    problems.raise_if_any()
