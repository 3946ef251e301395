"""What AWS charges for a job: how much of what. The page on costs has its tables from here.

The constants are assumptions, as that page says: they are of jobs with small items, in the deployed stack.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from headrace.estimating.volume import Volume
from headrace.job.model import Operation
from headrace.messages import MAX_REQUESTS

ROWS_PER_SECOND = 14_000
"""Of a loader of 1 GB."""
CALL_SECONDS = 0.015
"""Of a BatchWriteItem of 25 items, in a writer of 0.5 GB."""
PAGE_SECONDS = 0.1
"""Of reading a page of 1 MB, in a reader of 1 GB."""
_REQUESTS_SECONDS = 0.02
"""Of making write requests of a page."""
_TEXT_PER_SECOND = 40e6
"""Bytes of an export's text that are compressed."""
_SEND_SECONDS = 0.01
"""Of a batch of ten messages to a user's queue."""
_WRITER_GB = 0.5

_SQS_REQUEST_BYTES = 64 * 1024
_BATCH = 10
_QUEUE_PAGE_ITEMS = 1000

_UNIT_TRANSITIONS = 5
_JOB_TRANSITIONS = {Operation.COUNT: 20, Operation.EXPORT: 20, Operation.SCAN: 20, Operation.TRUNCATE: 90}
_WRITING_TRANSITIONS = 80
_JOB_CALLS = 70
_EXPORT_LEDGER_UNITS = 7
"""A segment of an export, its parts included."""


@dataclass(frozen=True, slots=True)
class Amount:
    """`kind`: what it is charged as, one of `prices.PER_MILLION`. `is_of_tables`: of the user's own tables;
    all else is the pipeline's. `is_hourly`: it is provisioned, and so paid for whether it is used or not."""

    what: str
    kind: str
    amount: int
    is_of_tables: bool = False
    is_hourly: bool = False


def amounts(volume: Volume) -> list[Amount]:
    """Of a job in the deployed pipeline; what there is nothing of is left out. Of a job on one's own machine
    only what is of tables is charged."""
    found = [
        Amount("DynamoDB, read units", "read_units", math.ceil(volume.read_units), is_of_tables=True),
        Amount(
            "DynamoDB, write units",
            "write_units",
            math.ceil(sum(volume.write_units.values())),
            is_of_tables=True,
        ),
        Amount("SQS, requests of 64 KB", "sqs_requests", _sqs_requests(volume)),
        Amount("DynamoDB, the ledger", "write_units", _ledger_units(volume)),
        Amount("Lambda, GB-seconds", "lambda_gb_seconds", math.ceil(sum(_gb_seconds(volume)))),
        Amount("Lambda, calls", "lambda_calls", volume.messages + volume.units + _JOB_CALLS),
        Amount("Step Functions, transitions", "transitions", _transitions(volume)),
    ]
    return [one for one in found if one.amount]


def write_calls(volume: Volume) -> float:
    """BatchWriteItem calls, or what takes as long: an item a call takes about twice as long as 25 do."""
    calls = volume.items / MAX_REQUESTS if volume.write_units else 0
    return calls * (2 if volume.writes_singly else 1)


def _sqs_requests(volume: Volume) -> int:
    if volume.operation is Operation.SCAN:
        messages = math.ceil(volume.items / volume.items_per_message)
        together = _BATCH * volume.items_per_message * volume.text_bytes
        return math.ceil(messages / _BATCH) * max(1, math.ceil(together / _SQS_REQUEST_BYTES))
    size = min(volume.message_bytes, volume.items * volume.text_bytes)
    parts = math.ceil(size / _SQS_REQUEST_BYTES)
    return volume.messages * (2 * parts + 1)  # sent, received, deleted


def _ledger_units(volume: Volume) -> int:
    of_writers, pages = 2 * volume.messages, volume.pages
    units: Mapping[Operation, float] = {
        Operation.COUNT: pages,
        Operation.EXPORT: _EXPORT_LEDGER_UNITS * volume.units,
        Operation.SCAN: math.ceil(volume.rows / _QUEUE_PAGE_ITEMS),
        Operation.COPY: of_writers + 2 * pages,
        Operation.TRUNCATE: of_writers + 3 * pages,
    }
    return math.ceil(units.get(volume.operation, of_writers))


def _gb_seconds(volume: Volume) -> Iterator[float]:
    yield _READERS.get(volume.operation, _load)(volume)
    yield write_calls(volume) * CALL_SECONDS * _WRITER_GB


def _load(volume: Volume) -> float:
    return volume.rows / ROWS_PER_SECOND


def _export(volume: Volume) -> float:
    return volume.pages * PAGE_SECONDS + volume.items * volume.text_bytes / _TEXT_PER_SECOND


def _scan(volume: Volume) -> float:
    return math.ceil(volume.items / volume.items_per_message / _BATCH) * _SEND_SECONDS


_READERS: Mapping[Operation, Callable[[Volume], float]] = {
    Operation.COUNT: lambda volume: volume.pages * PAGE_SECONDS,
    Operation.EXPORT: _export,
    Operation.SCAN: _scan,
    Operation.COPY: lambda volume: volume.pages * (PAGE_SECONDS + _REQUESTS_SECONDS),
    Operation.TRUNCATE: lambda volume: volume.pages * (2 * PAGE_SECONDS + _REQUESTS_SECONDS),
}
"""Text is read by loaders."""


def _transitions(volume: Volume) -> int:
    of_job = _JOB_TRANSITIONS.get(volume.operation, _WRITING_TRANSITIONS)
    return volume.units * _UNIT_TRANSITIONS + of_job
