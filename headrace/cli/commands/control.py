"""Acting on a job that there is: following, cancelling, resuming and retrying it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from headrace.cli import running
from headrace.cli.connection import CONNECTION, WHERE, Connection
from headrace.cli.exits import Exit
from headrace.cli.finding import pipeline_of
from headrace.cli.options import AS_JSON, DETACH, JOB, WORKERS
from headrace.cli.report_view import show_json
from headrace.library.local import LocalPipeline

_MENDED = click.Option(
    ["--mended"],
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The rejects file, mended.  [default: as the job left it]",
)


@click.command("follow", params=[JOB, AS_JSON, *WHERE, *CONNECTION])
def follow(job: str, is_json: bool, **where: Any) -> Exit:
    """Show how far JOB is until it ends, and then its report. Ctrl-C leaves the job to itself."""
    return running.follow(pipeline_of(Connection.of(where), job), job, running.Output(is_json))


@click.command("cancel", params=[JOB, AS_JSON, *WHERE, *CONNECTION])
def cancel(job: str, is_json: bool, **where: Any) -> Exit:
    """Stop JOB. What is written by then is counted, and the rest can be resumed."""
    told = pipeline_of(Connection.of(where), job).cancel(job)
    if is_json:
        show_json({"job": job, "told": told})
    else:
        click.echo(told)
    return Exit.DONE


@click.command("resume", params=[JOB, WORKERS, DETACH, AS_JSON, *WHERE, *CONNECTION])
def resume(job: str, is_detached: bool, is_json: bool, **where: Any) -> Exit:
    """Go on with JOB, which was stopped or failed: what is done stays done."""
    pipeline = pipeline_of(Connection.of(where), job)
    if isinstance(pipeline, LocalPipeline):
        return running.run_here(pipeline, lambda show: pipeline.resume(job, show), running.Output(is_json))
    return running.follow_started(pipeline, pipeline.resume(job), is_detached, running.Output(is_json))


@click.command("retry", params=[JOB, _MENDED, WORKERS, DETACH, AS_JSON, *WHERE, *CONNECTION])
def retry(job: str, mended: Path | None, is_detached: bool, is_json: bool, **where: Any) -> Exit:
    """Load the rejects of JOB again, dead letters among them, in a job of their own."""
    pipeline = pipeline_of(Connection.of(where), job)
    if isinstance(pipeline, LocalPipeline):
        return running.run_here(
            pipeline, lambda show: pipeline.retry(job, mended, show), running.Output(is_json)
        )
    return running.follow_started(pipeline, pipeline.retry(job, mended), is_detached, running.Output(is_json))
