"""User instructions of a process, by valgrind: they tell how a cost grows, which seconds on a shared machine
do not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_VALGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")


def can_count() -> bool:
    """Valgrind is installed."""
    return shutil.which(_VALGRIND[0]) is not None


def instructions(command: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    """Of the whole process, its threads and its start included. Raises CalledProcessError: it failed."""
    # With hashes that change from run to run, the instructions would too.
    done = subprocess.run(
        [*_VALGRIND, *command],
        cwd=_ROOT,
        env={**environment, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    return int(found[1]) if found else 0
