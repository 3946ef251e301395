"""The verb capacity: what a table and its indexes may take, and changing it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headrace.cli.capacity_change import Change, changed, hourly
from headrace.cli.connection import CONNECTION, Connection
from headrace.cli.options import AS_JSON
from headrace.cli.report_view import show_json
from headrace.cli.rows_view import Row, show_rows
from headrace.cli.waiting import waiting
from headrace.prices import Prices, read_prices

if TYPE_CHECKING:
    from headrace import DynamoDBManager, TableSummary

A_LOT = 1.0
"""More dollars an hour than before, from which on it is asked whether that is meant."""
_TITLES = (
    "of", "status", "read", "write", "most read", "most write", "warm read", "warm write",
    "last lowered", "lowerings left",
)  # fmt: skip
_UNITS = click.IntRange(1)
PRICE_FILE = click.Option(
    ["--price-file"],
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Prices of another region, in the form of headrace/prices.json.",
)

_HELP = """Show the capacity of TABLE and its indexes, or change it and wait until it is changed.

\b
headrace capacity orders
headrace capacity orders --write 2000
headrace capacity orders --index by-city --write 2000
headrace capacity orders --provisioned --read 100 --write 200
headrace capacity orders --on-demand
headrace capacity orders --warm-write 40000

What costs over a dollar more an hour is asked first, and so is warming. Capacity can be lowered four times
a day, and once more after an hour in which it was not.
"""


@click.command(
    "capacity",
    help=_HELP,
    params=[
        click.Argument(["table"], metavar="TABLE"),
        click.Option(["--read"], type=_UNITS, metavar="N", help="Provisioned read units a second."),
        click.Option(["--write"], type=_UNITS, metavar="N", help="Provisioned write units a second."),
        click.Option(["--index"], metavar="NAME", help="Of this index, not of the table."),
        click.Option(["--on-demand", "is_on_demand"], is_flag=True, help="Pay for what is used."),
        click.Option(
            ["--provisioned", "is_provisioned"],
            is_flag=True,
            help="Pay for --read and --write by the hour; indexes get the same.",
        ),
        click.Option(["--warm-read"], type=_UNITS, metavar="N", help="Read units a second it is ready for."),
        click.Option(["--warm-write"], type=_UNITS, metavar="N", help="Write units a second, likewise."),
        click.Option(["--no-wait", "is_detached"], is_flag=True, help="Do not wait until it is changed."),
        click.Option(["--yes", "-y", "is_confirmed"], is_flag=True, help="Do not ask."),
        AS_JSON,
        PRICE_FILE,
        *CONNECTION,
    ],
)
def capacity(table: str, **given: Any) -> None:
    change, prices = _change(given), read_prices(given["price_file"])
    manager = Connection.of(given).manager
    found = manager.summarize_table(table)
    if change.is_of_units or change.warms:
        if not given["is_confirmed"]:
            _confirm(found, change, prices)
        found = _carry_out(manager, table, change, is_patient=not given["is_detached"])
    _show(found, prices, given["is_json"])


def _change(given: Mapping[str, Any]) -> Change:
    """Raises click.UsageError with all options that contradict each other."""
    mode = {"is_on_demand": "PAY_PER_REQUEST", "is_provisioned": "PROVISIONED"}
    modes = [mode[name] for name in mode if given[name]]
    change = Change(
        mode=modes[0] if modes else None,
        **{name: given[name] for name in ("read", "write", "index", "warm_read", "warm_write")},
    )
    units = change.read or change.write
    wrong = {
        "--on-demand and --provisioned are two modes; use one": len(modes) > 1,
        "--on-demand takes no units; leave out --read and --write": given["is_on_demand"] and units,
        "--index is of units; leave out --on-demand and --provisioned": change.index and change.mode,
        "--index changes nothing alone; add --read, --write, --warm-read or --warm-write": change.index
        and not (units or change.warms),
        "--no-wait cannot change units and warm as well; do one after the other": given["is_detached"]
        and change.is_of_units
        and change.warms,
    }
    if problems := [text for text, is_so in wrong.items() if is_so]:
        raise click.UsageError("; ".join(problems))
    return change


def _confirm(now: TableSummary, change: Change, prices: Prices) -> None:
    """Raises click.Abort: the answer was no; click.UsageError: nobody is there to answer."""
    before, after = hourly(now, prices), hourly(changed(now, change), prices)
    questions = [f"That is {_dollars(after, prices)}, now {_dollars(before, prices)}"] * (
        after - before > A_LOT
    )
    questions += ["Warming is charged, once, for the units that are added"] * change.warms
    if not questions:
        return
    if not _is_somebody_there():
        raise click.UsageError(f"{'; '.join(questions)}, and nobody is here to be asked; add --yes")
    click.confirm(f"{'. '.join(questions)}. Go on?", abort=True, err=True)


def _is_somebody_there() -> bool:
    return sys.stdin.isatty()


def _dollars(amount: float, prices: Prices) -> str:
    return f"{amount:,.2f} {prices.currency} an hour"


def _carry_out(manager: DynamoDBManager, table: str, change: Change, is_patient: bool) -> TableSummary:
    with waiting(f"Waiting until {table} is changed", is_patient):
        if change.is_of_units:
            units = change.read, change.write
            of_table, indexes = ((None, None), {change.index: units}) if change.index else (units, {})
            mode: Any = change.mode
            found = manager.update_capacity(
                table, *of_table, indexes=indexes, billing_mode=mode, wait=is_patient
            )
        if change.warms:
            found = manager.warm_table(
                table, change.warm_read, change.warm_write, index_name=change.index, wait=is_patient
            )
    return found


def _show(found: TableSummary, prices: Prices, is_json: bool) -> None:
    if is_json:
        costs = {"per_hour": round(hourly(found, prices), 6), "currency": prices.currency}
        show_json(asdict(found) | costs)
        return
    if found.billing_mode == "PAY_PER_REQUEST":
        click.echo(f"{found.name}: on demand")
    else:
        click.echo(
            f"{found.name}: provisioned, {_dollars(hourly(found, prices), prices)} "
            f"in {prices.region} as of {prices.date}"
        )
    show_rows(_TITLES, _rows(found))


def _rows(found: TableSummary) -> Iterator[Row]:
    now, is_provisioned = datetime.now(UTC), found.billing_mode == "PROVISIONED"
    for one in found.capacities:
        units = one.read, one.write, one.most_read, one.most_write, one.warm_read, one.warm_write
        lowered = f"{one.last_decrease:%Y-%m-%d %H:%M}" if one.last_decrease else None
        left = one.decreases_left(now) if is_provisioned else None
        yield [f"index {one.index}" if one.index else "table", one.status, *units, lowered, left]
