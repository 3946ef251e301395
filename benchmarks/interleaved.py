"""Ways of doing the same compared by CPU: each run in a process of its own, in turn, the medians of all.

Seconds on a shared machine prove little, ratios of CPU within one run a lot. Each run has a stub of its own,
so that requests and bytes are each way's own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from benchmarks.instructions import instructions
from benchmarks.stub.endpoint import stub
from benchmarks.stub.server import Options

_ROOT = Path(__file__).parent.parent
TABLE_HEAD = (
    "| way | CPU, us a row | less CPU | instructions a row | requests a 1,000 rows | bytes a row "
    "| peak, MiB | rows a second |\n|---|---:|---:|---:|---:|---:|---:|---:|"
)


@dataclass(slots=True)
class Way:
    """
    Args:
        command: of Python, such as `-m benchmarks.write`; it prints a JSON object with `cpu` and `wall`, the
            seconds of what is measured, and maybe the KiB at its `peak`.
        folder: of the stub's objects, where that is not one for all ways.
        python: the interpreter.
    """

    name: str
    command: Sequence[str]
    folder: str = ""
    python: str = sys.executable
    cpu: list[float] = field(default_factory=list)
    ratio: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    instructions: float | None = None
    """Of a row."""
    peak: float = 0.0

    def row(self, rows: int) -> str:
        """Of the table, `rows` having been done in each run."""
        cells = (
            self.name,
            f"{median(self.cpu) / rows * 1e6:.2f}",
            f"{median(self.ratio):.1f}",
            f"{self.instructions:,.0f}" if self.instructions else "not counted",
            f"{self.counts['requests'] / rows * 1000:.1f}",
            f"{self.counts['bytes'] / rows:.0f}",
            f"{self.peak / 1024:.0f}" if self.peak else "not looked at",
            f"{rows / median(self.wall):,.0f}",
        )
        return f"| {' | '.join(cells)} |"


def compare(ways: Sequence[Way], rounds: int, options: Options) -> None:
    """Fills in what the ways took; ratios are to the first of them, within a round."""
    for _ in range(rounds):
        for way in ways:
            _run(way, options)
            way.ratio.append(ways[0].cpu[-1] / way.cpu[-1])


def count_instructions(small: Way, large: Way, more: int, options: Options) -> float:
    """Of a row: what the large work takes more than the small one, which has `more` rows less. So neither the
    start nor what is made once is in it. See `instructions.can_count`."""
    return (_instructions(large, options) - _instructions(small, options)) / more


def _run(way: Way, options: Options) -> None:
    with stub(_own(way, options)) as endpoint:
        found = json.loads(_output([way.python, *way.command], endpoint.environment))
    way.cpu.append(found["cpu"])
    way.wall.append(found["wall"])
    way.peak = found.get("peak", 0.0)
    way.counts = endpoint.counts


def _instructions(way: Way, options: Options) -> int:
    with stub(_own(way, options)) as endpoint:
        return instructions([way.python, *way.command], endpoint.environment)


def _own(way: Way, options: Options) -> Options:
    return replace(options, folder=way.folder or options.folder)


def _output(command: Sequence[str], environment: dict[str, str]) -> str:
    return subprocess.run(
        command, cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
