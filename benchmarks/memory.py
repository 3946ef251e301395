"""Peak memory of plan, load_chunk and write_batch, over a large object and over the shapes that are
hardest to hold: `python -m benchmarks.memory`. Linux; needs 1.2 GB of disk and some minutes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.calls import TABLE_HEAD, Calls, Figure, batch_event
from benchmarks.samples import (
    HARD,
    HARD_LINES,
    ORDERS_COLUMNS,
    ORDERS_HEADER,
    lines,
    orders,
    pairs,
    save,
)

MIB = 1024 * 1024
_EVERY = 8


class Case:
    """One object in a folder of its own, and the functions called on it, each in a fresh process.

    Args:
        fields: of the job, beside the ones that every job has.
    """

    def __init__(self, folder: Path, shape: str, rows: Iterator[str], fields: dict[str, Any]) -> None:
        self._folder = folder
        self._calls = Calls(folder, shape)
        self._fields = fields
        self._size = save(folder / "data" / "source.csv", rows).stat().st_size

    def plan(self, chunk_bytes: int) -> Figure:
        job = {
            "operation": "load",
            "source": "s3://data/source.csv",
            "target": "orders",
            **self._fields,
            "parallel": {"chunk_bytes": chunk_bytes},
        }
        return self._calls.plan(job, f"plan of {self._size / MIB:.0f} MiB")

    def load(self) -> Figure:
        """Every eighth unit, one after the other, as a warm function has them."""
        units = self._calls.units()[::_EVERY]
        return self._calls.call("load_chunk", f"load_chunk of {_counted(units)}", units)

    def write(self) -> Figure | None:
        """One batch of the messages that were sent first; None: all rows were rejected."""
        messages = sorted((self._folder / "queue").glob("*"))
        if not messages:
            return None
        event = batch_event({file.name: file.read_text(encoding="utf-8") for file in messages})
        return self._calls.call("write_batch", f"write_batch of {len(messages)} message(s)", [event])


def _counted(units: Sequence[Any]) -> str:
    return "the chunk" if len(units) == 1 else f"{len(units)} chunks in turn"


def figures(rows: int, chunk_bytes: int, shapes: Iterable[str]) -> Iterator[Figure]:
    """Of `rows` orders, of one chunk of orders that are all rejected, and of one of each of the shapes,
    which are names of HARD or of HARD_LINES."""
    yield from _measure(f"orders, {rows:,} rows", orders(rows), {"columns": ORDERS_COLUMNS}, chunk_bytes)
    wrong = {"columns": dict.fromkeys(ORDERS_HEADER.strip().split(",")[1:], "BOOL")}
    yield from _measure("orders, seven wrong cells a row", orders(chunk_bytes // 200), wrong, chunk_bytes)
    for shape in shapes:
        yield from _measure(shape, *_hard(shape, chunk_bytes), chunk_bytes)


def _hard(shape: str, size: int) -> tuple[Iterator[str], dict[str, Any]]:
    if shape in HARD:
        return pairs(size, HARD[shape]), {}
    preset, row = HARD_LINES[shape]
    return lines(size, row), {"format": {"preset": preset}}


def _measure(shape: str, rows: Iterator[str], fields: dict[str, Any], chunk_bytes: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        case = Case(Path(folder), shape, rows, fields)
        yield case.plan(chunk_bytes)
        yield case.load()
        if written := case.write():
            yield written


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--chunk-bytes", type=int, default=16 * MIB)
    shapes = [*HARD, *HARD_LINES]
    parser.add_argument("--shapes", nargs="*", default=shapes, choices=shapes)
    asked = parser.parse_args(arguments)
    print(TABLE_HEAD)
    for figure in figures(asked.rows, asked.chunk_bytes, asked.shapes):
        print(figure, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
