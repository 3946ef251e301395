"""CPU of a row on its way from CSV to a queue's message, with the csv module alone as the yardstick:
`python -m benchmarks.rows`.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from statistics import median

from benchmarks.samples import ORDERS_COLUMNS, ORDERS_HEADER, orders
from headrace.delimited.batches import BatchReader
from headrace.delimited.chunk import Limits
from headrace.delimited.encoding import TextEncoding
from headrace.delimited.records import RecordReader
from headrace.delimited.rejects import RejectsFormat
from headrace.items.codec import RowCodec
from headrace.items.maker import RowMaker
from headrace.job.model import MAX_WINDOW_BYTES, AttributeType, Column, Job
from headrace.messages import pack
from headrace.ports import KeyAttribute
from headrace.unit_text import made_at_once
from headrace.window import Run, read_windows

_NOTE = 108
"""Makes rows of 178 bytes."""
_HEADER = ORDERS_HEADER.strip().split(",")
_JOB = Job(
    "s3://data/orders.csv",
    "orders",
    columns={name: Column(AttributeType(kind)) for name, kind in ORDERS_COLUMNS.items()},
)


_CODEC = RowCodec.compile(_HEADER, [KeyAttribute("order_id", "S", "partition")], _JOB)
_UTF_8 = TextEncoding("utf-8")


def one_by_one(text: bytes) -> Iterable[Run]:
    return [Run(RecordReader([text], _JOB.format, _UTF_8))]


def at_once(text: bytes) -> Iterable[Run]:
    return made_at_once(BatchReader([text], _JOB.format, _UTF_8, len(_HEADER)), RowMaker(_CODEC))


def to_messages(text: bytes, read: Callable[[bytes], Iterable[Run]] = at_once) -> int:
    """Makes the messages of rows without a header, as the loader does; returns how many there are."""
    spell = RejectsFormat(_HEADER, _JOB.format, "utf-8")
    messages = 0
    for window in read_windows(read(text), 0, 1, _CODEC, spell, Limits(MAX_WINDOW_BYTES)):
        requests = window.spread("0")
        packed = pack(*requests, "job", 0, _JOB.target, messages, _JOB.message_bytes)
        messages += sum(1 for _ in packed)
    return messages


def only_read(text: bytes) -> int:
    return sum(1 for _ in csv.reader(io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="")))


def compare(text: bytes, runs: int) -> tuple[float, float]:
    """Medians of CPU seconds, to messages and only read, taken in turn."""
    pairs = [(_cpu(to_messages, text), _cpu(only_read, text)) for _ in range(runs)]
    ours, theirs = zip(*pairs, strict=True)
    return median(ours), median(theirs)


def _cpu(work: Callable[[bytes], int], text: bytes) -> float:
    start = time.process_time()
    work(text)
    return time.process_time() - start


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args(arguments)
    text = "".join(orders(asked.rows, note=_NOTE)).partition("\n")[2].encode()
    ours, theirs = (seconds / asked.rows * 1e6 for seconds in compare(text, asked.runs))
    print("| rows | bytes a row | to messages, us a row | csv.reader alone, us a row | ratio |")
    print("|---:|---:|---:|---:|---:|")
    print(
        f"| {asked.rows:,} | {len(text) / asked.rows:.0f} | {ours:.1f} | {theirs:.1f} | {ours / theirs:.1f} |"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
