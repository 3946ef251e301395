"""Runs a job and follows it to its end, on this machine or in the deployed pipeline."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import click

from headrace.cli.connection import AnyPipeline
from headrace.cli.exits import Exit, exit_of
from headrace.cli.progress_view import ProgressView, progress_view
from headrace.cli.report_view import show_json, show_report
from headrace.library.following import Report
from headrace.library.local import LocalPipeline
from headrace.library.pipeline import Pipeline
from headrace.locations import FILE, is_file
from headrace.progress import Progress

OnProgress = Callable[[Progress], object]


@dataclass(frozen=True, slots=True)
class Output:
    """How the report is shown. `file`: where it is also written, as JSON."""

    is_json: bool = False
    file: Path | None = None


def run_here(pipeline: LocalPipeline, run: Callable[[OnProgress], Report], output: Output) -> Exit:
    """Runs a job on this machine. Ctrl-C stops it cleanly, a second one at once.

    Args:
        run: the pipeline's method that runs it.
    """
    with progress_view(output.is_json) as view, interruptible(pipeline, view) as was_interrupted:

        def show(progress: Progress) -> None:
            if was_interrupted():
                pipeline.interrupt()  # the first time there may have been no job yet
            view.show(progress)

        report = run(show)
    return end_with(report, output, was_interrupted())


def start_deployed(pipeline: Pipeline, document: Mapping[str, Any], name: str | None) -> str:
    """Starts a job in the deployed pipeline; returns its name. A file of this machine is sent first."""
    source = document.get("source")
    if isinstance(source, str) and is_file(source):
        return pipeline.start_file(source.removeprefix(FILE), document, name)
    return pipeline.start(document, name)


def follow_started(pipeline: Pipeline, job: str, is_detached: bool, output: Output) -> Exit:
    """Tells the name of a job that the deployed pipeline runs; follows it, unless that is not wanted."""
    if not is_detached:
        click.echo(f"started {job}", err=True)
        return follow(pipeline, job, output)
    if output.is_json:
        show_json({"job": job})
    else:
        click.echo(job)
    return Exit.DONE


def follow(pipeline: AnyPipeline, job: str, output: Output) -> Exit:
    """Follows a job that somebody else runs to its end. Ctrl-C leaves it to itself."""
    try:
        with progress_view(output.is_json) as view:
            report = pipeline.wait(job, view.show)
    except KeyboardInterrupt:
        click.echo(f"{job} goes on; headrace follow {job} looks on, headrace cancel {job} stops it", err=True)
        return Exit.INTERRUPTED
    return end_with(report, output)


def end_with(report: Report, output: Output, was_interrupted: bool = False) -> Exit:
    """Shows the report; returns the exit code."""
    if output.file:
        output.file.write_text(json.dumps(report, indent=2))
    if output.is_json:
        show_json(report)
    else:
        show_report(report)
    return exit_of(report, was_interrupted)


@contextmanager
def interruptible(pipeline: LocalPipeline, view: ProgressView) -> Iterator[Callable[[], bool]]:
    """Lets Ctrl-C, or a polite kill, stop the pipeline's job. What it gives tells whether one did."""
    seen: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        seen.append(number)
        if len(seen) > 1:
            view.leave()
            os._exit(Exit.INTERRUPTED)
        view.say("Stopping: what is queued is set aside. Again to end at once.")
        pipeline.interrupt()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(seen)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
