"""How the cost of a row grows with the number of rows: user instructions of loading 1, 2, 4 and 8 times as
many, by valgrind: `python -m benchmarks.growth`.

Of each run those of another with few rows are taken off: what starts, is made once and is connected.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import plot
from benchmarks.deployed import prepare
from benchmarks.instructions import can_count, instructions
from benchmarks.samples import orders
from benchmarks.stub.endpoint import stub
from benchmarks.stub.server import Options

TIMES = (1, 2, 4, 8)
TOGETHER = "load_chunk and write_batch"
_FIRST = 10_000
_FEW = 5_000
"""Enough for every connection to be open, and for as many rows as types are looked for in."""
_NOTE = 108
"""Makes rows of 178 bytes."""


def growth(first: int, few: int = _FEW) -> dict[str, list[float]]:
    """Instructions a row of each way, of `first` rows and of 2, 4 and 8 times as many."""
    base = _counted(few)
    found: dict[str, list[float]] = {name: [] for name in base}
    for rows in (first * times for times in TIMES):
        for name, count in _counted(rows).items():
            found[name].append((count - base[name]) / (rows - few))
    both = zip(*found.values(), strict=True)
    return {TOGETHER: [load + write for load, write, _ in both], **found}


def _counted(rows: int) -> dict[str, int]:
    """The messages that one of them sends are what the next one writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = prepare(Path(folder), orders(rows, note=_NOTE))
        deployed = ("benchmarks.deployed", "--folder", folder, "--only")
        commands = {
            "load_chunk": (*deployed, "load_chunk"),
            "write_batch": (*deployed, "write_batch"),
            "load --here": ("benchmarks.ours_here", str(path)),
        }
        return {name: _count(command, folder) for name, command in commands.items()}


def _count(command: Sequence[str], folder: str) -> int:
    with stub(Options(folder, keeps=True)) as endpoint:
        return instructions([sys.executable, "-m", *command], endpoint.environment)


def table(first: int, found: dict[str, list[float]]) -> Iterator[str]:
    yield f"| rows | {' | '.join(found)} |"
    yield "|---:|" + "---:|" * len(found)
    for number, times in enumerate(TIMES):
        cells = (f"{values[number]:,.0f}" for values in found.values())
        yield f"| {first * times:,} | {' | '.join(cells)} |"
    apart = (f"{max(values) / min(values) * 100 - 100:.1f} %" for values in found.values())
    yield f"| largest above smallest | {' | '.join(apart)} |"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=_FIRST, help="rows, and 2, 4, 8 times as many")
    parser.add_argument("--plot", type=Path, help="save the figures there, as SVG")
    asked = parser.parse_args(arguments)
    if not can_count():
        print("valgrind is not installed: instructions are not counted")
        return
    found = growth(asked.first)
    for line in table(asked.first, found):
        print(line, flush=True)
    if asked.plot:
        rows = [asked.first * times for times in TIMES]
        asked.plot.write_text(plot.lines("Instructions a row", "rows loaded", rows, found))


if __name__ == "__main__":
    main(sys.argv[1:])
