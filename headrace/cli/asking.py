"""Asks before items are deleted, and says first how many."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from headrace.cli.connection import Connection
from headrace.cli.progress_view import progress_view
from headrace.library.following import Report
from headrace.library.refusals import raise_if_refused


def destroys(document: Mapping[str, Any]) -> bool:
    """Whether the job deletes items."""
    is_deletion = document.get("write", {}).get("mode") == "delete"
    return document["operation"] == "truncate" or bool(document.get("mirror")) or is_deletion


def confirm_destruction(connection: Connection, document: Mapping[str, Any], is_here: bool) -> None:
    """Does nothing for a job that deletes nothing. Raises click.Abort: the answer was no; click.UsageError:
    nobody is there to answer; HeadraceError: the job could not start."""
    if document.get("dry_run") or not destroys(document):
        return
    if not sys.stdin.isatty():
        raise click.UsageError(
            "this deletes items, and nobody is here to be asked; add --yes, or --dry-run to count"
        )
    report = _counted(connection, {**document, "dry_run": True}, is_here)
    raise_if_refused(report)
    click.confirm(_question(report), abort=True, err=True)


def _counted(connection: Connection, document: Mapping[str, Any], is_here: bool) -> Report:
    with progress_view() as view:
        if is_here:
            return connection.here.run(document, on_progress=view.show)
        return connection.deployed.wait(connection.deployed.start(document), view.show)


def _question(report: Report) -> str:
    planned, target = report["planned"], report["target"]
    if "deletes" in planned:
        deletes, items = planned["deletes"], planned["items"]
        return f"Delete {deletes:,} items of {target} that the source has not, and copy {items:,}?"
    count = planned.get("items", report["records_planned"])
    what = "as many items as the source names" if count is None else f"{count:,} items"
    return f"Delete {what} of {target}?"
