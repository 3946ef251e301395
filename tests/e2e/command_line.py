"""The command line as a user has it: a process of its own, with credentials of the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.emulator import ROOT
from tests.e2e.stack import PATIENCE, Stack


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """What `--json` printed."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def rows(self) -> dict[str, int]:
        return {name: count for name, count in self.report["rows"].items() if count}


class CommandLine:
    """
    Args:
        home: where jobs of this machine are kept.
    """

    def __init__(self, stack: Stack, home: Path) -> None:
        self._stack = stack
        self.home = home

    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        ours = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self._stack.emulator.endpoint,
            "HEADRACE_HOME": str(self.home),
        }
        if self._stack.emulator.enforces_iam:
            ours["AWS_CA_BUNDLE"] = str(self._stack.emulator.directory / "tmp/ministack-tls/server.crt")
        return clean | ours

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "headrace.cli", *arguments],
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> Ended:
        return ended(self.start(*arguments))


def ended(process: subprocess.Popen[str]) -> Ended:
    out, err = process.communicate(timeout=PATIENCE)
    return Ended(process.returncode, out, err)
