"""A table's definition: all that is wrong is told at once, and the rest is as DynamoDB wants it."""

from __future__ import annotations

from typing import Any

import pytest

from headrace import RequestInvalidError
from tests.unit.manager.clients import ScriptedClient, described, manager_of

ACTIVE = {"TableDescription": {"TableName": "orders"}, **described()}


def created(*keys: str, **given: Any) -> dict[str, Any]:
    client = ScriptedClient(ACTIVE)
    manager_of(client).create_table_with_indexes("orders", *keys, **given)
    return client.calls[0][1]


def problems(*keys: Any, **given: Any) -> list[str]:
    client = ScriptedClient(ACTIVE)
    with pytest.raises(RequestInvalidError) as caught:
        manager_of(client).create_table_with_indexes("orders", *keys, **given)
    assert client.calls == []
    return list(caught.value.problems)


def test_a_table_with_all_there_is() -> None:
    request = created(
        "id",
        "at",
        sort_key_type="N",
        billing_mode="PROVISIONED",
        read_capacity=5,
        write_capacity=6,
        global_secondary_indexes=[
            {"IndexName": "by-city", "PartitionKey": "city", "SortKey": "at", "SortKeyType": "N"},
            {
                "IndexName": "by-raw",
                "PartitionKey": "raw",
                "PartitionKeyType": "B",
                "ProjectionType": "INCLUDE",
                "NonKeyAttributes": ["name"],
                "ReadCapacity": 7,
                "WriteCapacity": 8,
            },
        ],
        local_secondary_indexes=[
            {"IndexName": "by-size", "SortKey": "size", "SortKeyType": "N", "ProjectionType": "KEYS_ONLY"}
        ],
        stream_enabled=True,
        stream_view_type="NEW_IMAGE",
        deletion_protection=True,
        tags={"team": "north"},
    )
    assert request == {
        "TableName": "orders",
        "KeySchema": keys("id", "at"),
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind}
            for name, kind in {"id": "S", "at": "N", "city": "S", "raw": "B", "size": "N"}.items()
        ],
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": units(5, 6),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-city",
                "KeySchema": keys("city", "at"),
                "Projection": {"ProjectionType": "ALL"},
                "ProvisionedThroughput": units(5, 6),
            },
            {
                "IndexName": "by-raw",
                "KeySchema": keys("raw"),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["name"]},
                "ProvisionedThroughput": units(7, 8),
            },
        ],
        "LocalSecondaryIndexes": [
            {
                "IndexName": "by-size",
                "KeySchema": keys("id", "size"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        "DeletionProtectionEnabled": True,
        "Tags": [{"Key": "team", "Value": "north"}],
    }


def keys(*names: str) -> list[dict[str, str]]:
    roles = ("HASH", "RANGE")
    return [{"AttributeName": name, "KeyType": role} for name, role in zip(names, roles, strict=False)]


def units(read: int, write: int) -> dict[str, int]:
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def test_a_table_with_only_a_key_is_on_demand() -> None:
    assert created("id") == {
        "TableName": "orders",
        "KeySchema": keys("id"),
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }


def test_all_mistakes_are_told_at_once() -> None:
    found = problems(
        "",
        partition_key_type="X",
        billing_mode="FREE",
        global_secondary_indexes=[
            {"IndexName": "a", "PartitionKey": "city", "ProjectionType": "INCLUDE", "Name": "x"},
            5,
        ],
        local_secondary_indexes=[{"IndexName": "by-size"}],
        stream_view_type="ALL",
        ttl_attribute="expires",
        wait=False,
    )
    assert [problem.partition(";")[0] for problem in found] == [
        'billing_mode: "FREE"',
        'stream_view_type: "ALL"',
        "wait: false",
        'partition_key (type): "X"',
        'partition_key: ""',
        "global_secondary_indexes[0].Name: is not known",
        'global_secondary_indexes[0].IndexName: "a"',
        "global_secondary_indexes[0].NonKeyAttributes: null",
        "global_secondary_indexes[1]: 5",
        "local_secondary_indexes: the table has no sort key",
        "local_secondary_indexes[0].SortKey: null",
    ]


def test_an_attribute_has_one_type_in_all_keys() -> None:
    index = {"IndexName": "by-at", "PartitionKey": "at", "PartitionKeyType": "N"}
    (problem,) = problems("id", "at", global_secondary_indexes=[index])
    assert "global_secondary_indexes[0].PartitionKey: 'at' is of type N here and S elsewhere" in problem


@pytest.mark.parametrize("units", [{}, {"read_capacity": 5}, {"read_capacity": 0, "write_capacity": True}])
def test_a_provisioned_table_has_both_capacities(units: dict[str, Any]) -> None:
    assert "allowed: a whole number" in problems("id", billing_mode="PROVISIONED", **units)[-1]


def test_a_table_on_demand_has_no_capacity() -> None:
    index = {"IndexName": "by-city", "PartitionKey": "city"}
    (problem,) = problems("id", read_capacity=5, global_secondary_indexes=[index])
    assert problem == "read_capacity: 5; allowed: no capacity with billing_mode PAY_PER_REQUEST"


def test_an_index_has_a_name_of_its_own() -> None:
    index = {"IndexName": "twice", "PartitionKey": "city"}
    (problem,) = problems("id", global_secondary_indexes=[index, index])
    assert '[1].IndexName: "twice" is there twice' in problem


def test_a_table_has_at_most_five_local_indexes() -> None:
    indexes = [{"IndexName": f"by-{name}", "SortKey": name} for name in "abcdef"]
    (problem,) = problems("id", "at", local_secondary_indexes=indexes)
    assert "6 of them; allowed: at most 5" in problem
