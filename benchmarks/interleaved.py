"""Ways of doing the same compared by CPU: each run in a process of its own, in turn, the medians of all.

Seconds on a shared machine prove little, ratios of CPU within one run a lot. Each run has a stub of its own,
so that requests and bytes are each way's own.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from benchmarks.stub.endpoint import stub
from benchmarks.stub.server import Options

_ROOT = Path(__file__).parent.parent
_PERF = ("perf", "stat", "-x,", "-e", "instructions:u")
TABLE_HEAD = (
    "| way | CPU, us a row | less CPU | instructions a row | requests a 1,000 rows | bytes a row "
    "| rows a second |\n|---|---:|---:|---:|---:|---:|---:|"
)


@dataclass(slots=True)
class Way:
    """
    Args:
        command: of Python, such as `-m benchmarks.write`; it prints a JSON object with `cpu` and `wall`, the
            seconds of what is measured.
        folder: of the stub's objects, where that is not one for all ways.
    """

    name: str
    command: Sequence[str]
    folder: str = ""
    cpu: list[float] = field(default_factory=list)
    ratio: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    instructions: int | None = None

    def row(self, rows: int) -> str:
        """Of the table, `rows` having been done in each run."""
        cells = (
            self.name,
            f"{median(self.cpu) / rows * 1e6:.2f}",
            f"{median(self.ratio):.1f}",
            f"{self.instructions / rows:,.0f}" if self.instructions else "not to be had",
            f"{self.counts['requests'] / rows * 1000:.1f}",
            f"{self.counts['bytes'] / rows:.0f}",
            f"{rows / median(self.wall):,.0f}",
        )
        return f"| {' | '.join(cells)} |"


def compare(ways: Sequence[Way], rounds: int, options: Options) -> None:
    """Fills in what the ways took; ratios are to the first of them, within a round."""
    for _ in range(rounds):
        for way in ways:
            _run(way, options)
            way.ratio.append(ways[0].cpu[-1] / way.cpu[-1])
    if _counted([*_PERF, "true"], dict(os.environ)):
        for way in ways:
            way.instructions = _instructions(way, options)


def _run(way: Way, options: Options) -> None:
    with stub(_own(way, options)) as endpoint:
        found = json.loads(_output([sys.executable, *way.command], endpoint.environment))
    way.cpu.append(found["cpu"])
    way.wall.append(found["wall"])
    way.counts = endpoint.counts


def _instructions(way: Way, options: Options) -> int | None:
    """In user mode, of the whole process less one that does nothing."""
    with stub(_own(way, options)) as endpoint:
        whole, idle = (
            _counted([*_PERF, sys.executable, *way.command, *more], endpoint.environment)
            for more in ([], ["--idle"])
        )
    return whole - idle if whole and idle else None


def _own(way: Way, options: Options) -> Options:
    return replace(options, folder=way.folder or options.folder)


def _counted(command: Sequence[str], environment: dict[str, str]) -> int | None:
    """None: this machine does not count."""
    try:
        done = subprocess.run(
            command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return None
    found = re.search(r"^(\d+),.*instructions:u", done.stderr, re.MULTILINE)
    return int(found[1]) if found else None


def _output(command: Sequence[str], environment: dict[str, str]) -> str:
    return subprocess.run(
        command, cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
