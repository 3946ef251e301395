"""The whole pipeline, deployed, against other loaders on the same emulator: `python -m benchmarks.emulated`,
after `make up` and `make deploy`.

An emulator is one process that plays all of AWS: seconds tell what a way asks of it, not what AWS would take.
What is checked is that each way leaves as many items as the file has rows.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.csv_to_table import ASYNCIO, python_of
from benchmarks.samples import ORDERS_COLUMNS, orders, save
from localstack.deployment import Deployment

_ROOT = Path(__file__).parent.parent
_NOTE = 108
_CHUNK_BYTES = 1_000_000
"""So that several functions load at once."""


class Bench:
    def __init__(self, deployment: Deployment, path: Path, rows: int) -> None:
        self._deployment = deployment
        self._path = path
        self._rows = rows

    def ways(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """By name; without the peers that could not be installed."""
        for name in (peers.BATCH_WRITER, ASYNCIO):
            if python := python_of(name):
                yield name, partial(self._by_peer, name, python)
        yield "headrace load --here", self._here
        yield "the pipeline", self._by_pipeline

    def seconds(self, load: Callable[[], None]) -> float:
        """Into a table that is new. Raises RuntimeError: it has not as many items as the file has rows."""
        self._make_table()
        start = time.perf_counter()
        load()
        seconds = time.perf_counter() - start
        if (items := self._count()) != self._rows:
            raise RuntimeError(f"{items} items of {self._rows} rows")
        return seconds

    def _by_peer(self, name: str, python: str) -> None:
        command = [python, "-m", "benchmarks.peers", name, str(self._path)]
        subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.DEVNULL)

    def _here(self) -> None:
        command = [sys.executable, "-m", "benchmarks.ours_here", str(self._path)]
        subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _by_pipeline(self) -> None:
        job = {"operation": "load", "target": peers.TABLE, "columns": ORDERS_COLUMNS}
        parallel = {"parallel": {"chunk_bytes": _CHUNK_BYTES}}
        pipeline = self._deployment.pipeline
        report = pipeline.wait(pipeline.start_file(self._path, job | parallel))
        if report["status"] != "SUCCEEDED":
            raise RuntimeError(f"a figure of what failed would be none: {report['cause']}")

    def _make_table(self) -> None:
        dynamodb: Any = self._deployment.dynamodb
        if peers.TABLE in dynamodb.list_tables()["TableNames"]:
            dynamodb.delete_table(TableName=peers.TABLE)
        dynamodb.create_table(
            TableName=peers.TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
        )

    def _count(self) -> int:
        dynamodb: Any = self._deployment.dynamodb
        pages = dynamodb.get_paginator("scan").paginate(TableName=peers.TABLE, Select="COUNT")
        return sum(page["Count"] for page in pages)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--endpoint", default="http://127.0.0.1:4566")
    asked = parser.parse_args(arguments)
    os.environ["AWS_ENDPOINT_URL"] = asked.endpoint
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.setdefault(name, "test")
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    deployment = Deployment.read(Path(os.environ.get("LOCAL_DIR", ".local")))
    with tempfile.TemporaryDirectory() as folder:
        path = save(Path(folder) / "orders.csv", orders(asked.rows, note=_NOTE))
        bench = Bench(deployment, path, asked.rows)
        print("| way | seconds | rows a second |\n|---|---:|---:|")
        for name, load in bench.ways():
            seconds = bench.seconds(load)
            print(f"| {name} | {seconds:.1f} | {asked.rows / seconds:,.0f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
