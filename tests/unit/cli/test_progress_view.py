"""How far a job is, as bars in a terminal and as lines elsewhere."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import pytest
from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Shown

from headrace.cli.progress_view import Bars, Lines, described, name_of, progress_view
from headrace.job.model import Operation
from headrace.progress import JobPhase, Pace, Progress
from tests.fakes import FakeClock

WORKING = Progress(
    "mine", JobPhase.WORKING, Operation.LOAD, done=10, total=1000, units=4, units_done=1, units_failed=0
)
SETTLING = replace(WORKING, phase=JobPhase.SETTLING, done=600, units_done=4)
ENDED = replace(SETTLING, phase=JobPhase.ENDED, done=1000)


def lines_of(capsys: pytest.CaptureFixture[str], *looks: tuple[float, Progress]) -> list[str]:
    """What is said while time passes."""
    clock = FakeClock()
    view = Lines(clock)
    for seconds, progress in looks:
        clock.time += seconds
        view.show(progress)
    said = capsys.readouterr()
    assert said.out == ""
    return said.err.splitlines()


def test_a_line_comes_with_each_phase(capsys: pytest.CaptureFixture[str]) -> None:
    looks = [(0.0, Progress("mine")), (0.1, WORKING), (0.1, SETTLING), (0.1, ENDED)]
    assert lines_of(capsys, *looks) == [
        "Planning: 0 rows",
        "Loading: 10/1,000 rows, 100 rows/s, 1/4 units, 0:00:10 left",
        "Writing: 600/1,000 rows, 3,000 rows/s, 4/4 units, 0:00:00 left",
    ]


def test_within_a_phase_a_line_comes_every_few_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    looks = [(0.0, WORKING), *((1.0, replace(WORKING, done=10 * n)) for n in range(2, 12))]
    said = lines_of(capsys, *looks)
    assert [line.split("/")[0] for line in said] == ["Loading: 10", "Loading: 60", "Loading: 110"]


@pytest.mark.parametrize(
    ("progress", "told"),
    [
        (Progress("mine"), "0 rows"),
        (replace(WORKING, total=None), "10 rows, 1/4 units"),
        (replace(WORKING, is_estimate=True), "10/~1,000 rows, 1/4 units"),
        (replace(WORKING, units_failed=2), "10/1,000 rows, 1/4 units, 2 failed"),
        (replace(WORKING, throttles={"a": 1000, "b": 2}), "10/1,000 rows, 1/4 units, 1,002 throttles"),
    ],
)
def test_only_what_is_known_is_told(progress: Progress, told: str) -> None:
    pace = Pace(FakeClock())
    pace.see(progress)
    assert described(progress, pace) == told


def test_the_time_that_is_left_has_hours() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    pace.see(replace(WORKING, done=0, total=10_000))
    clock.time += 1
    pace.see(replace(WORKING, done=1, total=10_000))
    assert described(replace(WORKING, done=1, total=10_000), pace).endswith(
        "1 rows/s, 1/4 units, 2:46:39 left"
    )


def test_a_job_does_what_its_operation_does() -> None:
    names = [name_of(replace(WORKING, operation=operation)) for operation in Operation]
    assert len(set(names)) == len(Operation)
    assert {name_of(replace(WORKING, operation=None, phase=phase)) for phase in JobPhase} == {
        *("Planning", "Counting", "Working", "Writing", "Ended")
    }


def bars_of(*looks: Progress) -> list[str]:
    """What stands in the terminal in the end."""
    clock, screen = FakeClock(), io.StringIO()
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=10), TextColumn("{task.fields[told]}"))
    console = Console(file=screen, width=100)
    with Shown(*columns, console=console, auto_refresh=False) as shown:
        view = Bars(shown, clock)
        for progress in looks:
            clock.time += 1
            view.show(progress)
    return [" ".join(line.split()) for line in screen.getvalue().splitlines() if line.strip()]


def test_each_phase_has_a_bar_that_is_full_when_it_is_over() -> None:
    assert bars_of(Progress("mine"), WORKING, SETTLING, ENDED) == [
        "Planning ━━━━━━━━━━ 10/1,000 rows, 10 rows/s, 1/4 units",
        "Loading ━━━━━━━━━━ 600/1,000 rows, 300 rows/s, 4/4 units",
        "Writing ━━━━━━━━━━ 1,000/1,000 rows, 333 rows/s, 4/4 units",
    ]


def test_what_is_said_stands_above_the_bars() -> None:
    screen = io.StringIO()
    with Shown(console=Console(file=screen, width=100), auto_refresh=False) as shown:
        view = Bars(shown, FakeClock())
        view.show(WORKING)
        view.say("Stopping [soon]")
    assert screen.getvalue().splitlines()[0] == "Stopping [soon]"


def bar_of(*looks: Progress) -> tuple[float | None, float]:
    """Total and what is done of the last bar."""
    with Shown(console=Console(file=io.StringIO()), auto_refresh=False) as shown:
        view = Bars(shown, FakeClock())
        for progress in looks:
            view.show(progress)
        return shown.tasks[-1].total, shown.tasks[-1].completed


def test_the_bar_of_a_job_that_was_stopped_stays_where_it_stood() -> None:
    assert bar_of(WORKING, replace(WORKING, phase=JobPhase.ENDED, done=30)) == (1000, 30)
    assert bar_of(WORKING, ENDED) == (1000, 1000)


def test_a_bar_without_a_total_is_full_in_the_end() -> None:
    unknown = replace(WORKING, total=None)
    assert bar_of(unknown)[0] is None
    assert bar_of(unknown, replace(unknown, phase=JobPhase.ENDED)) == (1, 1)


def test_a_job_that_was_over_before_it_was_looked_at_has_no_bar() -> None:
    assert bars_of(ENDED) == []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_terminal_decides_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with progress_view() as view:
        assert isinstance(view, Lines)
    with progress_view(is_quiet=True) as view:
        assert not isinstance(view, Lines | Bars)
        view.show(WORKING)
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress_view() as view:
        assert isinstance(view, Bars)
