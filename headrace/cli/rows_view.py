"""Rows of a few columns: a table in a terminal, lines with tabs where they are piped."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import click

Row = Sequence[str | int | None]
"""None: there is nothing to tell."""


def show_rows(titles: Sequence[str], rows: Iterable[Row]) -> None:
    """On standard output. To a person numbers have commas, and columns of nothing are not shown."""
    if sys.stdout.isatty():
        _show_table(titles, list(rows))
        return
    for row in (titles, *rows):
        click.echo("\t".join("" if cell is None else str(cell) for cell in row))


def _show_table(titles: Sequence[str], rows: Sequence[Row]) -> None:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - only in a terminal
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=SIMPLE_HEAD)
    told = [place for place in range(len(titles)) if not rows or any(row[place] is not None for row in rows)]
    for place in told:
        is_number = any(isinstance(row[place], int) for row in rows)
        table.add_column(titles[place], justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_told(row[place])) for place in told))
    Console(highlight=False).print(table)


def _told(cell: str | int | None) -> str:
    return f"{cell:,}" if isinstance(cell, int) else cell or "-"
