"""What scans segments."""

from __future__ import annotations

from headrace.errors import SettingError
from headrace.scanning.scanner import Scanner
from headrace.scanning.sink import UnitLedger
from lambdas.wiring import clock, ledger, queue, rng, settings, store
from lambdas.wiring.places import places


def scanner(units: UnitLedger | None = None) -> Scanner:
    """`units`: keeps the cursors, where that is not the ledger."""
    return Scanner(store(), places(), queue(), units or ledger(), clock, rng, settings().bucket)


def scan_defaults() -> tuple[str, str]:
    """Table and queue of the events that name neither. Raises SettingError."""
    table, url = settings().scan_table, settings().scan_queue_url
    missing = [name for name, value in (("scan_table", table), ("scan_queue_url", url)) if not value]
    if not (table and url):
        raise SettingError([f"the setting {name} is missing: deploy with -c {name}=…" for name in missing])
    return table, url
