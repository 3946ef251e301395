"""What AWS charges, from one dated file; another region's from a file of one's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from headrace.errors import SettingError

PER_MILLION: Final = (
    "write_units", "read_units", "sqs_requests", "lambda_gb_seconds", "lambda_calls", "transitions",
    "s3_reads", "s3_writes", "log_kilobytes",
)  # fmt: skip
PER_HOUR: Final = ("provisioned_write_unit", "provisioned_read_unit")
_TEXTS: Final = ("region", "date", "currency")


@dataclass(frozen=True, slots=True)
class Prices:
    """In `currency`, as of `date`, in `region`. `per_million`, `per_hour`: by the names in `PER_MILLION` and
    `PER_HOUR`."""

    region: str
    date: str
    currency: str
    per_million: Mapping[str, float]
    per_hour: Mapping[str, float]

    def of(self, kind: str, amount: float) -> float:
        """
        Args:
            kind: one of `PER_MILLION`.
        """
        return amount * self.per_million[kind] / 1e6

    def hourly(self, read: int, write: int) -> float:
        """Of so many provisioned units."""
        return read * self.per_hour["provisioned_read_unit"] + write * self.per_hour["provisioned_write_unit"]


def read_prices(path: Path | None = None) -> Prices:
    """
    Args:
        path: None: the file that comes with Headrace.

    Raises SettingError with all that is wrong with the file.
    """
    text = path.read_text() if path else (files(__package__) / "prices.json").read_text()
    try:
        found = json.loads(text)
    except ValueError as error:
        raise SettingError([f"{path}: is no JSON: {error}"]) from error
    if problems := list(_problems(found)):
        raise SettingError([f"{path}: {problem}" for problem in problems])
    return Prices(
        **{name: found[name] for name in _TEXTS},
        per_million=found["per_million"],
        per_hour=found["per_hour"],
    )


def _problems(found: Any) -> list[str]:
    if not isinstance(found, dict):
        return ["is no JSON object; copy headrace/prices.json and change its numbers"]
    wrong = [f"{name} is no text" for name in _TEXTS if not isinstance(found.get(name), str)]
    for group, names in (("per_million", PER_MILLION), ("per_hour", PER_HOUR)):
        given = found.get(group)
        prices = given if isinstance(given, dict) else {}
        wrong += [f"{group}.{name} is no price" for name in names if not _is_price(prices.get(name))]
    return wrong


def _is_price(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
