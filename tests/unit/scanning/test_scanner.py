"""A segment is worked on page by page, left in time, and gone on with where it was left."""

from __future__ import annotations

import pytest

from headrace.errors import (
    QueueNotFoundError,
    ReadRefusedError,
    ThrottledError,
    TransientError,
    TurnLostError,
)
from headrace.job.model import Operation, Scan
from headrace.ledger import Stop, UnitState
from headrace.plan import Segment, Task
from headrace.ports import Remaining
from tests.fakes import Crash
from tests.unit.scanning.bench import (
    JOB,
    QUEUE,
    SOURCE,
    TARGET,
    Bench,
    before_call,
    forever,
    items,
    no_time,
    plan,
    requests,
)

COUNT = Segment(0, 0, 1, Task.COUNT)
OPERATIONS = [Operation.COPY, Operation.SCAN, Operation.COUNT]


def full(count: int = 30, page_items: int = 7) -> Bench:
    bench = Bench(page_items)
    bench.tables.add(SOURCE, *items(count))
    return bench


def segment(operation: Operation) -> Segment:
    return COUNT if operation is Operation.COUNT else Segment(0, 0, 1)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_segment_ends_with_all_its_items_counted(operation: Operation) -> None:
    record = full().scan(plan(operation), segment(operation))
    assert (record.state, record.task, record.page) == (UnitState.DONE, segment(operation).task, 5)
    assert (record.tally.records, record.tally.rows, record.tally.scanned) == (30, 30, 30)
    assert record.tally.read_units > 0


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_worker_without_time_reads_a_page_and_no_page_twice(operation: Operation) -> None:
    bench, once = full(), full()
    record = bench.finish(plan(operation), segment(operation), no_time)
    starts = [request.start for request in bench.tables.reads]
    assert len(starts) == len(set(starts)) == record.page == record.turn == 5
    assert (record.mark, record.pending, record.void) == ("", 0, ())
    once.scan(plan(operation), segment(operation))
    assert bench.queue.sent == once.queue.sent
    assert bench.user_queue.messages == once.user_queue.messages
    assert record.tally == once.ledger.units(JOB)[0].tally


def test_segments_have_each_item_once() -> None:
    bench = full(100)
    for number in range(9):
        bench.finish(plan(Operation.COPY), Segment(number, number, 9))
    bench.deliver()
    assert bench.there() == bench.there(SOURCE)
    assert sum(record.tally.requests for record in bench.ledger.units(JOB)) == 100


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_empty_page_is_not_the_end(operation: Operation) -> None:
    scan = Scan(filter="name = :n", values={":n": {"S": "name 17"}})
    record = full(page_items=2).finish(plan(operation, scan=scan), segment(operation), no_time)
    assert (record.tally.records, record.tally.scanned, record.page) == (1, 30, 16)


@pytest.mark.parametrize("condition", [None, "attribute_exists(name)"])
@pytest.mark.parametrize("limit", [1, 7, 10, 14, 30, 31])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_segment_gives_as_many_items_as_it_may(
    operation: Operation, limit: int, condition: str | None
) -> None:
    bench = full()
    limited = plan(operation, scan=Scan(filter=condition, limit_per_segment=limit))
    record = bench.finish(limited, segment(operation), no_time)
    assert record.tally.records == min(limit, 30)
    if condition is None:
        assert record.tally.scanned == min(limit, 30)
    if operation is Operation.COPY:
        assert len(requests(bench.messages())) == min(limit, 30)
    if operation is Operation.SCAN:
        assert len(bench.user_queue.messages) == min(limit, 30)


def test_a_job_that_is_stopped_stops_at_the_next_page() -> None:
    bench = full()
    stop = Stop("JobCancelledError", "enough")
    before_call(bench.tables, "read", 3, lambda: bench.ledger.stop(JOB, stop))
    record = bench.scan(plan(Operation.COPY))
    assert (record.state, record.page) == (UnitState.RUNNING, 3)
    assert bench.scan(plan(Operation.COPY)).page == 3
    bench.ledger.clear_stop(JOB)
    assert bench.scan(plan(Operation.COPY)).state is UnitState.DONE
    assert len(requests(bench.messages())) == 30


def test_a_table_that_is_throttled_to_the_end_is_left_with_the_cursor() -> None:
    bench = full()
    for call in range(3, 400):
        bench.tables.faults.on("read", call, ThrottledError("slow", ["TableReadMax"]))
    end = bench.clock.now() + 60
    record = bench.scan(plan(Operation.COPY), remaining=lambda: end - bench.clock.now())
    assert (record.state, record.page) == (UnitState.RUNNING, 2)
    assert record.tally.read_throttles == {"TableReadMax": bench.tables.faults.calls["read"] - 2}
    assert bench.ledger.units(JOB) == [record]


@pytest.mark.parametrize("remaining", [forever, no_time])
def test_throttles_are_counted_once_each(remaining: Remaining) -> None:
    bench = full()
    for call in (1, 3, 7):
        bench.tables.faults.on("read", call, ThrottledError("slow", ["TableReadMax"]))
    record = bench.finish(plan(Operation.COPY), remaining=remaining)
    assert record.tally.read_throttles == {"TableReadMax": 3}


def test_what_is_not_whole_is_given_up_after_an_error() -> None:
    bench = full()
    bench.tables.faults.on("read", 3, TransientError("lost"))
    export = plan(Operation.EXPORT, target="")
    with pytest.raises(TransientError):
        bench.scan(export)
    assert (bench.store.unfinished, bench.store.objects) == (0, {})
    record = bench.scan(export)
    assert [part.items for part in record.parts] == [record.tally.delivered] == [30]


def test_a_unit_that_is_done_or_void_is_not_read_again() -> None:
    for state in (UnitState.DONE, UnitState.VOID):
        bench = full()
        bench.scan(plan(Operation.COPY))
        reads, record = len(bench.tables.reads), bench.ledger.units(JOB)[0]
        bench.ledger.put_unit(JOB, type(record)(0, state))
        assert bench.scan(plan(Operation.COPY)).state is state
        assert len(bench.tables.reads) == reads


def test_a_unit_that_ended_without_being_told_reads_nothing_more() -> None:
    bench = full()
    saves = bench.ledger.faults.calls["save_unit"]
    bench.ledger.faults.on("save_unit", saves + 6, Crash())
    with pytest.raises(Crash):
        bench.scan(plan(Operation.SCAN))
    reads = len(bench.tables.reads)
    assert bench.scan(plan(Operation.SCAN)).state is UnitState.DONE
    assert len(bench.tables.reads) == reads


def test_what_no_second_try_can_mend_goes_up_and_leaves_the_cursor() -> None:
    bench = full()
    bench.tables.faults.on("read", 3, ReadRefusedError("scan: no"))
    with pytest.raises(ReadRefusedError):
        bench.scan(plan(Operation.COPY))
    bench.user_queue.exists = False
    with pytest.raises(QueueNotFoundError):
        bench.scan(plan(Operation.SCAN, target=QUEUE), Segment(1, 0, 1))
    assert [record.state for record in bench.ledger.units(JOB)] == [UnitState.RUNNING] * 2
    assert bench.ledger.units(JOB)[0].page == 1


def test_a_worker_whose_turn_is_over_saves_nothing() -> None:
    bench = full()
    before_call(bench.queue, "send", 2, lambda: bench.scan(plan(Operation.COPY)))
    with pytest.raises(TurnLostError):
        bench.scan(plan(Operation.COPY))
    (record,) = bench.ledger.units(JOB)
    assert (record.state, record.turn, record.tally.requests) == (UnitState.DONE, 2, 30)


def test_what_a_mirror_has_too_much_is_counted_and_then_deleted() -> None:
    bench = Bench()
    bench.tables.add(SOURCE, *items(20))
    bench.tables.add(TARGET, *items(30))
    mirror = plan(Operation.COPY, mirror=True, scan=Scan(limit_per_segment=5))
    counted = bench.finish(mirror, Segment(0, 0, 1, Task.COUNT_PRUNE), no_time)
    assert (counted.tally.rows, counted.tally.records, counted.sent) == (10, 30, 0)
    assert len(bench.there()) == 30
    pruned = bench.finish(mirror, Segment(1, 0, 1, Task.PRUNE), no_time)
    assert (pruned.tally.rows, pruned.tally.requests, pruned.tally.records) == (10, 10, 30)
    bench.deliver()
    assert bench.there() == bench.there(SOURCE)


def test_a_mirror_whose_source_is_throttled_is_left_with_the_cursor() -> None:
    bench = Bench()
    bench.tables.add(TARGET, *items(30))
    for call in range(2, 400):
        bench.tables.faults.on("absent", call, ThrottledError("slow"))
    end = bench.clock.now() + 60
    mirror, prune = plan(Operation.COPY, mirror=True), Segment(0, 0, 1, Task.PRUNE)
    record = bench.scan(mirror, prune, lambda: end - bench.clock.now())
    assert (record.state, record.page, record.tally.requests) == (UnitState.RUNNING, 1, 7)
    assert record.tally.read_throttles["ThrottledError"] > 10
