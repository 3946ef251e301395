"""Shows how far a job is: a bar a phase in a terminal, now and then a line where the output is piped."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

import click

from headrace.clock import SystemClock
from headrace.job.model import Operation
from headrace.ports import Clock
from headrace.progress import JobPhase, Pace, Progress

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

LINE_SECONDS = 5.0
_WORK: Final = {
    Operation.LOAD: "Loading",
    Operation.RESTORE: "Restoring",
    Operation.SCAN: "Sending",
    Operation.EXPORT: "Exporting",
    Operation.COPY: "Copying",
    Operation.TRUNCATE: "Deleting",
    Operation.COUNT: "Counting",
}
_NAMES: Final = {
    JobPhase.PLANNING: "Planning",
    JobPhase.COUNTING: "Counting",
    JobPhase.WORKING: "Working",
    JobPhase.SETTLING: "Writing",
    JobPhase.ENDED: "Ended",
}


class ProgressView(Protocol):
    def show(self, progress: Progress) -> None: ...

    def say(self, text: str) -> None:
        """A line for a person, between what is shown."""
        ...

    def leave(self) -> None:
        """The process ends at once: leaves the terminal as it was found."""
        ...


@contextmanager
def progress_view(is_quiet: bool = False) -> Iterator[ProgressView]:
    """What is shown goes to standard error."""
    if is_quiet:
        yield Silence()
    elif sys.stderr.isatty():
        with _bars() as bars:
            yield bars
    else:
        yield Lines(SystemClock())


class _Plain:
    def say(self, text: str) -> None:
        click.echo(text, err=True)

    def leave(self) -> None:
        """There is nothing to put back."""


class Silence(_Plain):
    def show(self, progress: Progress) -> None:
        """Shows nothing."""


class Lines(_Plain):
    """A line when a phase begins, and every few seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pace = Pace(clock)
        self._phase: JobPhase | None = None
        self._told = 0.0

    def show(self, progress: Progress) -> None:
        self._pace.see(progress)
        now = self._clock.now()
        if progress.phase is JobPhase.ENDED:
            return
        if progress.phase is self._phase and now - self._told < LINE_SECONDS:
            return
        self._phase, self._told = progress.phase, now
        click.echo(f"{name_of(progress)}: {described(progress, self._pace)}", err=True)


def name_of(progress: Progress) -> str:
    """What the job does at the moment."""
    if progress.phase is JobPhase.WORKING and progress.operation:
        return _WORK[progress.operation]
    return _NAMES[progress.phase]


def described(progress: Progress, pace: Pace) -> str:
    """Rows, rate, units, throttles and the time left, as far as they are known."""
    return ", ".join(
        part
        for part in (
            rows_of(progress),
            rate_of(pace),
            units_of(progress),
            throttles_of(progress),
            left_of(progress, pace),
        )
        if part
    )


def rows_of(progress: Progress) -> str:
    of = "" if progress.total is None else f"/{'~' if progress.is_estimate else ''}{progress.total:,}"
    return f"{progress.done:,}{of} rows"


def rate_of(pace: Pace) -> str:
    return f"{pace.per_second:,.0f} rows/s" if pace.per_second else ""


def units_of(progress: Progress) -> str:
    if not progress.units:
        return ""
    failed = f", {progress.units_failed} failed" if progress.units_failed else ""
    return f"{progress.units_done:,}/{progress.units:,} units{failed}"


def throttles_of(progress: Progress) -> str:
    count = sum(progress.throttles.values())
    return f"{count:,} throttles" if count else ""


def left_of(progress: Progress, pace: Pace) -> str:
    seconds = pace.seconds_left
    if seconds is None or progress.phase is JobPhase.ENDED:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} left"


@contextmanager
def _bars() -> Iterator[Bars]:
    from rich.console import Console  # noqa: PLC0415 - only in a terminal
    from rich.progress import BarColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Shown  # noqa: PLC0415

    columns = (
        TextColumn("{task.description:<9}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[told]}"),
    )
    with Shown(*columns, console=Console(stderr=True)) as shown:
        yield Bars(shown, SystemClock())


class Bars:
    """One line a phase; those of phases that are over stay as they ended."""

    def __init__(self, shown: RichProgress, clock: Clock) -> None:
        self._shown = shown
        self._clock = clock
        self._pace = Pace(clock)
        self._phase: JobPhase | None = None
        self._task: TaskID | None = None

    def show(self, progress: Progress) -> None:
        self._pace.see(progress)
        if progress.phase is not self._phase:
            self._begin(progress)
        if self._task is not None:
            told = described(progress, self._pace)
            self._shown.update(self._task, completed=progress.done, total=progress.total, told=told)

    def say(self, text: str) -> None:
        self._shown.console.print(text, highlight=False, markup=False)

    def leave(self) -> None:
        self._shown.console.show_cursor(True)

    def _begin(self, progress: Progress) -> None:
        if self._task is not None:
            self._end(self._task, progress)
        self._phase, self._task = progress.phase, None
        if progress.phase is not JobPhase.ENDED:
            self._task = self._shown.add_task(name_of(progress), total=None, told="")

    def _end(self, task: TaskID, progress: Progress) -> None:
        """The bar of a phase that is over is full, unless the whole job ended short of its total."""
        total = progress.total if progress.phase is JobPhase.ENDED else None
        done = 1 if total is None else progress.done
        told = described(replace(progress, phase=JobPhase.ENDED), self._pace)
        self._shown.update(task, total=total or 1, completed=done, told=told)
        self._shown.stop_task(task)
