"""Whether a large table of every type comes back exactly, by way of files and by copy:
`python -m benchmarks.round_trip --endpoint http://127.0.0.1:8000 --items 200000`.

It makes tables of its own on an emulator, and runs the jobs on this machine.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import boto3
import orjson

from headrace.aws.places import AwsPlaces
from headrace.errors import TransientError
from headrace.items.equality import canonical_item
from headrace.job.model import Place
from headrace.library.local import LocalPipeline, url_of_path
from headrace.ports import Item, Page, ReadRequest
from tests.everything import everything

REGION = "us-east-1"
LARGE = 20
"""Items of 399 KiB among them."""
_TRIES = 5
FORMATS = ("dynamodb-json", "jsonl", "csv")

Digests = dict[str, bytes]
"""Of each item, by its key: equal where DynamoDB has the same item."""


class Bench:
    """
    Args:
        segments: an emulator may walk, or sort, its whole table for each page; many workers at once then
            wait for each other.
    """

    def __init__(self, endpoint: str, folder: Path, items: int, segments: int, workers: int) -> None:
        self.folder = folder
        self.items = items
        self.segments = segments
        self._place = Place(region=REGION, endpoint=endpoint)
        self._tables = AwsPlaces(own=self._place).tables(Place())
        untyped: Any = boto3
        self._dynamodb = untyped.client("dynamodb", region_name=REGION, endpoint_url=endpoint)
        self._pipeline = LocalPipeline(folder / "state", region=REGION, endpoint=endpoint, workers=workers)
        self._made = f"round-trip-{int(time.time())}"

    def table(self, name: str) -> str:
        table = f"{self._made}-{name}"
        self._dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
        return table

    def drop(self, table: str) -> None:
        self._dynamodb.delete_table(TableName=table)

    def run(self, **job: Any) -> Mapping[str, Any]:
        report = self._pipeline.run(job)
        rows = {name: count for name, count in report["rows"].items() if count}
        print(f"  {job['operation']}: {report['status']} {rows}, {report['seconds']:.0f} s", flush=True)
        if report["status"] != "SUCCEEDED":
            sys.exit(f"{report['error']}: {report['cause']}")
        return report

    def digests(self, table: str) -> Digests:
        return {item["id"]["S"]: digest(item) for item in self._read(table)}

    def _page(self, request: ReadRequest) -> Page:
        """An emulator that walks its whole table for a page may be too slow for the time-out now and then."""
        for _ in range(_TRIES):
            try:
                return self._tables.read(request)
            except TransientError as error:
                print(f"  read again: {error}", flush=True)
        return self._tables.read(request)

    def _read(self, table: str) -> Iterator[Item]:
        for segment in range(self.segments):
            start: str | None = None
            while True:
                page = self._page(ReadRequest(table, segment, self.segments, start, consistent=True))
                yield from page.items
                start = page.next
                if start is None:
                    break


def digest(item: Item) -> bytes:
    return blake2b(repr(_ordered(canonical_item(item))).encode("utf-8"), digest_size=16).digest()


def _ordered(value: Any) -> Any:
    """Sets as lists, so that equal ones are spelled alike."""
    if isinstance(value, frozenset):
        return sorted(map(repr, map(_ordered, value)))
    return [_ordered(one) for one in value] if isinstance(value, tuple) else value


def fill(bench: Bench, table: str) -> Digests:
    file = bench.folder / "items.json"
    made: Digests = {}
    with file.open("wb") as lines:
        for item in everything(bench.items, LARGE):
            lines.write(orjson.dumps({"Item": item}, option=orjson.OPT_APPEND_NEWLINE))
            made[item["id"]["S"]] = digest(item)
    bench.run(operation="load", source=url_of_path(file), target=table, format={"preset": "dynamodb-json"})
    return made


def round_trip(bench: Bench, table: str, preset: str, wanted: Digests) -> None:
    """Exports the table, restores it where nothing is, then what the format could not carry."""
    print(f"{preset}:", flush=True)
    target, folder = bench.table(preset), bench.folder / preset
    exported = bench.run(
        operation="export",
        source=table,
        target=f"{url_of_path(folder)}/",
        format={"preset": preset},
        parallel={"segments": bench.segments},
        tolerate={"rejects": bench.items},
    )
    restored = bench.run(operation="restore", source=url_of_path(folder), target=target)
    rejected = exported["rows"]["rejected"]
    if restored["rows"]["written"] + rejected != bench.items:
        sys.exit(f"{preset}: restored and rejected items do not add up")
    if rejected:
        found = bench.digests(target)
        verdict(f"{preset}: {len(found):,} restored items", found, {key: wanted[key] for key in found})
        location = exported["rejects"]["location"]
        bench.run(operation="restore", source=location, target=target, format={"preset": "dynamodb-json"})
    verdict(f"{preset}, rejects restored", bench.digests(target), wanted)
    bench.drop(target)


def verdict(what: str, found: Digests, wanted: Digests) -> None:
    if found != wanted:
        wrong = [key for key in wanted if found.get(key) != wanted[key]]
        sys.exit(f"{what}: {len(wrong)} items differ, first {wrong[:3]}")
    print(f"  {what}: identical: True", flush=True)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoint", required=True, help="of DynamoDB Local or another emulator")
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--segments", type=int, default=64)
    parser.add_argument("--workers", type=int, default=10)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(asked.endpoint, Path(folder), asked.items, asked.segments, asked.workers)
        table = bench.table("source")
        wanted = fill(bench, table)
        verdict(f"{asked.items:,} items, as loaded", bench.digests(table), wanted)
        for preset in FORMATS:
            round_trip(bench, table, preset, wanted)
        print("copy:", flush=True)
        target = bench.table("copy")
        bench.run(operation="copy", source=table, target=target, parallel={"segments": bench.segments})
        verdict("copied", bench.digests(target), wanted)
        print("truncate and restore:", flush=True)
        bench.run(operation="truncate", target=target, confirm=target, parallel={"segments": bench.segments})
        verdict("truncated", bench.digests(target), {})
        bench.run(operation="restore", source=url_of_path(bench.folder / "dynamodb-json"), target=target)
        verdict("restored", bench.digests(target), wanted)
        bench.drop(target)
        bench.drop(table)


if __name__ == "__main__":
    main(sys.argv[1:])
