"""Into how many segments a table is cut."""

from __future__ import annotations

import pytest

from headrace.job.model import MIB, Operation, Scan
from headrace.plan import Segment, Task
from headrace.scanning.segments import segments_of, units_of_segments
from tests.unit.scanning.bench import SOURCE, job, schema


@pytest.mark.parametrize(
    ("size", "capacity", "segments"),
    [
        (0, None, 4),
        (128 * MIB, None, 4),
        (128 * MIB + 1, None, 5),
        (1024 * MIB, None, 32),
        (1024**2 * MIB, None, 1000),
        (1024 * MIB, 5, 1),
        (1024 * MIB, 1280, 10),
        (1024 * MIB, 40_000, 32),
    ],
)
def test_segments_follow_the_tables_size_and_what_its_capacity_can_feed(
    size: int, capacity: int | None, segments: int
) -> None:
    assert segments_of(schema(SOURCE, bytes=size, read_capacity=capacity), job(Operation.EXPORT)) == segments


def test_consistent_reads_take_twice_the_capacity() -> None:
    table = schema(SOURCE, bytes=1024 * MIB, read_capacity=1280)
    assert segments_of(table, job(Operation.EXPORT, scan=Scan(consistent=True))) == 5


def test_the_job_has_the_last_word_and_a_query_has_one_segment() -> None:
    table = schema(SOURCE, read_capacity=5)
    assert segments_of(table, job(Operation.EXPORT, segments=1_000_000)) == 1_000_000
    assert segments_of(table, job(Operation.EXPORT, scan=Scan(key_condition="pk = :k"))) == 1


def test_units_are_all_segments_in_an_order_of_the_jobs_own() -> None:
    units = units_of_segments(100, 50, Task.PRUNE, "one")
    assert sorted(units, key=lambda unit: unit.unit) == [
        Segment(100 + number, number, 50, Task.PRUNE) for number in range(50)
    ]
    assert units == units_of_segments(100, 50, Task.PRUNE, "one")
    assert units != units_of_segments(100, 50, Task.PRUNE, "two")
    assert [unit.segment for unit in units] != sorted(unit.segment for unit in units)
