"""Every item is in exactly one part of the record, or in the rejects, whatever fails."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace import layout
from headrace.errors import TransientError, TurnLostError
from headrace.export.spelling import DynamoSpelling
from headrace.job.model import AttributeType as T
from headrace.job.model import Column, Shape
from headrace.ledger import UnitRecord, UnitState
from headrace.ports import Item
from tests.fakes import Crash
from tests.unit.export.bench import BUCKET, JOB, Bench, job_of, plan_of, text_of

SHAPES = [Shape.DYNAMODB_JSON, Shape.JSONL, Shape.DELIMITED]
CALLS = ["write", "commit", "committed", "put", "save_unit", "take_unit"]


def item(number: int) -> Item:
    """Every fifth has what neither plain JSON nor CSV has."""
    extra: Item = {"extra": {"M": {"in": {"SS": ["a"]}}}} if number % 5 == 4 else {}
    return {"id": {"S": f"{number:04d}"}, "n": {"N": str(number)}, **extra}


def pages_of(sizes: Sequence[int]) -> list[list[Item]]:
    numbers = iter(range(sum(sizes)))
    return [[item(next(numbers)) for _ in range(size)] for size in sizes]


def bench(shape: Shape, sizes: Sequence[int], **fields: Any) -> Bench:
    return Bench(plan_of(job_of(shape), [item(0), item(4)]), pages_of(sizes), **fields)


def is_rejected(shape: Shape, item: Item) -> bool:
    return shape is not Shape.DYNAMODB_JSON and "extra" in item


def check_accounts(bench: Bench, record: UnitRecord) -> None:
    shape = bench.plan.job.format.shape
    found = [item for page in bench.pages for item in page]
    kept = [item for item in found if not is_rejected(shape, item)]
    assert record.state is UnitState.DONE
    assert text_of(*bench.exported(record)) == text_of(*kept)
    assert [one["Item"] for one in bench.rejected()] == [item for item in found if is_rejected(shape, item)]
    tally = record.tally
    assert (tally.rows, tally.delivered, tally.rejected) == (len(found), len(kept), len(found) - len(kept))
    assert tally.reasons == ({"type extra": tally.rejected} if tally.rejected else {})
    assert tally.read_units == 0.5 * len(bench.pages)
    check_parts(bench, record)


def check_parts(bench: Bench, record: UnitRecord) -> None:
    """They are as the record says, and nothing else is there."""
    assert bench.store.list(BUCKET, bench.plan.prefix) == [part.key for part in record.parts]
    for part in record.parts:
        body = bench.store.objects[BUCKET, part.key]
        md5 = hashlib.md5(body, usedforsecurity=False).digest()
        assert (part.bytes, part.md5) == (len(body), base64.b64encode(md5).decode())
        assert part.etag == bench.store.find(BUCKET, part.key).etag
        assert part.items > 0
    assert sum(part.items for part in record.parts) == record.tally.delivered


@given(
    st.sampled_from(SHAPES),
    st.lists(st.integers(0, 6), min_size=1, max_size=8),
    st.sampled_from([1, 100, 300, 1 << 20]),
    st.integers(1, 9),
    st.lists(st.tuples(st.sampled_from(CALLS), st.integers(1, 6), st.booleans()), max_size=6),
)
def test_every_item_is_exported_once_whatever_fails(
    shape: Shape, sizes: list[int], part_bytes: int, visit: int, faults: list[tuple[str, int, bool]]
) -> None:
    worker = bench(shape, sizes, part_bytes=part_bytes, visit=visit)
    for method, call, kills in faults:
        port = worker.ledger if method.endswith("_unit") else worker.store
        port.faults.on(method, call, Crash() if kills else TransientError("try again"))
    check_accounts(worker, worker.finish())


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_fault_at_any_call_changes_nothing(shape: Shape, method: str) -> None:
    sizes, fields = [6, 1, 0, 5, 2], {"part_bytes": 300, "visit": 2}
    check_accounts(smooth := bench(shape, sizes, **fields), smooth.finish())
    calls = (smooth.ledger if method.endswith("_unit") else smooth.store).faults.calls[method]
    for call in range(1, calls + 1):
        for error in (Crash(), TransientError("try again")):
            worker = bench(shape, sizes, **fields)
            port = worker.ledger if method.endswith("_unit") else worker.store
            port.faults.on(method, call, error)
            check_accounts(worker, worker.finish())


@pytest.mark.parametrize("shape", SHAPES)
def test_parts_end_at_their_size_and_are_numbered_within_the_segment(shape: Shape) -> None:
    worker = bench(shape, [3] * 4, part_bytes=1)
    record = worker.finish()
    ending = {Shape.DYNAMODB_JSON: "json", Shape.JSONL: "jsonl", Shape.DELIMITED: "csv"}[shape]
    names = [f"exports/one/data/000007-{part:04d}.{ending}.gz" for part in range(4)]
    assert [part.key for part in record.parts] == names
    assert all(text.startswith(b"id:S,") for text in worker.parts(record)) is (shape is Shape.DELIMITED)


def test_a_segment_without_items_makes_no_part() -> None:
    worker = bench(Shape.DYNAMODB_JSON, [0, 0])
    record = worker.finish()
    assert (record.state, record.parts, worker.store.objects) == (UnitState.DONE, (), {})


def test_a_page_of_rejects_alone_makes_no_part() -> None:
    worker = replace(bench(Shape.JSONL, []), pages=[[item(4), item(9)]])
    record = worker.finish()
    assert record.parts == ()
    assert list(worker.store.objects) == [(BUCKET, layout.page_rejects_key(JOB, 3, 0))]
    assert [one["_headrace_code"] for one in worker.rejected()] == ["type", "type"]


def test_the_same_items_give_the_same_bytes() -> None:
    one, other = (bench(Shape.DYNAMODB_JSON, [5, 5]).finish() for _ in range(2))
    assert one.parts == other.parts


def test_a_worker_that_has_lost_its_segment_replaces_nothing() -> None:
    lost, worker = bench(Shape.JSONL, [5, 5]), bench(Shape.JSONL, [5, 5])
    lost.store, lost.ledger = worker.store, worker.ledger
    record, sink = lost.take(), lost.sink()
    record = sink.take(record, lost.page(0))
    done = worker.finish()
    there = dict(worker.store.objects)
    with pytest.raises(TurnLostError):
        sink.leave(record)
    sink.abandon()
    assert worker.store.objects == there
    assert worker.store.unfinished == 0
    check_accounts(worker, done)


def test_rejects_of_a_part_that_was_given_up_are_gone_if_its_items_are_none_any_more() -> None:
    worker = bench(Shape.JSONL, [5])
    worker.ledger.faults.on("save_unit", 2, Crash())
    with pytest.raises(Crash):
        worker.work()
    assert len(worker.rejected()) == 1
    mended = replace(worker, pages=[[item(number) for number in range(4)]])
    check_accounts(mended, mended.finish())


def test_a_part_goes_to_the_store_while_it_is_made() -> None:
    """Noise, which does not get smaller: a page is written before the next is read."""
    noise = [base64.b64encode(random.Random(page).randbytes(300_000)).decode() for page in range(4)]
    pages: list[list[Item]] = [[{"id": {"S": "1"}, "n": {"B": one}}] for one in noise]
    worker = replace(bench(Shape.DYNAMODB_JSON, []), pages=pages)
    record, sink = worker.take(), worker.sink()
    for page in range(4):
        record = sink.take(record, worker.page(page))
        assert worker.store.faults.calls["write"] > page
    sink.abandon()
    assert worker.store.unfinished == 0


def test_a_part_ends_where_its_rejects_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headrace.export.parts.MAX_REJECT_BYTES", 1)
    worker = bench(Shape.JSONL, [5, 5, 3])
    record = worker.finish()
    assert [part.items for part in record.parts] == [4, 4, 3]
    check_accounts(worker, record)


def test_parts_grow_where_a_segment_has_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headrace.export.parts.PARTS_OF_A_SIZE", 2)
    size = len(DynamoSpelling().line(item(0)))
    worker = replace(bench(Shape.DYNAMODB_JSON, [], part_bytes=size), pages=[[item(0)]] * 14)
    assert [part.items for part in worker.finish().parts] == [1, 1, 2, 2, 4, 4]


def test_reasons_are_as_many_as_a_record_can_keep() -> None:
    tags = {"SS": ["a"]}
    pages: list[list[Item]] = [
        [{"id": {"S": "1"}, f"{page}-{n}": tags} for n in range(60)] for page in range(4)
    ]
    worker = replace(bench(Shape.JSONL, []), pages=pages)
    tally = worker.finish().tally
    assert len(tally.reasons) == 101
    assert tally.reasons["type"] == 140
    assert sum(tally.reasons.values()) == tally.rejected == 240


def test_the_first_reject_is_noted_with_its_reasons_and_no_more_than_can_be_kept() -> None:
    many: Item = {"id": {"S": "1"}, **{f"attribute {n}": {"SS": ["a"]} for n in range(50)}}
    worker = replace(bench(Shape.JSONL, []), pages=[[item(0), many]])
    note = worker.finish().tally.first_reject
    assert note is not None
    assert note.reason.startswith("attribute 'attribute 0' is a set of texts (SS)")
    assert (note.row, note.offset, len(note.reason)) == (None, None, 1000)


def test_types_of_columns_are_used_in_both_directions() -> None:
    tags: Item = {"id": {"S": "1"}, "tags": {"SS": ["a", "b"]}}
    plan = plan_of(job_of(Shape.JSONL, columns={"tags": Column(T.SS)}))
    worker = Bench(plan, [[tags]])
    assert worker.exported(worker.finish()) == [tags]
