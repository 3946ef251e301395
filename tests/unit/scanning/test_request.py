"""What a segment's worker asks DynamoDB for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headrace.job.model import Operation, Place, Scan
from headrace.plan import Segment, Task
from headrace.ports import ReadRequest
from headrace.scanning.request import read_request, table_of
from tests.unit.scanning.bench import SOURCE, TARGET, Bench, items, plan

FILTERED = Scan(
    filter="#n = :n", projection="pk,sk,#p", names={"#n": "name", "#p": "price"}, values={":n": {"S": "a"}}
)


def test_a_segment_asks_for_what_the_job_says() -> None:
    scan = Scan("a = :a", "a,b", "by-a", names={}, values={":a": {"N": "1"}}, consistent=True, page_items=5)
    request = read_request(plan(Operation.COPY, scan=scan), Segment(9, 3, 8))
    assert request == ReadRequest(
        SOURCE, 3, 8, None, "by-a", None, "a = :a", "a,b", {}, {":a": {"N": "1"}}, True, 5
    )


def test_a_key_condition_makes_it_a_query() -> None:
    scan = Scan(key_condition="pk = :k", values={":k": {"S": "k1"}})
    assert read_request(plan(Operation.EXPORT, scan=scan), Segment(0, 0, 1)).key_condition == "pk = :k"


def test_a_count_reads_no_items_and_names_nothing_that_it_does_not_use() -> None:
    request = read_request(plan(Operation.COPY, scan=FILTERED), Segment(0, 0, 1, Task.COUNT))
    assert (request.table, request.count, request.projection) == (SOURCE, True, None)
    assert request.names == {"#n": "name"}


@pytest.mark.parametrize("task", [Task.PRUNE, Task.COUNT_PRUNE])
def test_a_mirror_reads_the_keys_of_the_same_subset_of_its_copy(task: Task) -> None:
    job = plan(Operation.COPY, scan=FILTERED, mirror=True, target_place=Place("eu-west-3"))
    request = read_request(job, Segment(0, 0, 1, task))
    assert table_of(job, Segment(0, 0, 1, task)) == (TARGET, Place("eu-west-3"))
    assert (request.table, request.filter, request.projection) == (TARGET, "#n = :n", "#key0,#key1")
    assert request.names == {"#n": "name", "#key0": "pk", "#key1": "sk"}


def test_a_mirror_does_not_read_by_an_index_of_the_source() -> None:
    job = plan(Operation.COPY, scan=Scan(index="by-a"), mirror=True)
    assert read_request(job, Segment(0, 0, 1, Task.PRUNE)).index is None


def test_keys_have_aliases_that_the_job_has_not() -> None:
    scan = Scan(filter="#key0 = :n", names={"#key0": "name"}, values={":n": {"S": "name 4"}})
    bench = Bench()
    bench.tables.add(TARGET, *items(9))
    request = read_request(plan(Operation.TRUNCATE, scan=scan), Segment(0, 0, 1))
    assert request.projection == "#key_0,#key_1"
    page = bench.tables.read(request)
    assert page.items == [{"pk": {"S": "k1"}, "sk": {"N": "4"}}]


def test_pages_are_short_where_each_item_is_work() -> None:
    small = Scan(page_items=10)
    assert read_request(plan(Operation.SCAN), Segment(0, 0, 1)).limit == 1000
    for most, limit in ((20, 20_000), (10**12, 1_000_000)):
        packed = Scan(items_per_message=most)
        assert read_request(plan(Operation.SCAN, scan=packed), Segment(0, 0, 1)).limit == limit
    assert read_request(plan(Operation.SCAN, scan=small), Segment(0, 0, 1)).limit == 10
    assert read_request(plan(Operation.COPY), Segment(0, 0, 1, Task.PRUNE)).limit == 1000
    assert read_request(plan(Operation.COPY, scan=small), Segment(0, 0, 1, Task.PRUNE)).limit == 10
    assert read_request(plan(Operation.SCAN), Segment(0, 0, 1, Task.COUNT)).limit is None


@pytest.mark.parametrize(("columns", "asked", "limit"), [(80_000, None, 125), (80_000, 50, 50), (8, 50, 50)])
def test_pages_are_short_where_rows_have_many_columns(columns: int, asked: int | None, limit: int) -> None:
    wide = replace(plan(Operation.EXPORT, scan=Scan(page_items=asked)), header=("a:S",) * columns)
    assert read_request(wide, Segment(0, 0, 1)).limit == limit
    assert read_request(wide, Segment(0, 0, 1, Task.COUNT)).limit == asked


def test_a_page_has_an_item_at_least() -> None:
    widest = replace(plan(Operation.EXPORT), header=("a:S",) * 10_000_001)
    assert read_request(widest, Segment(0, 0, 1)).limit == 1
