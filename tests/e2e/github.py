"""Runs the steps of an action or a job as GitHub does: by bash, with files for what they put out."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.emulator import ROOT

_EXPRESSION = re.compile(r"\$\{\{ *([^}]+?) *\}\}")


@dataclass
class Runner:
    """`contexts`: what expressions find, such as `inputs.command`."""

    folder: Path
    environment: Mapping[str, str]
    contexts: dict[str, str]
    summary: str = ""
    told: str = ""
    codes: list[int] = field(default_factory=list)

    def run(self, steps: list[Mapping[str, Any]]) -> int:
        """The exit code of the first step that fails. Steps that use other actions are passed over."""
        for step in steps:
            if "run" in step and (code := self._run(step)):
                return code
        return 0

    def _run(self, step: Mapping[str, Any]) -> int:
        files = {name: self.folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        ours = {name: str(self.resolve(value)) for name, value in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            env={
                **self.environment,
                **ours,
                **{name: str(file) for name, file in files.items()},
                "RUNNER_TEMP": str(self.folder),
            },
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        self.told += done.stdout + done.stderr
        self._take_outputs(step.get("id", ""), files["GITHUB_OUTPUT"].read_text())
        return done.returncode

    def resolve(self, value: object) -> object:
        """With expressions in the place of which is what they stand for."""
        if not isinstance(value, str):
            return value
        return _EXPRESSION.sub(lambda found: self.contexts[found[1]], value)

    def _take_outputs(self, step: str, text: str) -> None:
        lines = iter(text.splitlines())
        for line in lines:
            name, is_long, end = line.partition("<<")
            if is_long:
                block = []
                while (more := next(lines)) != end:
                    block.append(more)
                self.contexts[f"steps.{step}.outputs.{name}"] = "\n".join(block)
            else:
                name, _, value = line.partition("=")
                self.contexts[f"steps.{step}.outputs.{name}"] = value


def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    return found


def workflow(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text())
    return found
