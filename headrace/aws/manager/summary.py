"""What a table and its indexes hold and may take, in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from headrace.aws.tables import keys_of
from headrace.ports import KeyAttribute

_FREE_DECREASES = 4
_BETWEEN_DECREASES = timedelta(hours=1)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""DynamoDB Local's word for it."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """Units a second of a table or of a global index.

    `index`: None for the table itself. `read`, `write`: provisioned; None: on demand. `most_read`,
    `most_write`: the limits set for on demand; None: there are none. `warm_read`, `warm_write`: what it
    takes at once; None: DynamoDB does not tell. `decreases_today`: how often what is provisioned was
    lowered, since midnight in UTC; `last_decrease`: when, the last time.
    """

    index: str | None
    status: str
    read: int | None
    write: int | None
    most_read: int | None
    most_write: int | None
    warm_read: int | None
    warm_write: int | None
    decreases_today: int = 0
    last_decrease: datetime | None = None

    def decreases_left(self, now: datetime) -> int:
        """How often it may be lowered right now: four times a day, and once more where it was not lowered
        for an hour. Source: Amazon DynamoDB Developer Guide, "Quotas", decreasing provisioned throughput."""
        rested = self.last_decrease is None or now - self.last_decrease >= _BETWEEN_DECREASES
        return max(_FREE_DECREASES - self.decreases_today, 1 if rested else 0)


@dataclass(frozen=True, slots=True)
class TableSummary:
    """`items` and `bytes` are some hours old. `billing_mode`: PAY_PER_REQUEST or PROVISIONED.
    `keys`: the table's own, partition key first. `indexes`: names, also of local ones. `capacities`: the
    table's first, then those of its global indexes."""

    name: str
    status: str
    items: int
    bytes: int
    billing_mode: str
    deletion_protection: bool
    decreases_today: int
    """Of the table's provisioned capacity; DynamoDB allows four, and one more an hour after that."""
    capacities: tuple[Capacity, ...]
    keys: tuple[KeyAttribute, ...] = ()
    indexes: tuple[str, ...] = ()


def summary_of(table: Mapping[str, Any]) -> TableSummary:
    """
    Args:
        table: as DescribeTable gives it.
    """
    keys = sorted(keys_of(table), key=lambda key: key.role)
    indexes = table.get("GlobalSecondaryIndexes") or []
    mode = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    return TableSummary(
        name=table["TableName"],
        status=table["TableStatus"],
        items=table.get("ItemCount", 0),
        bytes=table.get("TableSizeBytes", 0),
        billing_mode=mode,
        deletion_protection=table.get("DeletionProtectionEnabled", False),
        decreases_today=table.get("ProvisionedThroughput", {}).get("NumberOfDecreasesToday", 0),
        capacities=(
            _capacity(table, None, table["TableStatus"], mode),
            *(_capacity(index, index["IndexName"], index["IndexStatus"], mode) for index in indexes),
        ),
        keys=tuple(key for key in keys if key.index is None),
        indexes=tuple(dict.fromkeys(key.index for key in keys if key.index is not None)),
    )


def _capacity(found: Mapping[str, Any], index: str | None, status: str, mode: str) -> Capacity:
    provisioned = found.get("ProvisionedThroughput", {}) if mode == "PROVISIONED" else {}
    most, warm = found.get("OnDemandThroughput", {}), found.get("WarmThroughput", {})
    return Capacity(
        index,
        status,
        provisioned.get("ReadCapacityUnits"),
        provisioned.get("WriteCapacityUnits"),
        _limit(most.get("MaxReadRequestUnits")),
        _limit(most.get("MaxWriteRequestUnits")),
        warm.get("ReadUnitsPerSecond"),
        warm.get("WriteUnitsPerSecond"),
        provisioned.get("NumberOfDecreasesToday", 0),
        _time(provisioned.get("LastDecreaseDateTime")),
    )


def _limit(units: int | None) -> int | None:
    """DynamoDB's -1 is no limit."""
    return None if units == -1 else units


def _time(found: datetime | None) -> datetime | None:
    return None if found == _NEVER else found
