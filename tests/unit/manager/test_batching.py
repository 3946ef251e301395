"""Batches: each item is written, superseded or failed, whatever the table does."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace import BatchResult, TableNotFoundError, ThrottledError
from headrace.aws.manager import batching
from headrace.aws.manager.batching import Batches
from headrace.ports import KeyAttribute, TableSchema
from tests.fakes import FakeClock, MemoryTables

SCHEMA = TableSchema("orders", "", (KeyAttribute("id", "S", "partition"), KeyAttribute("at", "N", "sort")))


def table(**options: Any) -> MemoryTables:
    return MemoryTables(SCHEMA, **options)


def batches(tables: MemoryTables, patience: float = 60) -> Batches:
    return Batches(tables, "orders", ["id", "at"], FakeClock(), random.Random(1), patience)


def item(number: int, **more: Any) -> dict[str, Any]:
    return {"id": "a", "at": number, **more}


def is_accounted(result: BatchResult) -> bool:
    return result.read == result.written + result.superseded + result.failed


def test_any_number_of_items_from_a_generator_is_written() -> None:
    tables = table()
    result = batches(tables).write((item(number) for number in range(10_003)), parallel=3, deletes=False)
    assert result == BatchResult(read=10_003, written=10_003, superseded=0)
    assert len(tables.items("orders")) == 10_003


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 99)), max_size=60), st.integers(1, 20))
def test_the_last_item_of_a_key_wins_in_whatever_window_it_is(
    pairs: list[tuple[int, int]], size: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batching, "MAX_WINDOW_ITEMS", size)
        tables = table(leave_every=3)
        result = batches(tables).write([item(at, n=n) for at, n in pairs], parallel=4, deletes=False)
    assert is_accounted(result)
    assert result.failed == 0
    found = {int(one["at"]["N"]): int(one["n"]["N"]) for one in tables.items("orders")}
    assert found == dict(pairs)


def test_one_key_in_two_spellings_is_one_key() -> None:
    result = batches(table()).write([item(1), {"id": "a", "at": 1.0, "n": 2}], 1, deletes=False)
    assert (result.written, result.superseded) == (1, 1)


def test_what_comes_back_unprocessed_is_sent_again_until_it_is_written() -> None:
    tables = table(leave_every=2)
    result = batches(tables).write(map(item, range(60)), 1, deletes=False)
    assert (result.written, len(tables.items("orders"))) == (60, 60)


def test_an_item_that_is_refused_fails_alone_and_comes_back_as_it_was_given() -> None:
    tables = table(refuse=["poison"])
    odd = item(7, text="poison", price=1.5, raw=b"x", tags={"a"})
    result = batches(tables).write([*map(item, range(7)), odd, item(8)], 1, deletes=False)
    assert (result.read, result.written, result.failed) == (9, 8, 1)
    assert result.failures[0].item is odd
    assert "refuses this item" in result.failures[0].reason


def test_what_cannot_be_stored_fails_with_all_of_its_reasons_and_the_rest_is_written() -> None:
    odd = {"id": "a", "price": float("nan"), "tags": set()}
    result = batches(table()).write([odd, item(1), 5], 1, deletes=False)  # type: ignore[list-item]
    assert (result.written, [failure.item for failure in result.failures]) == (1, [odd, 5])
    assert [reason.partition(": ")[0] for reason in result.failures[0].reason.split("\n")] == [
        "item.price",
        "item.tags",
        "item",
    ]
    assert "no attribute 'at'" in result.failures[0].reason


def test_an_item_that_fails_supersedes_nothing() -> None:
    tables = table()
    result = batches(tables).write([item(1), item(1, price=float("nan"))], 1, deletes=False)
    assert (result.written, result.superseded, result.failed) == (1, 0, 1)


def test_what_the_table_does_not_take_in_time_fails_with_the_reason() -> None:
    tables = table()
    for call in range(2, 40):
        tables.faults.on("write", call, ThrottledError("no", ["TableWriteKeyRangeThroughputExceeded"]))
    result = batches(tables, patience=20).write(map(item, range(50)), 1, deletes=False)
    assert (result.written, result.failed) == (25, 25)
    assert result.failures[0].item == item(25)
    assert "in 20 seconds: TableWriteKeyRangeThroughputExceeded" in result.failures[0].reason


def test_what_was_refused_before_time_was_up_keeps_its_own_reason() -> None:
    tables = table(refuse=["poison"])
    for call in range(3, 40):
        tables.faults.on("write", call, ThrottledError("no"))
    given = [item(1), item(2, text="poison")]
    result = batches(tables, patience=20).write(given, 1, deletes=False)
    assert is_accounted(result)
    reasons = {failure.item["at"]: failure.reason for failure in result.failures}
    assert "refuses this item" in reasons[2]
    assert "did not take it" in reasons[1]


def test_a_hopeless_error_ends_the_batch() -> None:
    tables = table()
    tables.vanish_after = 1
    with pytest.raises(TableNotFoundError):
        batches(tables).write(map(item, range(50)), 1, deletes=False)


def test_keys_and_whole_items_are_deleted() -> None:
    tables = table()
    batches(tables).write(map(item, range(40)), 1, deletes=False)
    given = [*map(item, range(30)), item(3, text="whole")]
    result = batches(tables).write(given, 1, deletes=True)
    assert (result.written, result.superseded) == (30, 1)
    assert len(tables.items("orders")) == 10


def test_no_more_items_are_held_than_a_window_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "MAX_WINDOW_BYTES", 10_000)
    tables, ahead = table(), []

    def items() -> Iterator[dict[str, Any]]:
        for number in range(300):
            ahead.append(number - len(tables.items("orders")))
            yield item(number, text="x" * 1000)

    assert batches(tables).write(items(), 2, deletes=False).written == 300
    assert max(ahead) <= 10


def test_no_items_are_no_calls() -> None:
    tables = table()
    assert batches(tables).write([], 1, deletes=False) == BatchResult(0, 0, 0)
    assert tables.bodies == []
