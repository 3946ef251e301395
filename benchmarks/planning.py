"""CPU of finding the chunks of an object, against `wc -l` of it: `python -m benchmarks.planning`."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks.samples import ORDERS_HEADER, Quoting, orders, save
from headrace.delimited.encoding import TextEncoding
from headrace.delimited.split import Limits, find_chunks
from headrace.job.model import MIB, Format

_ROOT = Path(__file__).parent.parent
_BLOCK = 4 * MIB


def scan(path: Path) -> int:
    """Records of a file of orders, as plan finds them."""
    start = len(ORDERS_HEADER)
    blocks = _blocks(path, start)
    chunks = find_chunks(blocks, Format(), TextEncoding("utf-8"), Limits(16 * MIB), start, 2)
    return sum(chunk.records for chunk in chunks)


def _blocks(path: Path, start: int) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        while block := file.read(_BLOCK):
            yield block


def compare(path: Path, pairs: int) -> tuple[float, float]:
    """Medians of CPU seconds, of a scan in a fresh interpreter and of `wc -l`, taken in turn."""
    scans, counts = [], []
    for _ in range(pairs):
        scans.append(_cpu([sys.executable, "-m", "benchmarks.planning", "--scan", str(path)]))
        counts.append(_cpu(["wc", "-l", str(path)]))
    return median(scans), median(counts)


def _cpu(command: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=_ROOT, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--scan", type=Path, help="print the records of this file of orders, and end")
    asked = parser.parse_args(arguments)
    if asked.scan:
        print(scan(asked.scan))
        return
    print("| object | MB | planning, s | wc -l, s | ratio |\n|---|---:|---:|---:|---:|")
    for quoting in Quoting:
        with tempfile.TemporaryDirectory() as folder:
            path = save(Path(folder) / "orders.csv", orders(asked.rows, quoting))
            ours, theirs = compare(path, asked.pairs)
            megabytes = path.stat().st_size / 1e6
        print(
            f"| {quoting} | {megabytes:.0f} | {ours:.2f} | {theirs:.2f} | {ours / theirs:.1f} |", flush=True
        )


if __name__ == "__main__":
    main(sys.argv[1:])
