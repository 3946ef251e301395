"""CPU of a row on its way from CSV to a queue's message, made at once with others and made alone, and what
a user of boto3 pays for typed requests of the same rows: `python -m benchmarks.load`.

Each run is a process of its own, the ways take turns, and the figures are medians. Instructions are
valgrind's, where it is installed, of the whole process less one that only starts: they tell how the cost
grows, which seconds on a shared machine do not.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from statistics import median

from benchmarks.instructions import can_count, instructions
from benchmarks.rows import at_once, one_by_one, to_messages
from benchmarks.samples import ORDERS_COLUMNS, orders, save
from headrace.messages import MAX_REQUESTS

_ROOT = Path(__file__).parent.parent
_NOTE = 108
"""Makes rows of 178 bytes."""
_COUNTED_ROWS = 5_000
"""Times 1, 2, 4 and 8."""


def _boto3(path: Path) -> int:
    """As `batch_writer` has them before a request is made of them."""
    from boto3.dynamodb.types import TypeSerializer  # noqa: PLC0415

    serialize, requests, bodies = TypeSerializer().serialize, list[object](), 0
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            item = {name: serialize(_typed(name, cell)) for name, cell in row.items() if cell}
            requests.append({"PutRequest": {"Item": item}})
            if len(requests) == MAX_REQUESTS:
                bodies += bool(json.dumps({"RequestItems": {"orders": requests}}))
                requests.clear()
    return bodies


def _typed(name: str, cell: str) -> str | Decimal:
    return Decimal(cell) if name in ORDERS_COLUMNS else cell


_WAYS: dict[str, Callable[[Path], int]] = {
    "csv.DictReader, TypeSerializer, json": _boto3,
    "row by row": lambda path: to_messages(_text(path), one_by_one),
    "at once": lambda path: to_messages(_text(path), at_once),
}


def _text(path: Path) -> bytes:
    return path.read_bytes().partition(b"\n")[2]


def compare(path: Path, rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each way in each round."""
    found: dict[str, list[float]] = {way: [] for way in _WAYS}
    for _ in range(rounds):
        for way, seconds in found.items():
            command = [sys.executable, *_child(way, path)]
            done = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=True)
            seconds.append(float(done.stdout))
    return found


def count_instructions(way: str, path: Path) -> int | None:
    """None: this machine does not count."""
    if not can_count():
        return None
    whole, idle = (instructions([sys.executable, *_child(way, path), *more]) for more in ([], ["--idle"]))
    return whole - idle


def _child(way: str, path: Path) -> list[str]:
    return ["-m", "benchmarks.load", "--way", way, "--file", str(path)]


def _table(rows: int, rounds: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = save(Path(folder) / "orders.csv", orders(rows, note=_NOTE))
        small = save(Path(folder) / "few.csv", orders(min(rows, _COUNTED_ROWS * 2), note=_NOTE))
        found = compare(path, rounds)
        base = next(iter(found.values()))
        yield "| way | CPU, us a row | less CPU | instructions a row |\n|---|---:|---:|---:|"
        for way, seconds in found.items():
            less = median(theirs / ours for theirs, ours in zip(base, seconds, strict=True))
            counted = count_instructions(way, small)
            of_row = f"{counted / min(rows, _COUNTED_ROWS * 2):,.0f}" if counted else "not counted"
            yield f"| {way} | {median(seconds) / rows * 1e6:.2f} | {less:.1f} | {of_row} |"


def _growth(first: int) -> Iterator[str]:
    yield "\n| rows, at once | instructions a row |\n|---:|---:|"
    with tempfile.TemporaryDirectory() as folder:
        for rows in (first * times for times in (1, 2, 4, 8)):
            path = save(Path(folder) / "orders.csv", orders(rows, note=_NOTE))
            counted = count_instructions("at once", path)
            yield f"| {rows:,} | {counted / rows:,.0f} |" if counted else f"| {rows:,} | not counted |"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--first", type=int, default=_COUNTED_ROWS, help="rows to count, and 2, 4, 8 times as many"
    )
    parser.add_argument("--way", choices=list(_WAYS), help="only this one, in this process: CPU seconds")
    parser.add_argument("--file", type=Path, help="of its rows")
    parser.add_argument("--idle", action="store_true", help="all but the work")
    asked = parser.parse_args(arguments)
    if asked.way:
        before = time.process_time()
        _ = asked.idle or _WAYS[asked.way](asked.file)
        print(time.process_time() - before)
        return
    for line in (*_table(asked.rows, asked.rounds), *_growth(asked.first)):
        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
