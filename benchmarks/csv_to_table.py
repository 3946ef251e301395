"""CPU of a row on its way from a CSV into a table, by Headrace and by others:
`python -m benchmarks.csv_to_table`.

AWS is the stub, over TLS; each way is a fresh process, the ways take turns. Counted is everything but the
imports: of `load --here` and of the peers also the making of clients, which the deployed functions have when
they are warm. Instructions are of fewer rows, where valgrind is installed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks import peers, plot
from benchmarks.deployed import prepare
from benchmarks.environment import peers_python
from benchmarks.instructions import can_count
from benchmarks.interleaved import TABLE_HEAD, Way, compare, count_instructions
from benchmarks.samples import orders
from benchmarks.stub.server import Options
from headrace.line_writer import Width
from headrace.messages import MAX_REQUESTS

DEPLOYED = "load_chunk and write_batch"
HERE = "headrace load --here"
ASYNCIO = "asyncio: aioboto3, 10 workers"
_NOTE = 108
"""Makes rows of 178 bytes."""
_FEW = 1_000, 4_000
"""Rows whose instructions are compared: 3,000 more."""
_AT_ONCE = {
    peers.BATCH_WRITER: 1,
    peers.TYPED: 1,
    DEPLOYED: Width.MOST,
}
"""Requests on their way at once, where these are not as many as workers."""


def ways_of(folder: Path, rows: int) -> list[Way]:
    """A CSV of so many rows, and the ways to load it; without the peers that could not be installed."""
    path = prepare(folder, orders(rows, note=_NOTE))
    ways = [_peer(name, path, folder) for name in peers.WAYS if python_of(name)]
    deployed = ("-m", "benchmarks.deployed", "--folder", str(folder))
    here = ("-m", "benchmarks.ours_here", str(path))
    return [*ways, Way(DEPLOYED, deployed, str(folder)), Way(HERE, here, str(folder))]


def _peer(name: str, path: Path, folder: Path) -> Way:
    command = ("-m", "benchmarks.peers", name, str(path))
    return Way(name, command, str(folder), python_of(name) or sys.executable)


def python_of(name: str) -> str | None:
    return sys.executable if peers.WAYS[name][0] == "boto3" else peers_python()


def figures(rows: int, rounds: int, latency: float, counts: bool, names: Sequence[str] = ()) -> list[Way]:
    """
    Args:
        counts: whether instructions are counted.
        names: of the ways; by default all.

    Raises RuntimeError: a way wrote another number of rows, or was faster than the latency allows."""
    with tempfile.TemporaryDirectory() as name:
        ways = [way for way in ways_of(Path(name), rows) if way.name in names or not names]
        compare(ways, rounds, Options(latency=latency, keeps=True))
    for way in ways:
        _check(way, rows, latency)
    if counts and can_count():
        _count(ways)
    return ways


def _check(way: Way, rows: int, latency: float) -> None:
    written = way.counts["items"] - way.counts["PutItem"]  # which are the ledger's
    if written != rows:
        raise RuntimeError(f"{way.name} wrote {written} of {rows} rows: a figure of it would be none")
    if min(way.wall) < latency * rows / MAX_REQUESTS / _at_once(way.name):
        raise RuntimeError(f"{way.name} did not wait for answers that take {latency} s")


def _at_once(name: str) -> int:
    own = max(os.cpu_count() or 1, peers.WORKERS)
    return _AT_ONCE.get(name, own)


def _count(ways: Sequence[Way]) -> None:
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as more:
        small, large = (ways_of(Path(name), rows) for name, rows in zip((few, more), _FEW, strict=True))
        pairs = {one.name: (one, other) for one, other in zip(small, large, strict=True)}
        for way in ways:
            way.instructions = count_instructions(*pairs[way.name], _FEW[1] - _FEW[0], Options(keeps=True))


def against_asyncio(ways: Sequence[Way]) -> Iterator[str]:
    """The ratios that are promised, each the median of those within a round."""
    found = {way.name: way for way in ways}
    if ASYNCIO in found:
        yield f"\n| way | less CPU than {peers.BATCH_WRITER} | than asyncio |\n|---|---:|---:|"
        for name in (DEPLOYED, HERE):
            pairs = zip(found[ASYNCIO].cpu, found[name].cpu, strict=True)
            less = median(theirs / ours for theirs, ours in pairs)
            yield f"| {name} | {median(found[name].ratio):.1f} | {less:.1f} |"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before an answer")
    parser.add_argument("--no-instructions", action="store_true", help="do not count them")
    parser.add_argument("--plot", type=Path, help="save the CPU of each way there, as SVG")
    asked = parser.parse_args(arguments)
    ways = figures(asked.rows, asked.rounds, asked.latency, not asked.no_instructions)
    for line in (TABLE_HEAD, *(way.row(asked.rows) for way in ways), *against_asyncio(ways)):
        print(line, flush=True)
    if asked.plot:
        bars = {way.name: median(way.cpu) / asked.rows * 1e6 for way in ways}
        ours = {DEPLOYED, HERE}
        asked.plot.write_text(plot.bars("CPU to bring a row of CSV into a table, microseconds", bars, ours))


if __name__ == "__main__":
    main(sys.argv[1:])
