"""What a job leaves: its report, also as a page, and its rejects."""

from __future__ import annotations

import tempfile
import webbrowser
from pathlib import Path
from typing import Any

import click

from headrace.cli.connection import CONNECTION, WHERE, AnyPipeline, Connection
from headrace.cli.exits import Exit
from headrace.cli.finding import pipeline_of
from headrace.cli.options import AS_JSON, JOB
from headrace.cli.report_view import show_json, show_report
from headrace.library.following import Report
from headrace.locations import FILE, is_file

_OPEN = click.Option(["--open", "is_opened"], is_flag=True, help="Open the page in a browser.")
_PAGE = click.Option(
    ["--page"], type=click.Path(path_type=Path), metavar="FILE", help="Save the report as a page of HTML."
)
_FILE = click.Argument(["file"], required=False, type=click.Path(path_type=Path), default=Path())


@click.command("report", params=[JOB, _OPEN, _PAGE, AS_JSON, *WHERE, *CONNECTION])
def report(job: str, is_opened: bool, page: Path | None, is_json: bool, **where: Any) -> Exit:
    """Show the report of JOB, which has ended."""
    pipeline = pipeline_of(Connection.of(where), job)
    found = pipeline.report(job)
    if is_json:
        show_json(found)
    else:
        show_report(found)
    saved = pipeline.page(job, page) if page else None
    if is_opened:
        _open(saved or _page_of(pipeline, found))
    return Exit.DONE


def _page_of(pipeline: AnyPipeline, report: Report) -> Path:
    """A file of the page: that of a deployed pipeline is fetched."""
    if is_file(report["page"]):
        return Path(report["page"].removeprefix(FILE))
    return pipeline.page(report["job"], tempfile.mkdtemp(prefix="headrace-"))


def _open(page: Path) -> None:
    if not webbrowser.open(page.absolute().as_uri()):
        click.echo(f"no browser opens here; the page is {page}", err=True)


@click.command("rejects", params=[JOB, _FILE, AS_JSON, *WHERE, *CONNECTION])
def rejects(job: str, file: Path, is_json: bool, **where: Any) -> Exit:
    """Fetch the rejects of JOB, which has ended, into FILE, or into a folder; by default into this one."""
    found = pipeline_of(Connection.of(where), job).rejects(job, file)
    if is_json:
        show_json({"job": job, "rejects": found and str(found)})
    elif found:
        click.echo(found)
    else:
        click.echo(f"job {job!r} has no rejects", err=True)
    return Exit.DONE
