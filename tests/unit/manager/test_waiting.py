"""Waiting: until a table and its indexes can be used, or the table is gone, or time is up."""

from __future__ import annotations

import pytest

from headrace import TableNotFoundError, TransientError
from tests.fakes import FakeClock
from tests.unit.manager.clients import ScriptedClient, described, manager_of, refusal

MISSING = refusal("ResourceNotFoundException")
CREATING = described(TableStatus="CREATING")
INDEXING = described(GlobalSecondaryIndexes=[{"IndexName": "by-city", "IndexStatus": "CREATING"}])
ACTIVE = described()


def test_a_table_is_active_when_its_indexes_are() -> None:
    client = ScriptedClient(CREATING, INDEXING, INDEXING, ACTIVE)
    assert manager_of(client).wait_until_active("orders") == ACTIVE["Table"]
    assert len(client.calls) == 4


def test_what_is_not_active_in_time_is_told() -> None:
    clock = FakeClock()
    started = clock.now()
    with pytest.raises(
        TransientError, match=r"after 60 seconds: the table is ACTIVE, index 'by-city' is CREA"
    ):
        manager_of(ScriptedClient(INDEXING), clock).wait_until_active("orders", timeout=60)
    assert 60 <= clock.now() - started < 66


def test_a_table_that_is_not_there_is_not_waited_for() -> None:
    with pytest.raises(TableNotFoundError):
        manager_of(ScriptedClient(MISSING)).wait_until_active("orders")


def test_a_table_that_was_just_made_may_be_seen_a_little_later() -> None:
    client = ScriptedClient({}, MISSING, CREATING, ACTIVE)
    assert manager_of(client).create_table_with_indexes("orders", "id") == ACTIVE["Table"]


def test_a_table_is_deleted_when_it_is_gone() -> None:
    client = ScriptedClient(ACTIVE, {}, ACTIVE, MISSING)
    manager_of(client).delete_table("orders")
    assert [method for method, _ in client.calls][1:] == ["delete_table", "describe_table", "describe_table"]


def test_a_table_that_does_not_go_is_told() -> None:
    with pytest.raises(TransientError, match="still being deleted after 900 seconds"):
        manager_of(ScriptedClient(ACTIVE)).delete_table("orders")


def test_without_waiting_a_table_is_made_and_deleted_by_one_call() -> None:
    client = ScriptedClient({"TableDescription": {"TableStatus": "CREATING"}})
    made = manager_of(client).create_table_with_indexes("orders", "id", wait=False)
    assert made == {"TableStatus": "CREATING"}
    assert len(client.calls) == 1
