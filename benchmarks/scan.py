"""CPU of an item on its way out of a table: into a queue, and into an export, by scan_segment as it is
deployed, and as a user of boto3 writes it: `python -m benchmarks.scan`.

AWS is the stub, its table has items of 200 bytes in pages of 1 MiB. The peers have it easy: no ledger, no
retry of what a queue did not take, and their file is on this machine's disk and not compressed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.calls import Calls
from benchmarks.interleaved import TABLE_HEAD, Way, compare
from benchmarks.peak import CONTEXT, ENVIRONMENT
from benchmarks.resident import peak_kib
from benchmarks.stub.server import Options
from benchmarks.tables import items_of_a_page
from benchmarks.wire import SCANNED
from headrace.job.model import Place

_TABLE, _QUEUE = "scanned", "https://sqs.eu-west-1.amazonaws.com/123456789012/items"
_BATCH = 10
_SCAN = {"operation": "scan", "source": _TABLE, "target": _QUEUE}
_EXPORT = {"operation": "export", "source": _TABLE, "target": "s3://data/exports/orders/"}
_JOBS: dict[str, dict[str, Any]] = {
    "scan to queue, packed": _SCAN | {"scan": {"items_per_message": 10_000}},
    "scan to queue, ten a message": _SCAN | {"scan": {"items_per_message": 10}},
    "scan to queue, one a message": _SCAN,
    "copy": {"operation": "copy", "source": _TABLE, "target": "copied"},
    "export dynamodb-json": _EXPORT | {"format": {"preset": "dynamodb-json"}},
    "export jsonl": _EXPORT | {"format": {"preset": "jsonl"}},
    "export csv": _EXPORT | {"format": {"preset": "csv"}},
}
"""Without the number of segments."""


def _to_queue() -> Callable[[Path], None]:
    import boto3  # noqa: PLC0415

    dynamodb, sqs = boto3.client("dynamodb"), boto3.client("sqs")

    def scan(folder: Path) -> None:  # noqa: ARG001
        batch = list[str]()
        for page in dynamodb.get_paginator("scan").paginate(TableName=_TABLE):
            for item in page["Items"]:
                batch.append(json.dumps(item))
                if len(batch) == _BATCH:
                    _send(sqs, batch)
                    batch.clear()
        if batch:
            _send(sqs, batch)

    return scan


def _send(sqs: Any, batch: Sequence[str]) -> None:
    entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(batch)]
    if failed := sqs.send_message_batch(QueueUrl=_QUEUE, Entries=entries).get("Failed"):
        raise RuntimeError(f"not taken: {failed}")


def _to_lines() -> Callable[[Path], None]:
    import boto3  # noqa: PLC0415

    table = boto3.resource("dynamodb").Table(_TABLE)

    def export(folder: Path) -> None:
        with (folder / "items.jsonl").open("w", encoding="utf-8") as file:
            for item in _every(table.scan):
                file.write(json.dumps(item, default=str) + "\n")

    return export


def _every(scan: Callable[..., Any]) -> Iterator[Any]:
    answer = scan()
    yield from answer["Items"]
    while "LastEvaluatedKey" in answer:
        answer = scan(ExclusiveStartKey=answer["LastEvaluatedKey"])
        yield from answer["Items"]


_PEERS: dict[str, Callable[[], Callable[[Path], None]]] = {
    "boto3 scan, ten single-item messages a call": _to_queue,
    "boto3 resource scan, json": _to_lines,
}
_GROUPS = {
    "boto3 scan, ten single-item messages a call": [name for name in _JOBS if "export" not in name],
    "boto3 resource scan, json": [name for name in _JOBS if "export" in name],
}
"""Ours by the peer that they are compared with."""


def prepare(folder: Path, job: str, items: int) -> None:
    """Saves the plan and the events of a job."""
    (folder / SCANNED).write_text(json.dumps({"shape": "orders", "page": 10, "items": items}))
    calls = Calls(folder, "orders")
    calls.plan(_JOBS[job] | {"parallel": {"segments": 1}}, "plan")
    (folder / "events.json").write_text(json.dumps(calls.units()))


def _handled() -> Callable[[Path], None]:
    """With its clients made, as a warm function has them."""
    os.environ.update(ENVIRONMENT | dict(os.environ))
    handler = importlib.import_module("lambdas.scan_segment").handler
    places = importlib.import_module("lambdas.wiring.places").places()
    _ = places.tables(Place()), places.queue(_QUEUE, Place())

    def scan(folder: Path) -> None:
        for event in json.loads((folder / "events.json").read_text()):
            if (answer := handler(event, CONTEXT)).get("more"):
                raise RuntimeError(f"a figure of what failed would be none: {answer}")

    return scan


def run(name: str, folder: Path, idle: bool) -> dict[str, float]:
    """CPU and wall seconds, without the imports."""
    work = _PEERS.get(name, _handled)()
    before = time.process_time(), time.perf_counter()
    if not idle:
        work(folder)
    cpu, wall = time.process_time() - before[0], time.perf_counter() - before[1]
    return {"cpu": cpu, "wall": wall, "peak": peak_kib()}


def figures(items: int, rounds: int, latency: float, peer: str, names: Sequence[str]) -> list[Way]:
    """The peer and those of ours that are asked for."""
    with tempfile.TemporaryDirectory() as parent:
        ways = []
        for number, name in enumerate([peer, *names]):
            folder = Path(parent) / str(number)
            folder.mkdir()
            if name in _JOBS:
                prepare(folder, name, items)
            command = ("-m", "benchmarks.scan", "--way", name, "--folder", str(folder))
            ways.append(Way(name, command, str(folder)))
        compare(ways, rounds, Options(latency=latency, page=items_of_a_page("orders"), items=items))
    return ways


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before an answer")
    parser.add_argument("--jobs", nargs="*", default=list(_JOBS), choices=list(_JOBS))
    parser.add_argument("--way", choices=[*_PEERS, *_JOBS], help="only this one, in this process")
    parser.add_argument("--folder", type=Path, help="of its plan")
    parser.add_argument("--idle", action="store_true", help="all but the work")
    asked = parser.parse_args(arguments)
    if asked.way:
        print(json.dumps(run(asked.way, asked.folder, asked.idle)))
        return
    for peer, ours in _GROUPS.items():
        if names := [name for name in ours if name in asked.jobs]:
            print(TABLE_HEAD)
            for way in figures(asked.items, asked.rounds, asked.latency, peer, names):
                print(way.row(asked.items), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
