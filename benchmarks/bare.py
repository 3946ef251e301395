"""Processes as Lambda starts them: the functions' asset, what the runtime's own boto3 brings along, and
nothing else.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3

from benchmarks.peak import ENVIRONMENT, made
from infra.asset import build_asset
from infra.settings import Settings

BOTO3 = "import boto3; boto3.client('dynamodb')"
_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3")
_ROOT = Path(__file__).parent.parent
_SCRIPT = Path(__file__).parent / "loaded.py"
_VALGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")


def importing(function: str) -> str:
    return f"from lambdas.{function} import handler"


def making(function: str) -> str:
    """The same, and what the first event has to make."""
    module, name = made(function)
    return f"{importing(function)}; from {module} import {name}; {name}()"


@dataclass(frozen=True, slots=True)
class Loaded:
    """`cpu`: seconds, user and system. `kib`: resident at most; 0 but on Linux. `code`: bytes of all modules'
    byte code."""

    cpu: float
    kib: int
    modules: Sequence[str]
    code: int


class Bare:
    """
    Args:
        paths: where modules are, beside Python's own.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = [str(path) for path in paths]

    def load(self, code: str) -> Loaded:
        """Runs code in a process of its own."""
        return Loaded(**json.loads(_run(self._command(code)).stdout))

    def instructions(self, code: str) -> int | None:
        """In user mode, of the code alone; None: valgrind is not installed."""
        if shutil.which(_VALGRIND[0]) is None:
            return None
        whole, idle = (_counted([*_VALGRIND, *self._command(one)]) for one in (code, "pass"))
        return whole - idle

    def _command(self, code: str) -> list[str]:
        return [sys.executable, "-I", "-S", "-B", str(_SCRIPT), code, *self._paths]


def _counted(command: Sequence[str]) -> int:
    found = re.search(r"Collected : (\d+)", _run(command).stderr)
    return int(found[1]) if found else 0


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **ENVIRONMENT}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"a figure of what failed would be none: {done.stderr}")
    return done


@contextmanager
def bare() -> Iterator[Bare]:
    """With the asset of this checkout, and the boto3 that is installed."""
    asset = build_asset(_ROOT, _ROOT / ".build", Settings(local=True).target)
    with TemporaryDirectory() as folder:
        for name in _RUNTIME:
            (Path(folder) / name).symlink_to(Path(boto3.__file__).parents[1] / name)
        yield Bare([asset.path, Path(folder)])
