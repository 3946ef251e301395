"""Items go to a user's queue, each of them at least once."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

import orjson
import pytest

from headrace import layout
from headrace.errors import SendError
from headrace.items.size import item_size
from headrace.job.model import Format, Operation, Scan, Shape
from headrace.messages import MAX_MESSAGE_BYTES
from headrace.ports import Item
from tests.fakes import Crash, MemoryUserQueue
from tests.unit.scanning.bench import BUCKET, FIFO, JOB, SOURCE, Bench, in_order, item, items, no_time, plan

PLAIN = Format(shape=Shape.JSONL)
DIGITS = "1234567890123456789012345678.0123456789"


def bodies(bench: Bench, **fields: Any) -> list[Any]:
    bench.finish(plan(Operation.SCAN, **fields))
    return [orjson.loads(body) for body in bench.user_queue.bodies]


def with_items(*found: Item, page_items: int = 7) -> Bench:
    bench = Bench(page_items)
    bench.tables.add(SOURCE, *found)
    return bench


def test_each_item_is_a_message_in_dynamodb_json() -> None:
    bench = with_items(*items(30))
    assert in_order(bodies(bench)) == items(30)
    (record,) = bench.ledger.units(JOB)
    assert (record.tally.delivered, record.tally.user_messages) == (30, 30)
    assert (record.sent, record.required, record.tally.requests) == (0, 0, 0)
    assert all(message.group is message.identity is None for message in bench.user_queue.messages)


def test_many_items_are_packed_into_arrays() -> None:
    bench = with_items(*items(30))
    found = bodies(bench, scan=Scan(items_per_message=3))
    assert [len(array) for array in found] == [3, 3, 1] * 4 + [2]
    assert in_order(one for array in found for one in array) == items(30)
    assert bench.ledger.units(JOB)[0].tally.user_messages == 13


def test_plain_json_keeps_digits_and_has_arrays_for_sets() -> None:
    data = base64.b64encode(b"\x00\xff").decode()
    strange = item(1, n={"N": DIGITS}, s={"NS": ["1.0", "20"]}, b={"B": data}, m={"M": {"x": {"NULL": True}}})
    bench = with_items(strange)
    bench.finish(plan(Operation.SCAN, format=PLAIN))
    (body,) = bench.user_queue.bodies
    assert json.loads(body, parse_int=Decimal, parse_float=Decimal) == {
        "pk": "k0",
        "sk": 1,
        "n": Decimal(DIGITS),
        "s": [1, 20],
        "b": data,
        "m": {"x": None},
    }


@pytest.mark.parametrize("shape", [Shape.DYNAMODB_JSON, Shape.JSONL])
def test_characters_that_sqs_refuses_are_spelled_as_escapes(shape: Shape) -> None:
    text = "\ufffe\uffff\x00 and \U0001f6b0"
    (body,) = bodies(with_items(item(1, text={"S": text})), format=Format(shape=shape))
    assert body["text"] == (text if shape is Shape.JSONL else {"S": text})


@pytest.mark.parametrize("per_message", [1, 1000])
def test_messages_and_batches_are_within_what_sqs_takes(per_message: int) -> None:
    large = [item(number, text={"S": "x" * 200_000}) for number in range(17)]
    bench = with_items(*large, page_items=100)
    found = bodies(bench, scan=Scan(items_per_message=per_message))
    assert len(found) == (17 if per_message == 1 else 4)
    assert max(bench.user_queue.batches) == (5 if per_message == 1 else 1)


@pytest.mark.parametrize("per_message", [1, 10])
def test_an_item_that_is_too_large_for_sqs_is_a_reject(per_message: int) -> None:
    large = item(1, text={"S": "\x01" * (200 * 1024)})
    assert item_size(large) < 400 * 1024
    bench = with_items(*items(1), large)
    (found,) = bodies(bench, scan=Scan(items_per_message=per_message))
    assert found == (items(1)[0] if per_message == 1 else items(1))
    (record,) = bench.ledger.units(JOB)
    assert (record.tally.rows, record.tally.delivered, record.tally.rejected) == (2, 1, 1)
    assert record.tally.reasons == {"size": 1}
    reject = orjson.loads(bench.store.objects[BUCKET, layout.page_rejects_key(JOB, 0, 0)])
    assert reject["Item"] == large
    assert str(MAX_MESSAGE_BYTES) in reject["_headrace_reason"]


@pytest.mark.parametrize("spare", [0, 1])
def test_the_largest_message_is_exactly_what_sqs_takes(spare: int) -> None:
    empty = orjson.dumps(item(1, text={"S": ""}))
    filler = "\x01" * 174_000
    rest = MAX_MESSAGE_BYTES - len(empty) - 6 * len(filler) + spare
    bench = with_items(item(1, text={"S": filler + "x" * rest}))
    assert len(bodies(bench)) == 1 - spare
    assert bench.ledger.units(JOB)[0].tally.rejected == spare


def test_entries_that_failed_are_sent_again() -> None:
    bench = with_items(*items(30))
    bench.user_queue.fail_every = 3
    assert in_order(bodies(bench)) == items(30)


def test_a_queue_that_does_not_take_a_message_in_many_tries_fails_the_segment() -> None:
    bench = with_items(*items(3))
    bench.user_queue.fail_every = 1
    with pytest.raises(SendError, match="3 of 3 messages in 8 tries"):
        bench.scan(plan(Operation.SCAN))


def test_a_killed_worker_sends_the_page_in_flight_again_and_no_other() -> None:
    bench = with_items(*items(30))
    bench.user_queue.faults.on("sent", 3, Crash())
    with pytest.raises(Crash):
        bench.scan(plan(Operation.SCAN))
    record = bench.scan(plan(Operation.SCAN))
    assert bench.tables.faults.calls["read"] == 6
    assert len(bench.user_queue.messages) == 37
    assert record.tally.delivered == record.tally.user_messages == 30


def test_a_fifo_queue_gets_groups_and_takes_a_page_that_is_sent_again_for_the_same() -> None:
    bench = with_items(*items(30))
    bench.fifo_queue.faults.on("sent", 3, Crash())
    fifo = plan(Operation.SCAN, target=FIFO)
    with pytest.raises(Crash):
        bench.scan(fifo)
    bench.finish(fifo, remaining=no_time)
    assert in_order(orjson.loads(body) for body in bench.fifo_queue.bodies) == items(30)
    assert {message.group for message in bench.fifo_queue.messages} == {"segment-0"}


def test_a_fifo_queue_loses_nothing_where_the_table_changed_before_a_page_is_sent_again() -> None:
    bench = with_items(*items(30))
    fifo = plan(Operation.SCAN, target=FIFO)
    bench.fifo_queue.faults.on("sent", 1, Crash())
    with pytest.raises(Crash):
        bench.scan(fifo)
    table = bench.tables.tables[SOURCE].items
    first = orjson.loads(bench.fifo_queue.bodies[0])
    del table[next(key for key, one in table.items() if one == first)]
    bench.finish(fifo)
    sent = [orjson.loads(body) for body in bench.fifo_queue.bodies]
    assert [one for one in items(30) if one not in sent] == []


def test_a_fifo_queue_takes_as_many_messages_as_there_are_items_that_look_alike() -> None:
    bench = with_items(*(item(number, name={"S": "same"}) for number in range(30)))
    bench.finish(plan(Operation.SCAN, target=FIFO, scan=Scan(projection="name")))
    assert bench.fifo_queue.bodies == ['{"name":{"S":"same"}}'] * 30


@pytest.mark.parametrize("fifo", [False, True])
def test_a_group_of_the_users_own_goes_with_each_message(fifo: bool) -> None:
    bench = with_items(*items(3))
    scan = Scan(message_group="orders")
    bench.finish(plan(Operation.SCAN, scan=scan, **({"target": FIFO} if fifo else {})))
    queue: MemoryUserQueue = bench.fifo_queue if fifo else bench.user_queue
    assert [message.group for message in queue.messages] == ["orders"] * 3
