"""Tells a person that something takes its time: a line that moves in a terminal, else one that stays."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def waiting(what: str, is_told: bool = True) -> Iterator[None]:
    """On standard error.

    Args:
        is_told: False: nothing takes its time.
    """
    if not is_told:
        yield
    elif sys.stderr.isatty():
        with _moving(what):
            yield
    else:
        click.echo(what, err=True)
        yield


@contextmanager
def _moving(what: str) -> Iterator[None]:
    from rich.console import Console  # noqa: PLC0415 - only in a terminal
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        shown.add_task(what, total=None)
        yield
