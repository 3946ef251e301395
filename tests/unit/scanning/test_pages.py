"""A table that is throttled is asked again while there is time."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from headrace.errors import ReadRefusedError, ThrottledError
from headrace.ports import ReadRequest
from headrace.scanning.pages import OutOfTimeError, PageReader
from tests.unit.scanning.bench import SOURCE, Bench, forever, item, items

REASON = "TableReadKeyRangeThroughputExceeded"


def reader(bench: Bench, throttles: Counter[str] | None = None) -> PageReader:
    return PageReader(bench.tables, bench.clock, random.Random(1), throttles)


def test_a_throttled_page_is_asked_for_again_and_counted_by_reason() -> None:
    bench, throttles = Bench(), Counter[str]()
    bench.tables.add(SOURCE, *items(3))
    bench.tables.faults.on("read", 1, ThrottledError("slow", [REASON]))
    bench.tables.faults.on("read", 2, ThrottledError("slow"))
    page = reader(bench, throttles).read(ReadRequest(SOURCE), forever, 10)
    assert page.count == 3
    assert throttles == {REASON: 1, "ThrottledError": 1}
    assert len(bench.clock.slept) == 2


def test_it_gives_up_before_the_functions_time_runs_out() -> None:
    bench, throttles = Bench(), Counter[str]()
    end = bench.clock.now() + 60
    for call in range(1, 1000):
        bench.tables.faults.on("read", call, ThrottledError("slow", [REASON]))
    with pytest.raises(OutOfTimeError, match="slow"):
        reader(bench, throttles).read(ReadRequest(SOURCE), lambda: end - bench.clock.now(), 10)
    assert 10 <= end - bench.clock.now() < 16
    assert throttles[REASON] == bench.tables.faults.calls["read"] > 10


def test_what_is_refused_is_not_asked_again() -> None:
    bench = Bench()
    bench.tables.faults.on("read", 1, ReadRefusedError("scan: no such index"))
    with pytest.raises(ReadRefusedError):
        reader(bench).read(ReadRequest(SOURCE), forever, 10)
    assert bench.tables.faults.calls["read"] == 1


def test_any_number_of_keys_is_looked_up_a_hundred_at_a_time() -> None:
    bench = Bench()
    bench.tables.add(SOURCE, *items(150))
    bench.tables.faults.on("absent", 2, ThrottledError("slow", [REASON]))
    found = reader(bench).absent(SOURCE, [item(number) for number in range(250)], forever, 10)
    assert found == [item(number) for number in range(150, 250)]
    assert bench.tables.faults.calls["absent"] == 4
