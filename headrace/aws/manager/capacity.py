"""Capacity of tables and their global indexes: see it, raise it, lower it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headrace.aws.manager.keys import check_one_of
from headrace.aws.manager.summary import Capacity, TableSummary, summary_of
from headrace.aws.manager.throughput import BILLING_MODES, BillingMode, throughput
from headrace.aws.manager.waiting import WaitMethods
from headrace.errors import RequestInvalidError
from headrace.job.problems import Problems, child, seen

_NAMES = ("read_capacity", "write_capacity")
Units = tuple[int | None, int | None]
"""Read and write units a second; None: as they are."""


class CapacityMethods(WaitMethods):
    def summarize_table(self, table_name: str) -> TableSummary:
        """Size, billing and capacity of a table and its global indexes.

        Raises TableNotFoundError, TableAccessError.

        >>> summary = manager.summarize_table("Users")
        >>> summary.billing_mode, summary.capacities[0].read
        ('PAY_PER_REQUEST', None)
        """
        return summary_of(self._describe(table_name))

    def update_capacity(
        self,
        table_name: str,
        read_capacity: int | None = None,
        write_capacity: int | None = None,
        *,
        indexes: Mapping[str, Units] | None = None,
        billing_mode: BillingMode | None = None,
        wait: bool = True,
    ) -> TableSummary:
        """Changes how a table is billed, or the units a second that it and its global indexes take.

        Args:
            read_capacity, write_capacity: of the table; None: as they are.
            indexes: `(read, write)` by the names of indexes; those that are not there stay as they are.
                Where the table comes to be provisioned, they get the table's units.
            billing_mode: PAY_PER_REQUEST or PROVISIONED; None: as it is.
            wait: False: return at once; the change is still being made.

        Returns:
            What there is now. Where nothing is to be changed, DynamoDB is not asked to.

        Raises:
            RequestInvalidError: all mistakes in the arguments, at once.
            LimitReachedError: capacity was lowered too often today (four times, and once an hour after
                that), or the billing mode was changed too often; raising it is always possible.

        >>> manager.update_capacity("Users", 5, 10, billing_mode="PROVISIONED").capacities[0].write
        10
        """
        now = summary_of(self._describe(table_name))
        problems = Problems(RequestInvalidError)
        request = _request(now, (read_capacity, write_capacity), indexes or {}, billing_mode, problems)
        problems.raise_if_any()
        if not request:
            return now
        answer = self._call("update_table", table_name, TableName=table_name, **request)
        return summary_of(self._until_active(table_name) if wait else answer["TableDescription"])

    def warm_table(
        self,
        table_name: str,
        read: int | None = None,
        write: int | None = None,
        *,
        index_name: str | None = None,
        wait: bool = True,
    ) -> TableSummary:
        """Makes a table, or a global index of it, ready to take so many units a second at once.

        DynamoDB charges for it, once. What a table is warm for is only ever raised.

        Args:
            read, write: units a second; None: as they are.
            wait: False: return at once; the table is still being warmed.

        Returns:
            What there is now.

        >>> manager.warm_table("Users", write=8_000, wait=False).name
        'Users'
        """
        now = summary_of(self._describe(table_name))
        problems = Problems(RequestInvalidError)
        request = _warming(now, index_name, read, write, problems)
        problems.raise_if_any()
        answer = self._call("update_table", table_name, TableName=table_name, **request)
        return summary_of(self._until_active(table_name) if wait else answer["TableDescription"])


def _warming(
    now: TableSummary, index: str | None, read: int | None, write: int | None, problems: Problems
) -> dict[str, Any]:
    known = {one.index: one for one in now.capacities}
    if index not in known:
        problems.add("index_name", seen(index), ", ".join(name for name in known if name) or "none")
        return {}
    if read is None and write is None:
        problems.add("read, write", "are both missing", "one of them, or both")
    found = known[index]
    units = {
        "ReadUnitsPerSecond": _raised("read", read, found.warm_read, problems),
        "WriteUnitsPerSecond": _raised("write", write, found.warm_write, problems),
    }
    warm = {"WarmThroughput": {name: value for name, value in units.items() if value is not None}}
    if index is None:
        return warm
    return {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": index, **warm}}]}


def _raised(at: str, units: int | None, now: int | None, problems: Problems) -> int | None:
    """DynamoDB wants both numbers where it has both."""
    if units is not None and units < (now or 1):
        problems.add(at, seen(units), f"{now or 1} or more, as what is warm does not get cold")
    return now if units is None else units


def _request(
    now: TableSummary,
    table: Units,
    indexes: Mapping[str, Units],
    billing_mode: BillingMode | None,
    problems: Problems,
) -> dict[str, Any]:
    """Only what changes: DynamoDB refuses to change capacity to what it is."""
    mode = billing_mode or now.billing_mode
    check_one_of(mode, BILLING_MODES, "billing_mode", problems)
    known = [one.index for one in now.capacities if one.index]
    for name in [name for name in indexes if name not in known]:
        problems.add(child("indexes", name), "there is no such index", ", ".join(known) or "none")
    request: dict[str, Any] = {"BillingMode": mode} if mode != now.billing_mode else {}
    updates = []
    for one in now.capacities:
        asked = table if one.index is None else indexes.get(one.index, (None, None))
        changed = _changed(one, asked, table, mode, problems)
        if one.index is None:
            request |= changed
        elif changed:
            updates.append({"Update": {"IndexName": one.index, **changed}})
    return request | ({"GlobalSecondaryIndexUpdates": updates} if updates else {})


def _changed(now: Capacity, asked: Units, of_table: Units, mode: str, problems: Problems) -> dict[str, Any]:
    units = asked
    if mode == "PROVISIONED":
        units = _first(asked[0], now.read, of_table[0]), _first(asked[1], now.write, of_table[1])
        if None not in units and units == (now.read, now.write):
            return {}
    names = [name if now.index is None else f"{child('indexes', now.index)}: {name}" for name in _NAMES]
    return throughput(dict(zip(names, units, strict=True)), mode, problems)


def _first(*units: int | None) -> int | None:
    return next((one for one in units if one is not None), None)
