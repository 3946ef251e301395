"""Ctrl-C stops a job of this machine cleanly, and the job goes on where it stood."""

from __future__ import annotations

import os
import signal

import pytest

from headrace.cli.exits import Exit
from headrace.cli.progress_view import Silence
from headrace.cli.running import OnProgress, Output, interruptible, run_here
from headrace.library.following import Report
from headrace.library.local import LocalPipeline, url_of_path
from tests.builders import TABLE
from tests.cli import Shell

COUNT = 2000
"""So many that a job of them is not done before the signal is dealt with."""
ROWS = "id,name\n" + "".join(f"k{n},{'x' * 60}{n}\n" for n in range(COUNT))
SMALL = ["--message-bytes", "1024", "--chunk-bytes", "1024", "--workers", "1"]


def interrupt_at(shell: Shell, call: int, number: int = signal.SIGINT) -> None:
    """The signal comes at that call of a table or of S3."""
    calls = shell.here.calls
    calls.at = {calls.count + call: lambda: signal.raise_signal(number)}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_job_that_is_interrupted_says_so_and_is_resumed(shell: Shell, number: int) -> None:
    interrupt_at(shell, 4, number)
    said = shell("load", shell.file(ROWS), TABLE, "--job-name", "mine", *SMALL)
    assert said.code == Exit.INTERRUPTED
    assert "Stopping: what is queued is set aside. Again to end at once." in said.errors
    assert "JobCancelledError: interrupted" in said.out
    assert "headrace resume mine" in said.out
    assert len(shell.here.items) < COUNT
    assert shell("status", "mine").out.startswith("CANCELLED")
    resumed = shell("resume", "mine", "--json")
    assert resumed.code == Exit.DONE
    assert resumed.json["rows"]["written"] == len(shell.here.items) == COUNT


def test_the_handlers_are_those_of_before_once_the_job_is_over(shell: Shell) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    interrupt_at(shell, 4)
    shell("load", shell.file(ROWS), TABLE, *SMALL)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_an_interruption_before_the_job_has_begun_stops_it_all_the_same(shell: Shell) -> None:
    document = {"operation": "load", "source": url_of_path(shell.file(ROWS)), "target": TABLE}

    def run(show: OnProgress) -> Report:
        signal.raise_signal(signal.SIGINT)
        return pipeline.run(document, "mine", show)

    with LocalPipeline() as pipeline:
        assert run_here(pipeline, run, Output(is_json=True)) == Exit.INTERRUPTED


def test_a_job_that_is_done_before_it_can_stop_is_done(shell: Shell) -> None:
    def run(show: OnProgress) -> Report:
        report = pipeline.run({"operation": "count", "source": TABLE}, None, show)
        signal.raise_signal(signal.SIGINT)
        return report

    with LocalPipeline(shell.state) as pipeline:
        assert run_here(pipeline, run, Output(is_json=True)) == Exit.DONE


@pytest.mark.usefixtures("shell")
def test_a_second_interruption_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    with LocalPipeline() as pipeline, interruptible(pipeline, Silence()):
        signal.raise_signal(signal.SIGINT)
        assert ended == []
        signal.raise_signal(signal.SIGINT)
    assert ended == [Exit.INTERRUPTED]
