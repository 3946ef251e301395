"""How long the functions of a job take, from what they do and what each of that takes.

A function takes as long as its processor works and as it waits; a writer does both at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from headrace.estimating.measured import MEASURED, gigabytes
from headrace.estimating.settling_time import settling_calls, waited_seconds
from headrace.estimating.volume import Volume
from headrace.job.model import Job, Operation
from headrace.line_writer import Width
from headrace.messages import MAX_REQUESTS

_CPU, _TIMES = MEASURED.cpu, MEASURED.assumed
_AT_ONCE = Job("", "").concurrency
_WRITERS = 10
"""The stack's setting `writer_concurrency`."""
_SQS_BATCH = 10
_UNIT_LEDGER_CALLS = 6
_MESSAGE_LEDGER_CALLS = 2


def gb_seconds(volume: Volume) -> float:
    """Of all functions, their starts included, which are charged as well."""
    return sum(_gb_seconds(volume))


def write_calls(volume: Volume) -> float:
    """BatchWriteItem calls, or what takes as long: an item a call takes about twice as long as 25 do."""
    calls = volume.items / MAX_REQUESTS if volume.write_units else 0
    return calls * (2 if volume.writes_singly else 1)


def reading_seconds(volume: Volume) -> float:
    """Of all that read the text or the table and hand on what they read, added up."""
    return _READERS.get(volume.operation, _load)(volume)


def writing_seconds(volume: Volume) -> float:
    """Of all writers, added up: each has several calls on their way, and a message's ledger around them."""
    microseconds = _CPU.written_row * volume.items + _CPU.written_byte * volume.message_text
    cpu = MEASURED.cpu_seconds(microseconds, "write_batch") if volume.messages else 0.0
    waits = write_calls(volume) * _TIMES.write_ms / 1000 / Width.MOST
    return max(cpu, waits) + volume.messages * _MESSAGE_LEDGER_CALLS * _TIMES.ledger_ms / 1000


def _gb_seconds(volume: Volume) -> Iterator[float]:
    reader = "scan_segment" if volume.operation.reads_table else "load_chunk"
    yield reading_seconds(volume) * gigabytes(reader)
    yield writing_seconds(volume) * gigabytes("write_batch")
    yield _planning_seconds(volume) * gigabytes("plan")
    small = settling_calls(volume) * _TIMES.call_ms / 1000 + waited_seconds(volume)
    yield small * gigabytes("settle") + _TIMES.call_ms / 1000 * gigabytes("report")
    yield _starts(volume, reader) * _TIMES.start_ms / 1000


def _starts(volume: Volume, reader: str) -> float:
    """GB of the functions that start."""
    readers, writers = min(volume.units, _AT_ONCE), min(volume.messages, _WRITERS)
    others = sum(map(gigabytes, ("plan", "settle", "report")))
    return readers * gigabytes(reader) + writers * gigabytes("write_batch") + others


def _planning_seconds(volume: Volume) -> float:
    cpu = MEASURED.cpu_seconds(_CPU.planned_byte * volume.source_bytes, "plan")
    return cpu + (volume.blocks * _TIMES.get_ms + _TIMES.call_ms) / 1000


def _load(volume: Volume) -> float:
    microseconds = _CPU.loaded_row * volume.rows + _CPU.loaded_byte * volume.message_text
    waits = volume.sends * _TIMES.send_ms + volume.blocks * _TIMES.get_ms
    ledger = volume.units * _UNIT_LEDGER_CALLS * _TIMES.ledger_ms
    return MEASURED.cpu_seconds(microseconds, "load_chunk") + (waits + ledger) / 1000


def _pages(volume: Volume, milliseconds: float) -> float:
    return volume.pages * milliseconds / 1000


def _export(volume: Volume) -> float:
    text = volume.items * volume.text_bytes / 1e6 * _TIMES.text_mb_ms / 1000
    return _pages(volume, _TIMES.page_ms) + text


def _scan(volume: Volume) -> float:
    return math.ceil(volume.items / volume.items_per_message / _SQS_BATCH) * _TIMES.user_send_ms / 1000


_READERS: Mapping[Operation, Callable[[Volume], float]] = {
    Operation.COUNT: lambda volume: _pages(volume, _TIMES.page_ms),
    Operation.EXPORT: _export,
    Operation.SCAN: _scan,
    Operation.COPY: lambda volume: _pages(volume, _TIMES.page_ms + _TIMES.requests_ms),
    Operation.TRUNCATE: lambda volume: _pages(volume, 2 * _TIMES.page_ms + _TIMES.requests_ms),
}
"""Text is read by loaders."""
