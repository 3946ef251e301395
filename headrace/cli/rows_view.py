"""Rows of a few columns; where they are piped nothing is cut off, and nothing broken into lines."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

Row = Sequence[str | int | None]
"""None: there is nothing to tell."""
_ENDLESS = 10_000


def show_rows(titles: Sequence[str], rows: Iterable[Row]) -> None:
    """On standard output, numbers with commas; columns in which there is nothing are left out."""
    from rich.console import Console  # noqa: PLC0415 - what only some commands need, they import

    table = _table(titles, list(rows))
    if sys.stdout.isatty():
        Console(markup=False, highlight=False).print(table)
        return
    lines = io.StringIO()
    Console(file=lines, width=_ENDLESS, markup=False, highlight=False).print(table)
    for line in lines.getvalue().splitlines():
        click.echo(line.rstrip())


def _table(titles: Sequence[str], rows: Sequence[Row]) -> Table:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    told = [place for place in range(len(titles)) if not rows or any(row[place] is not None for row in rows)]
    for place in told:
        is_number = any(isinstance(row[place], int) for row in rows)
        table.add_column(titles[place], justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_told(row[place])) for place in told))
    return table


def _told(cell: str | int | None) -> str:
    return f"{cell:,}" if isinstance(cell, int) else cell or ""
