"""Provisioned read and write units of a table or an index, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from headrace.job.problems import Problems, seen

BillingMode = Literal["PAY_PER_REQUEST", "PROVISIONED"]
BILLING_MODES = ("PAY_PER_REQUEST", "PROVISIONED")


def throughput(units: Mapping[str, int | None], billing_mode: str, problems: Problems) -> dict[str, Any]:
    """The parameter `ProvisionedThroughput` of a request, where there is one to give.

    Args:
        units: read and write units, by what problems call them.
    """
    if billing_mode != "PROVISIONED":
        for at, number in units.items():
            if number is not None:
                problems.add(at, seen(number), "no capacity with billing_mode PAY_PER_REQUEST")
        return {}
    for at, number in units.items():
        if type(number) is not int or number < 1:
            problems.add(at, seen(number), "a whole number from 1 on, with billing_mode PROVISIONED")
    read, write = units.values()
    return {"ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write}}
