"""What a million rows take of the deployed pipeline, by their size: `python -m benchmarks.costs`.

The inputs of a price model, as JSON lines or as a table: CPU of load_chunk and write_batch, and what they ask
of S3, SQS, DynamoDB and Step Functions, counted by the stub. CPU is the median of the rounds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.deployed import prepare
from benchmarks.samples import ORDERS_HEADER, orders
from benchmarks.stub.endpoint import stub
from benchmarks.stub.server import Options

SIZES = (200, 500, 1_000, 10_000)
"""Bytes of a row of CSV."""
_ROOT = Path(__file__).parent.parent
_BARE = 70
"""Bytes of a row without its note."""
_BYTES = 40_000_000
"""Of a file: some chunks."""
TRANSITIONS_OF_UNIT = 5
"""Of a child of the Map, as the state machine has it."""


def cost(size: int, rows: int, rounds: int) -> dict[str, Any]:
    """Of a million rows of `size` bytes, as `rows` of them took it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = prepare(folder, orders(rows, note=size - _BARE))
        runs = [_run(folder) for _ in range(rounds)]
        text = path.stat().st_size - len(ORDERS_HEADER)
    seen, counts = runs[-1]
    if counts["items"] - counts["PutItem"] != rows:
        raise RuntimeError(
            f"a figure of another work would be none: {counts['items']} of {rows} were written"
        )
    millions = rows / 1e6
    return {
        "row_bytes": round(text / rows),
        "rows": rows,
        "load_chunk_cpu_seconds": round(median(run["load"] for run, _ in runs) / millions, 2),
        "write_batch_cpu_seconds": round(median(run["write"] for run, _ in runs) / millions, 2),
        **{name: round(value / millions, 1) for name, value in _asked(seen, counts).items()},
    }


def _run(folder: Path) -> tuple[dict[str, Any], Counter[str]]:
    with stub(Options(str(folder), keeps=True)) as endpoint:
        command = [sys.executable, "-m", "benchmarks.deployed", "--folder", str(folder)]
        done = subprocess.run(
            command, cwd=_ROOT, env=endpoint.environment, stdout=subprocess.PIPE, text=True, check=True
        )
    return json.loads(done.stdout), endpoint.counts


def _asked(seen: dict[str, Any], counts: Counter[str]) -> dict[str, float]:
    """A unit's record and a message's are read and written by the loaders and the writers alone."""
    messages, parts = counts["messages"], counts["message parts of 64 KiB"]
    return {
        "load_chunk_calls": seen["units"],
        "transitions_of_units": seen["units"] * TRANSITIONS_OF_UNIT,
        "s3_gets": counts["GetObject"],
        "messages": messages,
        "message_bytes": counts["message bytes"],
        "write_batch_calls": seen["batches"],
        "sqs_send_calls": counts["SendMessageBatch"],
        "sqs_sends_billed": parts,
        "sqs_receives_billed": parts,
        "sqs_deletes_billed": seen["batches"],
        "table_write_calls": counts["BatchWriteItem"],
        "table_write_bytes": counts["BatchWriteItem bytes"],
        "ledger_write_units": counts["PutItem"] + counts["UpdateItem"],
        "ledger_write_units_of_units": counts["PutItem"],
        "ledger_read_units": counts["GetItem"] + counts["keys read"],
    }


def figures(sizes: Sequence[int], rounds: int, size_of_file: int = _BYTES) -> Iterator[dict[str, Any]]:
    for size in sizes:
        yield cost(size, size_of_file // size, rounds)


def table(found: Sequence[dict[str, Any]]) -> str:
    """In Markdown, a column for each size."""
    sizes = " | ".join(f"{one['row_bytes']:,} B" for one in found)
    lines = [f"| of a million rows of | {sizes} |", "|---|" + "---:|" * len(found)]
    for name in list(found[0])[2:]:
        lines.append(f"| {name.replace('_', ' ')} | {' | '.join(f'{one[name]:,}' for one in found)} |")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="bytes of a row")
    parser.add_argument("--bytes", type=int, default=_BYTES, help="of each file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="a line of JSON for each size")
    asked = parser.parse_args(arguments)
    found = []
    for one in figures(asked.sizes, asked.rounds, asked.bytes):
        found.append(one)
        if asked.json:
            print(json.dumps(one), flush=True)
    if not asked.json:
        print(table(found))


if __name__ == "__main__":
    main(sys.argv[1:])
