"""How the command line ends: exit codes, and errors in one line each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import click

from headrace.errors import HeadraceError, JobCancelledError, JobInvalidError, RequestInvalidError
from headrace.library.refusals import is_refusal


class Exit(IntEnum):
    """DONE: all done. FAILED: rows failed, or more were rejected than is tolerated. USAGE: wrong usage.
    NOT_STARTED: it could not start. INTERRUPTED: by Ctrl-C; what was written is told, and how to go on."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_STARTED = 3
    INTERRUPTED = 130


def exit_of(report: Mapping[str, Any], interrupted: bool = False) -> Exit:
    """How a job ended, by its report."""
    if report["status"] == "SUCCEEDED":
        return Exit.DONE
    if is_refusal(dict(report)):
        return Exit.NOT_STARTED
    is_cancelled = report["error"] == JobCancelledError.__name__
    return Exit.INTERRUPTED if interrupted and is_cancelled else Exit.FAILED


def exit_for(error: HeadraceError) -> Exit:
    return Exit.USAGE if isinstance(error, JobInvalidError | RequestInvalidError) else Exit.NOT_STARTED


def tell_error(text: str) -> None:
    """On standard error; what are several problems has a line each."""
    for line in text.split("\n"):
        click.secho(f"headrace: {line}", err=True, fg="red")
