"""Few threads write, until they have to wait."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

import pytest

from headrace.here.crew import FEW, Crew
from headrace.line_writer import Width
from tests.fakes import FakeClock


class Pool(Executor):
    """Counts what it is to run."""

    def __init__(self) -> None:
        self.threads: list[Future[Any]] = []

    def submit(self, work: Callable[..., Any], /, *_: Any, **__: Any) -> Future[Any]:  # noqa: ARG002
        self.threads.append(Future())
        return self.threads[-1]


@dataclass
class Bench:
    """`used`: seconds of the processor."""

    most: int = 10
    used: float = 0.0
    pool: Pool = field(default_factory=Pool)
    width: Width = field(default_factory=Width)
    clock: FakeClock = field(default_factory=FakeClock)

    def crew(self) -> Crew:
        return Crew(self.pool, lambda: None, self.most, self.width, self.clock, lambda: self.used)

    def passes(self, seconds: float, used: float) -> None:
        self.clock.sleep(seconds)
        self.used += used


def test_two_threads_have_all_batches_on_their_way() -> None:
    bench = Bench()
    bench.crew()
    assert (len(bench.pool.threads), bench.width.lines) == (FEW, 5)


def test_there_are_more_where_they_wait_and_no_more_batches_than_before() -> None:
    bench = Bench()
    crew = bench.crew()
    seen = []
    for _ in range(4):
        bench.passes(1, used=0.2)
        crew.grow()
        seen.append((len(bench.pool.threads), bench.width.lines))
    assert seen == [(4, 2), (8, 1), (10, 1), (10, 1)]


def test_there_are_no_more_where_they_use_the_processor() -> None:
    bench = Bench()
    crew = bench.crew()
    for _ in range(4):
        bench.passes(1, used=0.9)
        crew.grow()
    assert len(bench.pool.threads) == FEW


def test_a_moment_tells_nothing() -> None:
    bench = Bench()
    crew = bench.crew()
    bench.passes(0.01, used=0)
    crew.grow()
    assert len(bench.pool.threads) == FEW


@pytest.mark.parametrize("most", [1, 2, 3])
def test_there_are_no_more_threads_than_batches(most: int) -> None:
    bench = Bench(most)
    crew = bench.crew()
    bench.passes(1, used=0)
    crew.grow()
    assert len(bench.pool.threads) == most
    assert bench.width.lines == 1


def test_what_ended_a_thread_is_told() -> None:
    bench = Bench()
    crew = bench.crew()
    crew.check()
    bench.pool.threads[1].set_exception(OSError("no room"))
    with pytest.raises(OSError, match="no room"):
        crew.check()
