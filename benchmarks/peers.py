"""CSV into a table as others do it: `python -m benchmarks.peers <way> <file>`, where their packages are.

Each is what its user writes; a row's three numbers are numbers in the table. This imports nothing of
Headrace, as it also runs in an environment of the peers' own: see `benchmarks.environment`.
"""

from __future__ import annotations

import asyncio
import csv
import importlib
import json
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.resident import peak_kib

TABLE = "orders"
WORKERS = 10
"""Of those that have several: as many as is common."""
_NUMBERS = ("customer", "amount", "items")
_BATCH = 25

Item = dict[str, Any]


def items_of(path: Path) -> Iterator[Item]:
    """As boto3's resources take them."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {name: Decimal(cell) if name in _NUMBERS else cell for name, cell in row.items()}


def _batch_writer(boto3: Any, path: Path) -> None:
    _put_all(boto3.resource("dynamodb").Table(TABLE), items_of(path))


def _put_all(table: Any, items: Iterable[Item]) -> None:
    with table.batch_writer() as batch:
        for item in items:
            batch.put_item(Item=item)


def _threads(boto3: Any, path: Path) -> None:
    """Each with a table and a part of the file, which is read whole."""
    items = list(items_of(path))
    tables = [boto3.resource("dynamodb").Table(TABLE) for _ in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        parts = [pool.submit(_put_all, table, items[n::WORKERS]) for n, table in enumerate(tables)]
        for part in parts:
            part.result()


def _typed(boto3: Any, path: Path) -> None:
    """Items in DynamoDB's own JSON by the low-level client."""
    client, requests = boto3.client("dynamodb"), list[Any]()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            item = {name: {"N" if name in _NUMBERS else "S": cell} for name, cell in row.items()}
            requests.append({"PutRequest": {"Item": item}})
            if len(requests) == _BATCH:
                _write(client, requests)
                requests = []
    if requests:
        _write(client, requests)


def _write(client: Any, requests: list[Any]) -> None:
    left = {TABLE: requests}
    while left:
        left = client.batch_write_item(RequestItems=left)["UnprocessedItems"]


def _async(aioboto3: Any, path: Path) -> None:
    """Reads the whole file, shuffles it, and has ten batches on their way at once."""
    asyncio.run(_load(aioboto3, path))


async def _load(aioboto3: Any, path: Path) -> None:
    items = list(items_of(path))
    random.shuffle(items)
    batches = [items[first : first + _BATCH] for first in range(0, len(items), _BATCH)]
    semaphore = asyncio.Semaphore(WORKERS)
    async with aioboto3.Session().resource("dynamodb") as dynamodb:
        table = await dynamodb.Table(TABLE)

        async def write(batch: list[Item]) -> None:
            async with semaphore, table.batch_writer() as writer:
                for item in batch:
                    await writer.put_item(Item=item)

        await asyncio.gather(*map(write, batches))


def _put_csv(awswrangler: Any, path: Path) -> None:
    """A float is no number of DynamoDB's."""
    awswrangler.dynamodb.put_csv(path=str(path), table_name=TABLE, converters={"amount": Decimal})


BATCH_WRITER, TYPED = "batch_writer", "boto3 client, typed items"
WAYS: dict[str, tuple[str, Callable[[Any, Path], None]]] = {
    BATCH_WRITER: ("boto3", _batch_writer),
    "batch_writer, 10 threads": ("boto3", _threads),
    TYPED: ("boto3", _typed),
    "asyncio: aioboto3, 10 workers": ("aioboto3", _async),
    "awswrangler put_csv": ("awswrangler", _put_csv),
}
"""By name: the package that it needs, and what loads a file."""


def run(name: str, path: Path) -> dict[str, float]:
    """Seconds of CPU and of the wall, the package's import aside, and KiB at `peak`."""
    package, load = WAYS[name]
    module = importlib.import_module(package)
    before = time.process_time(), time.perf_counter()
    load(module, path)
    cpu, wall = time.process_time() - before[0], time.perf_counter() - before[1]
    return {"cpu": cpu, "wall": wall, "peak": peak_kib()}


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], Path(sys.argv[2]))))
