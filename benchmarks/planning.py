"""CPU of finding the chunks of an object, against `wc -l` of it: `python -m benchmarks.planning`.

Needs 1.1 GB of disk and some minutes.
"""

from __future__ import annotations

import argparse
import os
import resource
import site
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks.samples import save
from benchmarks.shapes import HARD, ORDERS, Shape

_ROOT = Path(__file__).parent.parent
# Modules are found as in a function, not by the way of an editable install, which takes as long as they do.
_ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), *map(str, site.getsitepackages())])}


def compare(path: Path, shape: Shape, pairs: int) -> tuple[float, float, float]:
    """Medians of CPU seconds, of a scan in a fresh interpreter and of `wc -l`, taken in turn, and of their
    ratios."""
    scan = [sys.executable, "-S", "benchmarks/splitting.py", str(path), shape.preset, shape.encoding]
    taken = [(_cpu(scan), _cpu(["wc", "-l", str(path)])) for _ in range(pairs)]
    ours, theirs = zip(*taken, strict=True)
    return median(ours), median(theirs), median(one / other for one, other in taken)


def _cpu(command: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=_ROOT, env=_ENVIRONMENT, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measure(shapes: Mapping[str, Shape], rows: int, pairs: int) -> None:
    for name, shape in shapes.items():
        with tempfile.TemporaryDirectory() as folder:
            path = save(Path(folder) / "source", map(shape.row, range(rows)), shape.encoding)
            ours, theirs, ratio = compare(path, shape, pairs)
            megabytes = path.stat().st_size / 1e6
        print(f"| {name} | {megabytes:.0f} | {ours:.2f} | {theirs:.3f} | {ratio:.1f} |", flush=True)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000, help="of each object")
    parser.add_argument("--pairs", type=int, default=7)
    asked = parser.parse_args(arguments)
    print("| object | MB | planning, s | wc -l, s | ratio |\n|---|---:|---:|---:|---:|")
    measure(ORDERS, asked.rows, asked.pairs)
    measure(HARD, asked.rows, asked.pairs)


if __name__ == "__main__":
    main(sys.argv[1:])
