"""Shows jobs: a table of them, or where one stands; to programs as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import click

from headrace.cli.progress_view import name_of, rows_of, throttles_of, units_of
from headrace.library.jobs import JobStatus, JobSummary, Status
from headrace.progress import JobPhase

_COLOURS = {Status.SUCCEEDED: "green", Status.RUNNING: "cyan", Status.FAILED: "red"}
_OTHERWISE = "yellow"
_ENDLESS = 10_000
"""Columns of what is no terminal: nothing is cut off there."""

Listed = tuple[str, JobSummary]
"""Where the job is, and the job."""


def show_jobs(jobs: Sequence[Listed]) -> None:
    """Where there is little room, sources and targets are cut off, and nothing else."""
    from rich.console import Console  # noqa: PLC0415 - what only some commands need, they import
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("status", "job", "started", "took"):
        table.add_column(name, no_wrap=True)
    for name in ("from", "to", "where"):
        table.add_column(name, overflow="ellipsis")
    for where, one in jobs:
        status = Text(one.status, _COLOURS.get(one.status, _OTHERWISE))
        table.add_row(status, one.job, *_times(one), short_name(one.source), short_name(one.target), where)
    width = None if sys.stdout.isatty() else _ENDLESS
    Console(width=width, markup=False, highlight=False).print(table)


def short_name(place: str) -> str:
    """The last part of a URL or an ARN, which tells it from others in a list."""
    return place.rstrip("/").rpartition("/")[2]


def _times(one: JobSummary) -> tuple[str, str]:
    took = "" if one.ended is None else duration_text(one.ended - one.started)
    return f"{one.started.astimezone():%m-%d %H:%M}", took


def duration_text(duration: timedelta) -> str:
    return str(timedelta(seconds=round(duration.total_seconds())))


def time_text(time: datetime) -> str:
    """In this machine's time zone."""
    return f"{time.astimezone():%Y-%m-%d %H:%M:%S}"


def jobs_json(jobs: Sequence[Listed]) -> list[dict[str, Any]]:
    return [_json({**asdict(one), "where": where}) for where, one in jobs]


def status_json(status: JobStatus) -> dict[str, Any]:
    return _json(asdict(status))


def _json(fields: dict[str, Any]) -> dict[str, Any]:
    """With times as ISO 8601 spells them."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()
    }


def show_status(status: JobStatus) -> None:
    colour = _COLOURS.get(status.status, _OTHERWISE)
    click.secho(f"{status.status}  {status.job}", fg=colour, bold=True)
    for line in status_lines(status):
        click.echo(line)


def status_lines(status: JobStatus) -> Iterator[str]:
    """All but the headline."""
    if status.error or status.cause:
        yield ": ".join(part for part in (status.error, status.cause) if part)
    yield _how_far(status)
    took = "" if status.ended is None else f", took {duration_text(status.ended - status.started)}"
    yield f"started {time_text(status.started)}{took}"
    if status.status is Status.RUNNING:
        yield f"headrace follow {status.job} looks on, headrace cancel {status.job} stops it"
    elif status.report:
        yield f"headrace report {status.job} tells all"


def _how_far(status: JobStatus) -> str:
    progress = status.progress
    terms = [
        f"{count:,} {name}"
        for name in ("written", "superseded", "skipped", "rejected", "counted")
        if (count := getattr(progress, name))
    ]
    parts = [rows_of(progress), units_of(progress), *terms, throttles_of(progress)]
    name = "" if progress.phase is JobPhase.ENDED else f"{name_of(progress)}: "
    return name + ", ".join(part for part in parts if part)
