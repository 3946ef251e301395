"""A deployed pipeline of fakes, as the library sees it."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from typing import Any

from headrace.library.deployed import Deployed
from headrace.library.pipeline import Pipeline as LibraryPipeline
from tests.builders import BUCKET, Pipeline, execution
from tests.fakes import FakeClock, MemoryStateMachine

Step = Callable[[], object]


class UserClock(FakeClock):
    """While its user sleeps the next of `steps` is done, or, where there is none, whatever was started."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: deque[Step] = deque()

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.steps:
            self.steps.popleft()()


class DeployedFakes:
    """`pipeline` is the user's, over `fakes`, whose executions run while their user sleeps, the first that
    was started first."""

    def __init__(self, fakes: Pipeline | None = None) -> None:
        self.fakes = fakes or Pipeline()
        self.clock = UserClock()
        self.machine = RunningMachine(self)
        self.parts = Deployed(
            machine=self.machine,
            store=self.fakes.store,
            ledger=self.fakes.ledger,
            clock=self.clock,
            rng=random.Random(0),
            bucket=BUCKET,
        )
        self.pipeline = LibraryPipeline.of(self.parts)

    def finish(self, name: str) -> None:
        """Runs an execution to its end."""
        arn = self.machine.arn_of(name)
        answer = self.fakes.execute(self.machine.found[arn].document, execution(name))
        self.end(name, answer)

    def end(self, name: str, answer: dict[str, Any]) -> None:
        """As the state machine ends with a report, or where there was nothing to do."""
        arn = self.machine.arn_of(name)
        if answer["status"] == "FAILED":
            self.machine.end(arn, "FAILED", error=answer["error"], cause=answer["cause"])
        else:
            self.machine.end(arn, "SUCCEEDED", output=answer)


class RunningMachine(MemoryStateMachine):
    """`holds`: what is started waits until a test finishes it. `prompt`: names of jobs that are planned when
    they are started. A cancellation is prompt as well."""

    def __init__(self, deployed: DeployedFakes) -> None:
        super().__init__(deployed.clock)
        self.holds = False
        self.prompt: set[str] = set()
        self._deployed = deployed

    def start(self, name: str, document: Any) -> str:
        is_new = self.arn_of(name) not in self.found
        arn = super().start(name, document)
        self._deployed.fakes.executions.running.add(arn)
        if is_new:
            self._begin(name, document)
        return arn

    def _begin(self, name: str, document: Any) -> None:
        if "cancel" in document:
            self._deployed.finish(name)
        elif not self.holds:
            self._deployed.clock.steps.append(lambda: self._deployed.finish(name))
        if name in self.prompt:
            self._deployed.fakes.plan(document, execution(name))

    def end(self, arn: str, status: str, **fields: Any) -> None:
        super().end(arn, status, **fields)
        self._deployed.fakes.executions.running.discard(arn)
