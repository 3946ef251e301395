"""Peak memory of a load on this machine, of files small and large, each in a process of its own:
`python -m benchmarks.here`. Linux; needs 1 GB of disk and some minutes.

By default its table takes everything at once, so that nothing but this machine sets the pace;
`--endpoint` names a real one, where `--table` has the partition key `order_id`, a text.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.resident import peak_kib
from benchmarks.samples import ORDERS_COLUMNS, orders, save
from headrace.here.wiring import Workbench
from headrace.job.model import Place
from headrace.library.local import LocalPipeline, url_of_path
from headrace.ports import Condition, Item, KeyAttribute, Page, ReadRequest, TableSchema, UserQueue, Written

TABLE_HEAD = "| rows | MB | table | before, MiB | peak, MiB | s |\n|---:|---:|---|---:|---:|---:|"
KEY = KeyAttribute("order_id", "S", "partition")
_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class EagerWrite:
    """One that is carried out as it is begun."""

    done: Written

    def written(self) -> Written:
        return self.done

    def abandon(self) -> None:
        """Nothing is on its way."""


class EagerPlaces:
    """A table that takes everything at once and keeps nothing."""

    def tables(self, place: Place) -> EagerPlaces:  # noqa: ARG002 - it is the same everywhere
        return self

    def queue(self, url: str, place: Place) -> UserQueue:
        raise NotImplementedError

    def describe(self, table: str) -> TableSchema:
        return TableSchema(table, f"arn:aws:dynamodb:eu-west-1:123456789012:table/{table}", (KEY,))

    def write(self, table: str, requests: str) -> Written:  # noqa: ARG002
        return Written(units=float(requests.count('{"PutRequest"')))

    def begin_write(self, table: str, requests: str) -> EagerWrite:
        return EagerWrite(self.write(table, requests))

    def write_if(self, table: str, requests: str, condition: Condition) -> Written:
        raise NotImplementedError

    def read(self, request: ReadRequest) -> Page:
        raise NotImplementedError

    def absent(self, table: str, keys: Sequence[Item]) -> list[Item]:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Figure:
    """MiB: `before` with all imported and all clients made, `peak` at most."""

    rows: int
    megabytes: float
    table: str
    before: float
    peak: float
    seconds: float

    def __str__(self) -> str:
        return (
            f"| {self.rows:,} | {self.megabytes:.0f} | {self.table} | "
            f"{self.before:.0f} | {self.peak:.0f} | {self.seconds:.0f} |"
        )


def load(file: Path, table: str, endpoint: str | None) -> dict[str, Any]:
    """Loads the file in this process, with its progress looked at as in a terminal.

    Returns KiB resident `before` and at `peak`, and the `rows` that were written."""
    with tempfile.TemporaryDirectory() as folder:
        places = None if endpoint else EagerPlaces()
        bench = Workbench(Path(folder), Place(region="us-east-1", endpoint=endpoint), places)
        bench._places.tables(Place()).describe(table)
        before = peak_kib()
        with LocalPipeline.of(bench) as pipeline:
            job = {"operation": "load", "source": url_of_path(file), "target": table}
            report = pipeline.run(job | {"columns": ORDERS_COLUMNS}, on_progress=lambda _: None)
    if report["status"] != "SUCCEEDED":
        raise RuntimeError(f"a figure of what failed would be none: {report['cause']}")
    return {"before": before, "peak": peak_kib(), "rows": report["rows"]["written"]}


def figures(rows: Sequence[int], table: str = "orders", endpoint: str | None = None) -> Iterator[Figure]:
    for count in rows:
        with tempfile.TemporaryDirectory() as folder:
            file = save(Path(folder) / "orders.csv", orders(count))
            yield _figure(file, count, table, endpoint)


def _figure(file: Path, rows: int, table: str, endpoint: str | None) -> Figure:
    command = [sys.executable, "-m", "benchmarks.here", "--load", str(file), "--table", table]
    command += ["--endpoint", endpoint] if endpoint else []
    start = time.monotonic()
    done = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=True)
    seconds, seen = time.monotonic() - start, json.loads(done.stdout)
    assert seen["rows"] == rows, "all of it, or the figure is of something else"
    megabytes = file.stat().st_size / 1e6
    what = "at the endpoint" if endpoint else "takes everything at once"
    return Figure(rows, megabytes, what, seen["before"] / 1024, seen["peak"] / 1024, seconds)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 5_000_000])
    parser.add_argument("--table", default="orders")
    parser.add_argument("--endpoint")
    parser.add_argument("--load", type=Path, help="load this file of orders, print what it took, and end")
    asked = parser.parse_args(arguments)
    if asked.load:
        print(json.dumps(load(asked.load, asked.table, asked.endpoint)))
        return
    print(TABLE_HEAD)
    for figure in figures(asked.rows, asked.table, asked.endpoint):
        print(figure, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
