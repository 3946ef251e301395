"""A function's environment as a value, checked before the handler runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headrace import names
from headrace.errors import SettingError


@dataclass(frozen=True, slots=True)
class Settings:
    """`tables`, `queues`, `roles`: patterns of what the stack may touch, or as whom. `scan_table`,
    `scan_queue_url`: of the events that name neither."""

    bucket: str
    write_queue_url: str
    ledger_table: str
    tables: tuple[str, ...]
    retention_days: int
    stall_seconds: int
    queues: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    scan_table: str | None = None
    scan_queue_url: str | None = None


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Raises SettingError with all that is missing or no number."""
    problems: list[str] = []

    def text(name: str) -> str:
        if not environment.get(name):
            problems.append(f"the environment variable {name} is missing: deploy the stack again")
        return environment.get(name, "")

    def number(name: str) -> int:
        value = text(name)
        if value and not value.isdecimal():
            problems.append(f"the environment variable {name} is {value!r}; allowed: a whole number")
        return int(value) if value.isdecimal() else 0

    settings = Settings(
        bucket=text(names.ENV_BUCKET),
        write_queue_url=text(names.ENV_WRITE_QUEUE_URL),
        ledger_table=text(names.ENV_LEDGER_TABLE),
        tables=_listed(text(names.ENV_TABLES)),
        retention_days=number(names.ENV_RETENTION_DAYS),
        stall_seconds=number(names.ENV_STALL_SECONDS),
        queues=_listed(environment.get(names.ENV_QUEUES, "")),
        roles=_listed(environment.get(names.ENV_ROLES, "")),
        scan_table=environment.get(names.ENV_SCAN_TABLE) or None,
        scan_queue_url=environment.get(names.ENV_SCAN_QUEUE_URL) or None,
    )
    if problems:
        raise SettingError(problems)
    return settings


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
