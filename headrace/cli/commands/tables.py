"""The verb tables: which tables there are, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import click

from headrace.cli.connection import CONNECTION, Connection
from headrace.cli.options import AS_JSON
from headrace.cli.report_view import show_json
from headrace.cli.rows_view import Row, show_rows

if TYPE_CHECKING:
    from headrace import TableSummary

_TITLES = ("table", "items", "bytes", "billing", "keys", "indexes", "status")
_BILLING = {"PAY_PER_REQUEST": "on demand", "PROVISIONED": "provisioned"}


@click.command(
    "tables",
    help="List the tables of the account in this region, or those whose names are like PATTERN, such as "
    "'orders-*'. Items and bytes are as DynamoDB counted them, some hours ago.",
    params=[
        click.Argument(["pattern"], default="*", metavar="[PATTERN]"),
        AS_JSON,
        *CONNECTION,
    ],
)
def tables(pattern: str, is_json: bool, **given: Any) -> None:
    manager = Connection.of(given).manager
    names = [name for name in manager.list_tables() if fnmatchcase(name, pattern)]
    found = (manager.summarize_table(name) for name in names)
    if is_json:
        show_json(list(map(asdict, found)))
    else:
        show_rows(_TITLES, _rows(found))


def _rows(found: Iterator[TableSummary]) -> Iterator[Row]:
    for one in found:
        keys = ", ".join(f"{key.name}:{key.type}" for key in one.keys)
        billing = _BILLING[one.billing_mode]
        yield [one.name, one.items, one.bytes, billing, keys, ", ".join(one.indexes), one.status]
