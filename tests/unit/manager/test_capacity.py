"""Capacity: only what changes is asked for, and what DynamoDB would refuse is told before."""

from __future__ import annotations

from typing import Any

import pytest

from headrace import Capacity, LimitReachedError, RequestInvalidError
from headrace.aws.manager.summary import summary_of
from tests.unit.manager.clients import ScriptedClient, described, manager_of, refusal


def units(read: int, write: int, **more: int) -> dict[str, Any]:
    return {"ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write, **more}}


INDEX = {
    "IndexName": "by-city",
    "IndexStatus": "ACTIVE",
    "KeySchema": [{"AttributeName": "at", "KeyType": "HASH"}],
}
PROVISIONED = described(**units(5, 6, NumberOfDecreasesToday=2), GlobalSecondaryIndexes=[INDEX | units(7, 8)])
ON_DEMAND = described(
    BillingModeSummary={"BillingMode": "PAY_PER_REQUEST"},
    **units(0, 0),
    GlobalSecondaryIndexes=[INDEX | units(0, 0)],
    OnDemandThroughput={"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": 100},
    WarmThroughput={"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000},
    ItemCount=3,
    TableSizeBytes=99,
)


def asked(now: dict[str, Any], *capacities: int, **more: Any) -> dict[str, Any] | None:
    """What DynamoDB is asked to change."""
    client = ScriptedClient(now)
    manager_of(client).update_capacity("orders", *capacities, **more)
    changes = [request for method, request in client.calls if method == "update_table"]
    assert len(changes) < 2
    return {name: value for name, value in changes[0].items() if name != "TableName"} if changes else None


def of_index(read: int, write: int) -> list[dict[str, Any]]:
    return [{"Update": {"IndexName": "by-city", **units(read, write)}}]


def test_a_table_on_demand_tells_its_limits_and_what_it_is_warm_for() -> None:
    found = summary_of(ON_DEMAND["Table"])
    assert (found.billing_mode, found.items, found.bytes) == ("PAY_PER_REQUEST", 3, 99)
    assert found.capacities == (
        Capacity(None, "ACTIVE", None, None, None, 100, 12000, 4000),
        Capacity("by-city", "ACTIVE", None, None, None, None, None, None),
    )


def test_a_provisioned_table_tells_its_units_and_those_of_its_indexes() -> None:
    found = summary_of(PROVISIONED["Table"])
    assert [(one.read, one.write) for one in found.capacities] == [(5, 6), (7, 8)]
    assert found.decreases_today == 2


def test_one_unit_is_changed_and_the_other_stays() -> None:
    assert asked(PROVISIONED, 50) == units(50, 6)
    assert asked(PROVISIONED, indexes={"by-city": (None, 80)}) == {
        "GlobalSecondaryIndexUpdates": of_index(7, 80)
    }


def test_what_is_so_already_is_not_asked_for() -> None:
    assert asked(PROVISIONED, 5, 6, indexes={"by-city": (7, 8)}, billing_mode="PROVISIONED") is None
    assert asked(PROVISIONED, 5, 7, indexes={"by-city": (7, 8)}) == units(5, 7)


def test_a_table_that_comes_to_be_provisioned_gives_its_units_to_its_indexes() -> None:
    assert asked(ON_DEMAND, 10, 20, billing_mode="PROVISIONED") == {
        "BillingMode": "PROVISIONED",
        **units(10, 20),
        "GlobalSecondaryIndexUpdates": of_index(10, 20),
    }


def test_a_table_that_comes_to_be_on_demand_needs_no_units() -> None:
    assert asked(PROVISIONED, billing_mode="PAY_PER_REQUEST") == {"BillingMode": "PAY_PER_REQUEST"}


@pytest.mark.parametrize(
    ("now", "given", "problems"),
    [
        (ON_DEMAND, {"read_capacity": 5}, ["read_capacity: 5; allowed: no capacity"]),
        (
            ON_DEMAND,
            {"billing_mode": "PROVISIONED"},
            ["read_capacity: null", "write_capacity: null", "indexes.by-city: read_capacity: null"],
        ),
        (
            PROVISIONED,
            {"read_capacity": 0, "indexes": {"by-town": (1, 1), "by-city": (-1, None)}},
            ["indexes.by-town: there is no such", "read_capacity: 0", "indexes.by-city: read_capacity: -1"],
        ),
    ],
)
def test_all_mistakes_are_told_at_once(
    now: dict[str, Any], given: dict[str, Any], problems: list[str]
) -> None:
    with pytest.raises(RequestInvalidError) as caught:
        asked(now, **given)
    assert [problem in text for problem, text in zip(problems, caught.value.problems, strict=False)] == [
        True
    ] * len(problems)


def test_a_decrease_too_many_is_told() -> None:
    error = refusal("LimitExceededException", "Provisioned throughput decreases are limited")
    with pytest.raises(LimitReachedError, match="decreases are limited"):
        manager_of(ScriptedClient(PROVISIONED, error)).update_capacity("orders", 1)


def test_a_change_waits_until_table_and_indexes_are_active() -> None:
    changing = described(
        **units(5, 6), GlobalSecondaryIndexes=[{**INDEX, "IndexStatus": "UPDATING", **units(7, 8)}]
    )
    client = ScriptedClient(PROVISIONED, {}, changing, changing, PROVISIONED)
    manager_of(client).update_capacity("orders", 50)
    assert [method for method, _ in client.calls] == [
        "describe_table",
        "update_table",
        *["describe_table"] * 3,
    ]
