"""The command line over fakes: those of this machine, and those of a deployed stack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from headrace.cli.main import run
from headrace.errors import StackNotFoundError
from headrace.here import wiring as here
from headrace.here.stores import FilesAndS3
from headrace.here.wiring import Workbench
from headrace.job.model import Place
from headrace.library import local, wiring
from headrace.library.deployed import Deployed
from headrace.names import STACK_NAME
from tests.builders import Pipeline
from tests.fakes import HastyClock
from tests.library import DeployedFakes
from tests.scenarios import COPY_SCHEMA


@dataclass(frozen=True, slots=True)
class Said:
    """`code`: the exit code."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        return self.err.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Shell:
    """Runs `headrace` in a folder of its own. `here` has the tables that this machine reaches, `deployed`
    is the stack and has its own; `own` is where this machine's jobs were told to be, `asked` with what
    the stack was."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.here = Pipeline(others=(COPY_SCHEMA,))
        self.deployed = DeployedFakes(Pipeline(others=(COPY_SCHEMA,)))
        self.own: list[Place] = []
        self.asked: list[tuple[str | None, ...]] = []
        self._clock = HastyClock()
        self._capture = capture
        patch.chdir(folder)
        patch.setenv("HEADRACE_HOME", str(self.state))
        patch.setattr(local, "_workbench", self._workbench)
        patch.setattr(here, "places_of", lambda _: self.here.places)
        patch.setattr(here, "store_of", lambda _, s3=None: FilesAndS3(lambda: s3 or self.here.store))
        patch.setattr(wiring, "find_deployed", self._find_deployed)

    def __call__(self, *args: str) -> Said:
        self._capture.readouterr()
        code = run(list(args))
        return Said(code, *self._capture.readouterr())

    def file(self, text: str, name: str = "rows.csv") -> str:
        (self.folder / name).write_text(text)
        return name

    def jobs(self) -> list[dict[str, Any]]:
        """Of this machine, the newest first."""
        found: list[dict[str, Any]] = self("jobs", "--json").json
        return found

    def run_elsewhere(self, document: Mapping[str, Any], name: str) -> None:
        """A job that the deployed pipeline has done."""
        self.deployed.machine.start(name, document)
        self.deployed.clock.steps.clear()
        self.deployed.finish(name)

    def _workbench(self, folder: Path, own: Place) -> Workbench:
        self.own.append(own)
        return Workbench(folder, places=self.here.places, s3=self.here.store, clock=self._clock)

    def _find_deployed(self, stack: str, *asked: str | None) -> Deployed:
        self.asked.append((stack, *asked))
        if stack != STACK_NAME:
            raise StackNotFoundError(f"there is no stack {stack!r}")
        return self.deployed.parts
