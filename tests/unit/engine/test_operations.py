"""Each operation comes to what it is for, whatever goes wrong on the way, and says how it went."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.errors import ThrottledError, TransientError
from headrace.job.model import Place
from headrace.ports import Item
from tests.builders import BUCKET, HOME, QUEUE, TABLE, Pipeline, execution, is_balanced
from tests.everything import comparable, everything
from tests.fakes import Crash, MemoryTables
from tests.scenarios import (
    COPY,
    COPY_SCHEMA,
    ITEMS,
    SCENARIOS,
    Scenario,
    exported,
    outcome,
    small_pipeline,
    uninterrupted,
)

_throttled = ThrottledError("throttled", ["TableReadKeyRangeThroughputExceeded"])
_PLACES = [
    ("tables", "describe", TransientError("busy")),
    ("tables", "read", _throttled),
    ("tables", "read", Crash()),
    ("tables", "absent", _throttled),
    ("tables", "write", _throttled),
    ("tables", "written", Crash()),
    ("tables", "write_if", Crash()),
    ("tables", "written_if", Crash()),
    ("ledger", "claim", Crash()),
    ("ledger", "save_job", Crash()),
    ("ledger", "take_unit", TransientError("busy")),
    ("ledger", "save_unit", TransientError("busy")),
    ("ledger", "save_unit", Crash()),
    ("ledger", "settle", Crash()),
    ("ledger", "delivery", TransientError("busy")),
    ("queue", "send", TransientError("busy")),
    ("queue", "sent", Crash()),
    ("user_queue", "send", TransientError("busy")),
    ("user_queue", "sent", Crash()),
    ("store", "get", TransientError("busy")),
    ("store", "put", Crash()),
    ("store", "read", TransientError("busy")),
    ("events", "publish", Crash()),
]
_faults = st.lists(st.tuples(st.sampled_from(_PLACES), st.integers(1, 12)), max_size=8)


def small(document: dict[str, Any]) -> tuple[Pipeline, dict[str, Any]]:
    """The report of a job over a table with items of every type."""
    pipeline = small_pipeline()
    pipeline.tables.add(TABLE, *everything(ITEMS))
    return pipeline, pipeline.execute(document)


def items_of(pipeline: Pipeline, table: str) -> list[Any]:
    return [comparable(item) for _, item in sorted(pipeline.items_of(table).items())]


def all_items(count: int = ITEMS) -> list[Any]:
    return list(map(comparable, everything(count)))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=repr)
@given(
    faults=_faults,
    leave_every=st.sampled_from([0, 3, 7]),
    fail_every=st.sampled_from([0, 3, 7]),
    write_seconds=st.sampled_from([5.3, 60.0]),
    seed=st.integers(0, 99),
)
@settings(max_examples=40)
def test_faults_change_nothing(
    scenario: Scenario,
    faults: list[tuple[tuple[str, str, BaseException], int]],
    leave_every: int,
    fail_every: int,
    write_seconds: float,
    seed: int,
) -> None:
    pipeline, rng = small_pipeline(seed), random.Random(seed)
    document = scenario.prepare(pipeline)
    pipeline.write_seconds, pipeline.tables.leave_every = write_seconds, leave_every
    pipeline.queue.fail_every = pipeline.user_queue.fail_every = fail_every
    copies = iter([rng.randint(1, 3) for _ in range(30)])
    pipeline.copies = lambda: next(copies, 1)
    for (port, method, error), call in faults:
        getattr(pipeline, port).faults.on(method, call, error)
    report = pipeline.execute(document)
    assert report["status"] == "SUCCEEDED", report["cause"]
    assert is_balanced(report)
    assert outcome(pipeline, report) == uninterrupted(scenario)[0]


def test_a_copy_is_the_same() -> None:
    pipeline, report = small({"operation": "copy", "source": TABLE, "target": COPY})
    assert items_of(pipeline, COPY) == items_of(pipeline, TABLE) == all_items()
    assert report["rows"]["written"] == report["scan"]["scanned"] == ITEMS
    assert report["consumed"]["read_units"] > 0
    assert (report["source"], report["target"]) == (TABLE, COPY)


def test_a_subset_is_copied_renamed_and_without_what_is_dropped() -> None:
    pipeline, report = small(
        {
            "operation": "copy",
            "source": TABLE,
            "target": COPY,
            "scan": {"filter": "#n < :n", "names": {"#n": "number"}, "values": {":n": 10}},
            "columns": {"text": {"rename": "words"}, "map": {"drop": True}},
        }
    )
    expected = [
        {"words" if name == "text" else name: value for name, value in item.items() if name != "map"}
        for item in all_items(10)
    ]
    assert items_of(pipeline, COPY) == expected
    assert (report["rows"]["read"], report["scan"]["scanned"]) == (10, ITEMS)


def test_a_copy_goes_to_where_its_places_are() -> None:
    pipeline = small_pipeline()
    there = MemoryTables(COPY_SCHEMA)
    pipeline.places.by_place[Place("us-east-1", "arn:aws:iam::210987654321:role/writer")] = there
    pipeline.tables.add(TABLE, *everything(ITEMS))
    target = {"table": COPY, "region": "us-east-1", "role_arn": "arn:aws:iam::210987654321:role/writer"}
    report = pipeline.execute({"operation": "copy", "source": TABLE, "target": target})
    assert report["status"] == "SUCCEEDED", report["cause"]
    assert len(there.items(COPY)) == ITEMS
    assert not pipeline.items_of(COPY)


@pytest.mark.parametrize("is_dry", [False, True])
def test_a_mirror_counts_first_and_then_deletes_what_the_source_has_not(is_dry: bool) -> None:
    pipeline = small_pipeline()
    pipeline.tables.add(COPY, *everything(ITEMS + 15))
    pipeline.tables.add(TABLE, *everything(ITEMS))
    job = {"operation": "copy", "source": TABLE, "target": COPY, "mirror": True, "dry_run": is_dry}
    report = pipeline.execute(job)
    assert report["planned"] == {"items": ITEMS, "deletes": 15}
    assert report["deleted"] == (0 if is_dry else 15)
    assert report["rows"]["written"] == (0 if is_dry else ITEMS + 15)
    assert items_of(pipeline, COPY) == all_items(ITEMS + 15 if is_dry else ITEMS)


@pytest.mark.parametrize("is_dry", [False, True])
def test_a_truncate_says_how_many_before_it_starts_and_deletes_them(is_dry: bool) -> None:
    pipeline, report = small({"operation": "truncate", "target": TABLE, "confirm": TABLE, "dry_run": is_dry})
    assert (report["status"], report["planned"]) == ("SUCCEEDED", {"items": ITEMS})
    assert report["deleted"] == report["rows"]["written"] == (0 if is_dry else ITEMS)
    assert len(pipeline.items) == (ITEMS if is_dry else 0)


def test_a_count_is_exact_and_moves_nothing() -> None:
    _, report = small({"operation": "count", "source": TABLE, "scan": {"filter": "attribute_exists(map)"}})
    with_map = sum("map" in item for item in everything(ITEMS))
    assert report["count"] == {"items": with_map, "scanned": ITEMS, "table_items": 0, "table_bytes": 0}
    assert set(report["rows"].values()) == {0}


def test_items_come_to_a_queue_one_by_one_or_packed() -> None:
    job = {"operation": "scan", "source": TABLE, "target": QUEUE}
    single, report = small(job)
    packed, of_packed = small(job | {"scan": {"items_per_message": 4}})
    ids = sorted(orjson.loads(body)["id"]["S"] for body in single.user_queue.bodies)
    assert ids == sorted(item["id"]["S"] for item in everything(ITEMS))
    assert (report["messages"]["delivered"], report["rows"]["written"]) == (ITEMS, ITEMS)
    items = [item["id"]["S"] for body in packed.user_queue.bodies for item in orjson.loads(body)]
    assert sorted(items) == ids
    assert of_packed["messages"]["delivered"] == len(packed.user_queue.bodies) < ITEMS


@pytest.mark.parametrize("preset", ["dynamodb-json", "jsonl", "csv"])
def test_what_is_exported_and_what_is_rejected_are_the_table(preset: str) -> None:
    pipeline, report = small(
        {"operation": "export", "source": TABLE, "format": {"preset": preset}, "tolerate": {"rejects": ITEMS}}
    )
    rejected = report["rows"]["rejected"]
    assert bool(rejected) == (preset != "dynamodb-json")
    assert report["export"]["location"] == report["target"] == f"s3://{BUCKET}/exports/one/"
    assert report["export"]["parts"] == len(exported(pipeline)) > 0
    whole: list[Item] = []
    for number, source in enumerate(filter(None, [report["target"], report["rejects"]["location"]])):
        job = {"operation": "restore", "source": source, "target": COPY}
        restored = pipeline.execute(job, execution(f"restore-{number}"))
        assert restored["status"] == "SUCCEEDED", restored["cause"]
        whole.append(restored["rows"]["written"])
    assert whole == [ITEMS - rejected, rejected][: len(whole)]
    assert items_of(pipeline, COPY) == all_items()


def test_an_export_that_fails_has_no_manifest() -> None:
    pipeline, report = small({"operation": "export", "source": TABLE, "format": {"preset": "csv"}})
    assert (report["error"], report["export"]["manifest"]) == ("RowsRejectedError", None)
    assert not [key for _, key in pipeline.store.objects if "manifest" in key]


def test_a_table_of_nothing_is_exported_and_restored() -> None:
    for preset in ("dynamodb-json", "jsonl", "csv"):
        pipeline = small_pipeline()
        exported_ = pipeline.execute({"operation": "export", "source": TABLE, "format": {"preset": preset}})
        location = exported_["export"]["location"]
        job = {"operation": "restore", "source": location, "target": COPY}
        restored = pipeline.execute(job, execution("two"))
        assert (restored["status"], restored["rows"]["read"]) == ("SUCCEEDED", 0), restored["cause"]


def test_a_table_by_its_arn_is_the_table() -> None:
    pipeline, report = small({"operation": "copy", "source": HOME + TABLE, "target": HOME + COPY})
    assert report["status"] == "SUCCEEDED", report["cause"]
    assert items_of(pipeline, COPY) == all_items()


def test_a_role_that_is_lost_on_the_way_stops_all_segments_at_once() -> None:
    pipeline = small_pipeline()
    pipeline.tables.add(TABLE, *everything(200))
    document = {"operation": "count", "source": TABLE, "parallel": {"segments": 20}}
    pipeline.break_things = lambda it: it.tables.tables.clear()
    report = pipeline.execute(document)
    assert report["error"] == "TableNotFoundError"
    assert report["units"] == {"planned": 20, "done": 0, "failed": 1}
    assert report["pending"]["units"] == 20
