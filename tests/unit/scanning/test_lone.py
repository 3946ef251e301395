"""A segment without a job: the event of a plain scanner, as it stands."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from headrace.errors import JobInvalidError
from headrace.plan import Segment
from headrace.ports import Remaining
from headrace.scanning.lone import Cursor, read_segment_event
from headrace.scanning.scanner import Scanner
from tests.unit.scanning.bench import (
    BUCKET,
    FIFO,
    QUEUE,
    SOURCE,
    Bench,
    forever,
    in_order,
    item,
    items,
    no_time,
)

EVENT = {"current_segment": 0, "total_segments": 1, "limit_of_rows": 3000}


def full() -> Bench:
    bench = Bench()
    bench.tables.add(SOURCE, *items(30))
    return bench


def scan(
    bench: Bench, event: dict[str, Any], remaining: Remaining = forever, name: str = "segment-1"
) -> dict[str, Any]:
    asked = read_segment_event(event)
    scanner = Scanner(bench.store, bench.places, bench.queue, asked.ledger(), bench.clock, bench.rng, BUCKET)
    return asked.answer(scanner.scan(asked.plan(name, SOURCE, QUEUE), asked.segment, remaining, 10), name)


def test_the_event_is_a_segment_and_a_limit() -> None:
    event = {"current_segment": 10, "total_segments": 300, "limit_of_rows": 3000}
    asked = read_segment_event(event)
    assert (asked.segment, asked.most, asked.cursor) == (Segment(0, 10, 300), 3000, Cursor())


def test_each_item_of_all_segments_is_a_message() -> None:
    bench = full()
    answers = [scan(bench, EVENT | {"current_segment": n, "total_segments": 4}) for n in range(4)]
    assert in_order(map(orjson.loads, bench.user_queue.bodies)) == items(30)
    assert sum(answer["rows"] for answer in answers) == 30
    assert answers[3] == {
        "current_segment": 3,
        "rows": answers[3]["rows"],
        "messages": answers[3]["rows"],
        "more": False,
        "cursor": None,
    }


@pytest.mark.parametrize(("limit", "rows"), [(3000, 30), (None, 30), (10, 10), (7, 7)])
def test_the_answers_cursor_goes_on_and_nothing_is_sent_twice(limit: int | None, rows: int) -> None:
    bench, event, answer = full(), EVENT | {"limit_of_rows": limit}, {"more": True, "cursor": None}
    calls = 0
    while answer["more"]:
        answer = scan(bench, event | {"cursor": answer["cursor"]}, no_time, f"segment-{calls}")
        calls += 1
    assert calls > 1 or rows == 7
    assert answer["rows"] == answer["messages"] == len(set(bench.user_queue.bodies)) == rows
    assert len(bench.user_queue.bodies) == rows


def test_items_that_no_message_holds_are_told() -> None:
    bench = Bench()
    bench.tables.add(SOURCE, item(1, text={"S": "\x01" * 300_000}), item(2))
    answer = scan(bench, EVENT)
    assert (answer["rows"], answer["messages"], answer["rejected"]) == (2, 1, 1)
    assert [key for _, key in bench.store.objects if key.startswith(answer["rejects"])]


def test_a_fifo_queue_is_known_by_its_name() -> None:
    bench, asked = full(), read_segment_event(EVENT)
    scanner = Scanner(bench.store, bench.places, bench.queue, asked.ledger(), bench.clock, bench.rng, BUCKET)
    scanner.scan(asked.plan("segment-1", SOURCE, FIFO), asked.segment, forever, 10)
    assert len(bench.fifo_queue.messages) == 30


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(JobInvalidError) as raised:
        read_segment_event({"current_segment": 300, "total_segments": 300, "limit_of_rows": 0, "x": 1})
    assert raised.value.problems == (
        "x: unknown; allowed: current_segment, total_segments, limit_of_rows, cursor",
        "current_segment: 300; allowed: a whole number, 0 to 299",
        "limit_of_rows: 0; allowed: a whole number, 1 or more",
    )
    with pytest.raises(JobInvalidError) as raised:
        read_segment_event({"current_segment": True, "total_segments": 1_000_001, "limit_of_rows": "3000"})
    assert raised.value.problems == (
        "total_segments: 1000001; allowed: a whole number, 1 to 1000000",
        "current_segment: true; allowed: a whole number, 0 to 999999",
        'limit_of_rows: "3000"; allowed: a whole number, 1 or more',
    )
    with pytest.raises(JobInvalidError) as raised:
        read_segment_event({})
    assert raised.value.problems == (
        "total_segments: missing; allowed: a whole number, 1 to 1000000",
        "current_segment: missing; allowed: a whole number, 0 to 999999",
    )


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "{",
        "[]",
        "7",
        7,
        {"key": "k"},
        '{"key":1,"page":1,"rows":1,"messages":1,"rejected":0}',
        '{"key":"k","page":true,"rows":1,"messages":1,"rejected":0}',
        '{"key":"k","at":1}',
    ],
)
def test_a_cursor_that_no_answer_had_is_refused(cursor: object) -> None:
    with pytest.raises(JobInvalidError, match=r"cursor: .*; allowed: the `cursor` of the answer before"):
        read_segment_event(EVENT | {"cursor": cursor})
