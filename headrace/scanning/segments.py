"""Into how many segments a scan is cut, and in which order they are read."""

from __future__ import annotations

import random

from headrace.job.model import MIB, Job
from headrace.plan import Segment, Task
from headrace.ports import TableSchema

SEGMENT_BYTES = 32 * MIB
FEWEST, MOST = 4, 1000
_SEGMENT_READ_UNITS = 128
"""What a segment takes that reads a page of 1 MiB a second, eventually consistent; consistent reads
take twice that. More segments than a table's capacity can feed would only throttle each other."""


def segments_of(schema: TableSchema, job: Job) -> int:
    """As many as the job says, else as the table's size and read capacity suggest.

    Args:
        schema: of the table that is read. It says nothing of items that are younger than some hours.
    """
    if job.scan.key_condition:
        return 1
    if job.segments:
        return job.segments
    by_size = max(FEWEST, -(-schema.bytes // SEGMENT_BYTES))
    return min(by_size, _fed_by(schema.read_capacity, job.scan.consistent), MOST)


def _fed_by(capacity: int | None, consistent: bool) -> int:
    return MOST if capacity is None else max(1, capacity // (_SEGMENT_READ_UNITS * (1 + consistent)))


def units_of_segments(first_unit: int, segments: int, task: Task, seed: str) -> list[Segment]:
    """All segments as work units, numbered from `first_unit` in the order of the segments, but listed in
    another, the same for a seed: neighbours are often in one partition, which gives only so much."""
    units = [Segment(first_unit + number, number, segments, task) for number in range(segments)]
    random.Random(seed).shuffle(units)
    return units
