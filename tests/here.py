"""Processes on a machine, one after the other or side by side, over the fakes of a pipeline."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from headrace.here.patience import Patience
from headrace.here.runner import Runner
from headrace.here.wiring import Workbench
from headrace.library.local import LocalPipeline
from tests.builders import Pipeline
from tests.fakes import Crash, HastyClock

WORKERS = 3


class Machine:
    """Processes that share a folder."""

    def __init__(self, folder: Path, pipeline: Pipeline) -> None:
        self.folder = folder
        self.pipeline = pipeline
        self.clock = HastyClock()
        self._open: list[Workbench] = []

    def process(self, patience: Patience | None = None) -> Workbench:
        bench = Workbench(
            self.folder,
            places=self.pipeline.places,
            s3=self.pipeline.store,
            clock=self.clock,
            patience=patience,
        )
        self._open.append(bench)
        return bench

    def library(self) -> LocalPipeline:
        """In a process of its own."""
        return LocalPipeline.of(self.process(), WORKERS)

    def run(self, document: Mapping[str, Any], name: str = "one") -> dict[str, Any]:
        return self.process().runner(WORKERS, lambda _: None).run(document, name)

    def run_and(self, document: Mapping[str, Any], call: int, act: Any) -> dict[str, Any] | None:
        """Does something to the runner at that call of a port; None where the process dies of it."""
        runner = self.process().runner(WORKERS, lambda _: None)
        self.pipeline.calls.at = {self.pipeline.calls.count + call: lambda: act(runner)}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # a process that dies closes no file
            try:
                return runner.run(document, "one")
            except Crash:
                del runner
                gc.collect()
                return None
            finally:
                self.pipeline.calls.at.clear()

    def close(self) -> None:
        for bench in self._open:
            bench.close()


def benches_over(fakes: Pipeline) -> Callable[..., Workbench]:
    """What makes workbenches, over these fakes."""
    return partial(Workbench, places=fakes.places, s3=fakes.store, clock=HastyClock())


def die(_: Runner) -> None:
    raise Crash
