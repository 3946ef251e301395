"""The checkout of the repository, where the stack and its scripts are: the package alone has neither."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from headrace.errors import SettingError

_MARKS = ("cdk.json", "localstack/up.sh")
_TOOLS = ("make", "bash", "node", "npm")

CHECKOUT: Final = click.Option(
    ["--checkout"],
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="A checkout of Headrace's repository; default: the one that the current folder is in.",
)


@dataclass(frozen=True, slots=True)
class Checkout:
    root: Path

    @classmethod
    def find(cls, given: Path | None) -> Checkout:
        """Raises click.UsageError: there is none; SettingError: what its scripts need is not installed."""
        start = (given or Path.cwd()).absolute()
        places = (start,) if given else (start, *start.parents)
        root = next((place for place in places if all((place / mark).exists() for mark in _MARKS)), None)
        if root is None:
            raise click.UsageError(
                f"{start} is {'no' if given else 'in no'} checkout of Headrace's repository, which has the "
                "stack and its scripts; clone it, and work in it or name it with --checkout FOLDER"
            )
        if missing := [tool for tool in _TOOLS if shutil.which(tool) is None]:
            raise SettingError([f"{tool} is not installed" for tool in missing])
        return cls(root)

    def run(self, *command: str, env: Mapping[str, str] | None = None, is_output: bool = False) -> bool:
        """Runs a command of the checkout to its end; whether it succeeded. It tells itself what went wrong.

        Args:
            env: beside this process's own environment.
            is_output: what it prints is the output of `headrace`; else it goes to standard error.
        """
        sys.stdout.flush()
        done = subprocess.run(
            command,
            cwd=self.root,
            env={**os.environ, **self._path, **(env or {})},
            stdout=None if is_output else sys.stderr.fileno(),
            check=False,
        )
        return done.returncode == 0

    @property
    def _path(self) -> dict[str, str]:
        """The checkout's own Python and CDK first."""
        own: Sequence[Path] = (self.root / ".venv/bin", self.root / "node_modules/.bin")
        return {"PATH": os.pathsep.join([*map(str, own), os.environ.get("PATH", "")])}
