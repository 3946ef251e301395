"""CPU of a row on its way from a queue's message into a table, by write_batch as it is deployed, and by
boto3's `batch_writer` on messages that are parsed: `python -m benchmarks.write`.

The peer has it easy: its messages have as many items as ours, as plain JSON arrays, and one `batch_writer`
takes them all.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.calls import JOB, batch_event
from benchmarks.interleaved import TABLE_HEAD, Way, compare
from benchmarks.samples import ORDERS_COLUMNS, ORDERS_HEADER, orders
from benchmarks.stub.server import Options
from headrace import layout
from headrace.job.model import Job
from headrace.line_writer import Width
from headrace.messages import MAX_REQUESTS, pack, put_request
from headrace.plan import Plan
from headrace.ports import Item, KeyAttribute

_NOTE = 108
"""Makes rows of 178 bytes."""
_BATCH = 10
_KEY = KeyAttribute("order_id", "S", "partition")
_TABLE = "orders"


def save_messages(folder: Path, rows: int) -> None:
    """Events of ten messages each for write_batch, the plan of their job, and the same items for the peer."""
    job = Job("s3://data/orders.csv", _TABLE)
    plan = Plan(JOB, job, None, "utf-8", False, tuple(_names()), (_KEY,))
    _save(folder / "data" / layout.plan_key(JOB), plan.to_json())
    requests = list(map(put_request, items(rows)))
    packed = pack(requests, None, JOB, 0, job.target, 0, job.message_bytes)
    bodies = [body.decode() for body in packed]
    for first in range(0, len(bodies), _BATCH):
        batch = bodies[first : first + _BATCH]
        event = batch_event({str(first + number): body for number, body in enumerate(batch)})
        _save(folder / "ours" / f"{first:06d}", json.dumps(event).encode())
        _save(folder / "peer" / f"{first:06d}", json.dumps(list(map(_plain, batch))).encode())


def items(rows: int) -> Iterator[Item]:
    for record in csv.DictReader(orders(rows, note=_NOTE)):
        yield {name: {ORDERS_COLUMNS.get(name, "S"): value} for name, value in record.items()}


def _names() -> list[str]:
    return ORDERS_HEADER.strip().split(",")


def _plain(body: str) -> str:
    """A message's items as plain JSON, in an array; numbers are numbers."""
    requests = [one for line in body.split("\n")[1:] for one in json.loads(line)]
    return f"[{','.join(_plain_item(one['PutRequest']['Item']) for one in requests)}]"


def _plain_item(item: Item) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{_spelled(value)}" for name, value in item.items()) + "}"


def _spelled(value: dict[str, str]) -> str:
    return value["N"] if "N" in value else json.dumps(value["S"])


def _save(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def _ours() -> Callable[[Any], None]:
    from benchmarks.peak import CONTEXT, ENVIRONMENT  # noqa: PLC0415

    os.environ |= ENVIRONMENT | dict(os.environ)
    from lambdas.write_batch import handler  # noqa: PLC0415

    context: Any = CONTEXT

    def write(event: Any) -> None:
        if failed := handler(event, context)["batchItemFailures"]:
            raise RuntimeError(f"a figure of what failed would be none: {failed}")

    return write


def _batch_writer() -> Callable[[Any], None]:
    import boto3  # noqa: PLC0415

    table = boto3.resource("dynamodb").Table(_TABLE)

    def write(bodies: Any) -> None:
        with table.batch_writer() as batch:
            for body in bodies:
                for item in json.loads(body, parse_float=Decimal):
                    batch.put_item(Item=item)

    return write


_WAYS: dict[str, tuple[str, Callable[[], Callable[[Any], None]], int]] = {
    "batch_writer": ("peer", _batch_writer, 1),
    "write_batch": ("ours", _ours, Width.MOST),
}
"""By name: the folder of its events, what makes the function that takes one, and its calls at once."""


def run(name: str, folder: Path, idle: bool) -> dict[str, float]:
    """CPU and wall seconds of all events; what is loaded and parsed before is not counted."""
    kind, make, _ = _WAYS[name]
    write, cpu, wall = make(), 0.0, 0.0
    for path in [] if idle else sorted((folder / kind).iterdir()):
        event = json.loads(path.read_bytes())
        before = time.process_time(), time.perf_counter()
        write(event)
        cpu, wall = cpu + time.process_time() - before[0], wall + time.perf_counter() - before[1]
    return {"cpu": cpu, "wall": wall}


def figures(rows: int, rounds: int, latency: float) -> list[Way]:
    """Raises RuntimeError: a way was faster than the latency allows, so it was not applied."""
    with tempfile.TemporaryDirectory() as folder:
        save_messages(Path(folder), rows)
        ways = [Way(name, ("-m", "benchmarks.write", "--way", name, "--folder", folder)) for name in _WAYS]
        compare(ways, rounds, Options(folder, latency))
    for way in ways:
        if min(way.wall) < latency * rows / MAX_REQUESTS / _WAYS[way.name][2]:
            raise RuntimeError(f"{way.name} did not wait for answers that take {latency} s")
    return ways


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before an answer")
    parser.add_argument("--way", choices=list(_WAYS), help="only this one, in this process")
    parser.add_argument("--folder", type=Path, help="of its messages")
    parser.add_argument("--idle", action="store_true", help="all but the work")
    asked = parser.parse_args(arguments)
    if asked.way:
        print(json.dumps(run(asked.way, asked.folder, asked.idle)))
        return
    print(TABLE_HEAD)
    for way in figures(asked.rows, asked.rounds, asked.latency):
        print(way.row(asked.rows), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
