"""Looking at jobs: which there are, and where one stands."""

from __future__ import annotations

from typing import Any

import click

from headrace.cli.connection import CONNECTION, WHERE, Connection
from headrace.cli.exits import Exit
from headrace.cli.finding import pipeline_of
from headrace.cli.jobs_view import Listed, jobs_json, show_jobs, show_status, status_json
from headrace.cli.options import AS_JSON, JOB
from headrace.cli.report_view import show_json
from headrace.names import STACK_NAME

_LIMIT = click.Option(
    ["--limit"], type=click.IntRange(1), metavar="N", default=20, show_default=True, help="How many to show."
)


@click.command("jobs", params=[_LIMIT, AS_JSON, *WHERE, *CONNECTION])
def jobs(limit: int, is_json: bool, **where: Any) -> Exit:
    """List the jobs of this machine, the newest first; with --pipeline or --stack those of the deployed
    pipeline, too."""
    found = _listed(Connection.of(where), limit)
    if is_json:
        show_json(jobs_json(found))
    elif found:
        show_jobs(found)
    else:
        click.echo("no jobs yet", err=True)
    return Exit.DONE


def _listed(connection: Connection, limit: int) -> list[Listed]:
    found = [("here", one) for one in connection.here.jobs(limit)]
    if not connection.chooses_here(is_default=True):
        stack = connection.stack or STACK_NAME
        found += [(stack, one) for one in connection.deployed.jobs(limit)]
    return sorted(found, key=lambda listed: listed[1].started, reverse=True)[:limit]


@click.command("status", params=[JOB, AS_JSON, *WHERE, *CONNECTION])
def status(job: str, is_json: bool, **where: Any) -> Exit:
    """Tell where JOB stands."""
    found = pipeline_of(Connection.of(where), job).status(job)
    if is_json:
        show_json(status_json(found))
    else:
        show_status(found)
    return Exit.DONE
