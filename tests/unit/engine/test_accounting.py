"""The promise: whatever goes wrong, the report is exact, or it says what is missing."""

from __future__ import annotations

import csv
import io
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import HeadraceError, ThrottledError, TransientError
from headrace.ledger import UnitState
from tests.builders import EXECUTION, Pipeline, is_balanced, times, upload_event
from tests.fakes import Crash

Row = tuple[str, ...]

_ids = st.sampled_from(["a", "b", "c", "d", "e", "é", "𝄞", "", 'q"q', "n\nn"])
_amounts = st.sampled_from(["1", "2.50", "7", "", "NaN", "x"])
_rows = st.lists(st.one_of(st.tuples(_ids, _amounts), st.tuples(_ids), st.just(())), max_size=30)
_faults = st.lists(st.tuples(st.sampled_from(range(7)), st.integers(1, 12)), max_size=6)


def spell(rows: list[Row]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("id", "amount:N", "note"), *rows])
    return out.getvalue()


def padded(row: Row) -> Row:
    """Rows of some size, so that a few of them fill a chunk of 1 KiB."""
    return (*row, "n" * 150) if row else row


def is_item(row: Row) -> bool:
    return len(row) == 3 and bool(row[0]) and row[1] not in ("NaN", "x")


def break_things(pipeline: Pipeline, faults: list[tuple[int, int]]) -> None:
    throttled = ThrottledError("throttled", ["TableWriteKeyRangeThroughputExceeded"])
    places: list[tuple[Any, str, BaseException]] = [
        (pipeline.tables, "write", throttled),
        (pipeline.tables, "written", Crash()),
        (pipeline.ledger, "settle", Crash()),
        (pipeline.queue, "sent", Crash()),
        (pipeline.queue, "send", TransientError("busy")),
        (pipeline.ledger, "save_unit", TransientError("busy")),
        (pipeline.store, "read", TransientError("busy")),
    ]
    for number, call in faults:
        place, method, error = places[number]
        place.faults.on(method, call, error)


def some_copies(rng: random.Random, most: int) -> Callable[[], int]:
    """Of the first messages a few copies each; a message that is put back again and again must not
    grow without end."""
    left = iter([rng.randint(1, most) for _ in range(30)])
    return lambda: next(left, 1)


def possible_amounts(rows: list[Row]) -> dict[str, set[str]]:
    """By key, what its item may hold: of rows in several chunks, any may be the last written."""
    amounts: dict[str, set[str]] = defaultdict(set)
    for row in filter(is_item, rows):
        amounts[row[0]].add(row[1])
    return amounts


@given(
    rows=_rows,
    faults=_faults,
    leave_every=st.sampled_from([0, 2, 3]),
    fail_every=st.sampled_from([0, 3]),
    write_seconds=st.sampled_from([5.3, 60.0]),
    window=st.sampled_from([300, 1 << 26]),
    seed=st.integers(0, 99),
)
def test_every_row_is_accounted_for_whatever_goes_wrong(
    rows: list[Row],
    faults: list[tuple[int, int]],
    leave_every: int,
    fail_every: int,
    write_seconds: float,
    window: int,
    seed: int,
) -> None:
    rows, rng = list(map(padded, rows)), random.Random(seed)
    pipeline = Pipeline(seed, copies=some_copies(rng, 3), max_receives=99, load_tries=99)
    pipeline.queue.fail_every, pipeline.tables.leave_every = fail_every, leave_every
    pipeline.load_remaining, pipeline.write_seconds = lambda: times(1), write_seconds
    pipeline.break_things = lambda it: break_things(it, faults)
    parallel = {"chunk_bytes": 1024, "message_bytes": 1024 + rng.randint(0, 2000)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("headrace.loader.MAX_WINDOW_BYTES", window)
        report = pipeline.run(spell(rows), parallel=parallel, tolerate={"rejects": 999})
    read = [row for row in rows if row]
    assert report["status"] == "SUCCEEDED", report["cause"]
    assert is_balanced(report)
    assert report["rows"]["read"] == len(read)
    assert report["rows"]["rejected"] == sum(not is_item(row) for row in read) == len(pipeline.rejects())
    amounts = possible_amounts(read)
    assert {key for (key,) in pipeline.items} == set(amounts)
    assert all(item.get("amount", {"N": ""})["N"] in amounts[key] for (key,), item in pipeline.items.items())


@given(rows=_rows, faults=_faults, seed=st.integers(0, 99))
def test_a_job_that_gives_up_is_exact_or_says_what_is_missing(
    rows: list[Row], faults: list[tuple[int, int]], seed: int
) -> None:
    rows, rng = list(map(padded, rows)), random.Random(seed)
    pipeline = Pipeline(seed, copies=some_copies(rng, 2), max_receives=1, load_tries=1)
    pipeline.break_things = lambda it: break_things(it, faults)
    parallel = {"chunk_bytes": 1024, "message_bytes": 1024}
    report = pipeline.run(spell(rows), parallel=parallel, tolerate={"rejects": 999})
    assert is_balanced(report) or report["missing"]
    assert bool(report["missing"]) == (report["error"] == "RowsMissingError")
    assert report["rows"]["rejected"] == len(pipeline.rejects())
    if not report["missing"]:
        kept = {key for (key,) in pipeline.items} | {row["id"] for row in pipeline.rejects()}
        assert kept >= set(possible_amounts([row for row in rows if row]))


def test_the_last_of_several_rows_with_one_key_is_in_the_table() -> None:
    pipeline = Pipeline()
    report = pipeline.run("id,name\na,1\nb,2\na,3\n")
    assert pipeline.items["a",] == {"id": {"S": "a"}, "name": {"S": "3"}}
    assert report["duplicates"] == {"rows": 1, "first": {"row": 2, "superseded_by": 4}}
    assert report["rows"] == {"read": 3, "written": 2, "superseded": 1, "skipped": 0, "rejected": 0}


def test_a_table_that_disappears_stops_the_job_and_where_it_is_back_a_resumption_writes_the_rest() -> None:
    pipeline = Pipeline()
    table, pipeline.tables.vanish_after = pipeline.tables.tables["orders"], 1
    lines = [f"k{i},{'n' * 200}" for i in range(60)]
    report = pipeline.run("\n".join(["id,name", *lines]), parallel={"message_bytes": 1024})
    assert (report["error"], report["missing"]) == ("TableNotFoundError", [])
    assert is_balanced(report)
    assert report["rows"]["read"] + report["pending"]["rows"] == 60
    pipeline.tables.tables["orders"], pipeline.tables.vanish_after = table, None
    resumed = pipeline.resume()
    assert (resumed["status"], resumed["rows"]["written"]) == ("SUCCEEDED", 60)
    assert len(pipeline.items) == 60


def test_a_source_that_is_replaced_stops_the_job() -> None:
    pipeline = Pipeline()
    pipeline.break_things = lambda it: it.put_source("id,name\nother,text\n")
    report = pipeline.run("id,name\na,1\n")
    assert report["error"] == "SourceChangedError"
    assert "was replaced" in report["cause"]
    assert report["pending"] == {"units": 1, "messages": 0, "rows": 0}


def test_a_unit_that_fails_is_named_with_the_row_and_what_was_written_counts() -> None:
    pipeline = Pipeline(load_tries=1)
    pipeline.break_things = lambda it: it.store.faults.on("read", 1, Crash())
    report = pipeline.run("id,name\na,1\n")
    assert report["error"] == "RowsMissingError"
    assert "unit 0 failed at row 2 (byte 8)" in report["cause"]
    assert report["pending"]["units"] == 1
    assert pipeline.resume()["rows"]["written"] == 1


def test_messages_that_never_come_back_make_the_job_fail_and_end() -> None:
    pipeline = Pipeline()
    pipeline.copies = lambda: 0
    report = pipeline.run("id,name\na,1\nb,2\n")
    assert report["missing"] == ["unit 0: 1 messages with 2 rows were never settled"]
    assert report["error"] == "RowsMissingError"


def test_the_same_upload_delivered_twice_is_one_job() -> None:
    pipeline = Pipeline()
    pipeline.put_source("id,name\na,1\n")
    event = upload_event()
    first = pipeline.execute(event)
    second = pipeline.plan(event, replace(EXECUTION, arn="another", name="another"))
    assert first["status"] == "SUCCEEDED"
    assert second["status"] == "DUPLICATE"
    assert second["execution"] == EXECUTION.arn


@pytest.mark.parametrize("error", [Crash(), TransientError("busy"), HeadraceError("odd")])
def test_a_loader_that_stops_between_sends_goes_on_and_no_row_is_counted_twice(error: BaseException) -> None:
    pipeline = Pipeline()
    pipeline.queue.faults.on("sent", 2, error)
    lines = [f"k{i},{i}" for i in range(500)]
    report = pipeline.run("\n".join(["id,name", *lines]), parallel={"message_bytes": 1024})
    assert report["rows"]["read"] == report["rows"]["written"] == len(pipeline.items) == 500
    assert report["messages"] == {"sent": 500, "settled": 500, "delivered": 0}
    assert pipeline.ledger.units("one")[0].state is UnitState.DONE
