"""The deployed handlers on a CSV, as AWS calls them: load_chunk with each chunk of the plan, then write_batch
with the messages that came of it, ten at a time: `python -m benchmarks.deployed --folder <folder>`.

It prints the CPU seconds of each of the two, without the imports. AWS is the stub, which keeps the messages
in the folder; planning is done before, with AWS played by the folder.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.calls import Calls, batch_event
from benchmarks.peak import CONTEXT, ENVIRONMENT
from benchmarks.resident import peak_kib
from benchmarks.samples import ORDERS_COLUMNS, save
from benchmarks.stub.operations import QUEUE
from headrace.job.model import Place
from lambdas.wiring.loading import loader
from lambdas.wiring.writing import writer

FUNCTIONS = ("load_chunk", "write_batch")
BATCH, BATCH_BYTES = 10, 6_000_000
"""Messages that SQS hands to a function at once at most, and their bytes."""
_SOURCE = "incoming/orders.csv"
_EVENTS = "events.json"


def prepare(folder: Path, rows: Iterable[str]) -> Path:
    """Saves the CSV and plans its load; returns the CSV."""
    path = save(folder / "data" / _SOURCE, iter(rows))
    calls = Calls(folder, "orders")
    job = {"operation": "load", "source": f"s3://data/{_SOURCE}", "target": "orders"}
    calls.plan(job | {"columns": ORDERS_COLUMNS}, "plan")
    (folder / _EVENTS).write_text(json.dumps(calls.units()))
    return path


def run(folder: Path, functions: Collection[str] = FUNCTIONS) -> dict[str, float]:
    """Seconds of CPU, of which `load` and `write`, and of the wall; KiB at `peak`; `units` and `batches`."""
    load, write = map(_Calls, FUNCTIONS)
    if load.name in functions:
        load.call_all(json.loads((folder / _EVENTS).read_text()))
    if write.name in functions:
        write.call_all(_batches(folder / QUEUE))
    return {
        "cpu": load.cpu + write.cpu,
        "wall": load.wall + write.wall,
        "load": load.cpu,
        "write": write.cpu,
        "units": load.calls,
        "batches": write.calls,
        "peak": peak_kib(),
    }


def _batches(queue: Path) -> Iterator[Any]:
    batch, size = dict[str, str](), 0
    for file in sorted(queue.iterdir()):
        more = file.stat().st_size
        if batch and (len(batch) == BATCH or size + more > BATCH_BYTES):
            yield batch_event(batch)
            batch, size = {}, 0
        batch[file.name] = file.read_text(encoding="utf-8")
        size += more
    if batch:
        yield batch_event(batch)


class _Calls:
    """Of one handler; what is made ready before each is not counted."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._handler, self._context = _handler(name)
        self.cpu = self.wall = 0.0
        self.calls = 0

    def call_all(self, events: Iterable[Any]) -> None:
        """Raises RuntimeError: something failed."""
        for event in events:
            before = time.process_time(), time.perf_counter()
            answer = self._handler(event, self._context)
            self.cpu += time.process_time() - before[0]
            self.wall += time.perf_counter() - before[1]
            self.calls += 1
            if answer.get("batchItemFailures") or answer.get("more"):
                raise RuntimeError(f"a figure of what failed would be none: {answer}")


def _handler(function: str) -> tuple[Callable[[Any, Any], Any], Any]:
    """With its clients made, as a warm function has them."""
    os.environ.update(ENVIRONMENT | dict(os.environ))
    _ = loader(), writer()._places.tables(Place())
    return importlib.import_module(f"lambdas.{function}").handler, CONTEXT


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--only", nargs="*", choices=FUNCTIONS, default=FUNCTIONS, help="of the functions")
    asked = parser.parse_args(arguments)
    print(json.dumps(run(asked.folder, asked.only)))


if __name__ == "__main__":
    main(sys.argv[1:])
