"""A page's items become write requests, in the same messages however often it is read."""

from __future__ import annotations

import orjson
import pytest

from headrace import layout
from headrace.items.size import item_size
from headrace.job.model import Column, Operation, WriteMode
from headrace.ledger import RejectNote
from headrace.messages import MAX_REQUESTS, requests_of
from headrace.plan import Segment
from tests.fakes import Crash
from tests.unit.scanning.bench import BUCKET, JOB, SOURCE, TARGET, Bench, item, items, no_time, plan, requests


def copied(bench: Bench, **fields: object) -> list[dict[str, object]]:
    bench.finish(plan(Operation.COPY, **fields))
    return [orjson.loads(request)["PutRequest"]["Item"] for request in requests(bench.messages())]


def test_items_are_copied_as_they_are() -> None:
    bench = Bench()
    strange = item(
        1, n={"N": "12345678901234567890123456789012345678"}, s={"SS": ["b", "a"]}, t={"S": "\ufffe\x01"}
    )
    bench.tables.add(SOURCE, strange)
    assert copied(bench) == [strange]


def test_attributes_are_renamed_and_dropped() -> None:
    bench = Bench()
    bench.tables.add(SOURCE, item(1, a={"S": "1"}, b={"S": "2"}, c={"S": "3"}))
    columns = {"a": Column(rename="b"), "b": Column(rename="a"), "c": Column(drop=True)}
    assert copied(bench, columns=columns) == [item(1, b={"S": "1"}, a={"S": "2"})]


def test_an_item_that_would_have_two_attributes_of_one_name_is_a_reject() -> None:
    bench = Bench()
    bench.tables.add(SOURCE, item(1, a={"S": "1"}, b={"S": "2"}), item(2, a={"S": "1"}))
    assert copied(bench, columns={"a": Column(rename="b")}) == [item(2, b={"S": "1"})]
    (record,) = bench.ledger.units(JOB)
    reason = "attribute 'b': the item has one already beside the one renamed to it"
    assert (record.tally.rows, record.tally.requests, record.tally.rejected) == (2, 1, 1)
    assert record.tally.reasons == {"rename b": 1}
    assert record.tally.first_reject == RejectNote(None, None, reason)
    file = bench.store.objects[BUCKET, layout.page_rejects_key(JOB, 0, 0)]
    assert orjson.loads(file) == {
        "Item": item(1, a={"S": "1"}, b={"S": "2"}),
        "_headrace_code": "rename",
        "_headrace_reason": reason,
    }


def test_an_item_without_the_targets_key_is_a_reject() -> None:
    bench = Bench()
    bench.tables.add(SOURCE, *items(2))
    assert copied(bench, columns={"sk": Column(rename="other")}) == []
    (record,) = bench.ledger.units(JOB)
    assert record.tally.reasons == {"key sk": 2}


def test_a_copy_can_delete_what_its_source_has() -> None:
    bench = Bench()
    bench.tables.add(SOURCE, *items(20))
    bench.tables.add(TARGET, *items(30))
    bench.finish(plan(Operation.COPY, mode=WriteMode.DELETE, columns={"name": Column(drop=True)}))
    bench.deliver()
    assert bench.there() == items(30)[20:]


def test_a_truncate_reads_and_deletes_keys() -> None:
    bench = Bench()
    bench.tables.add(TARGET, *items(30))
    record = bench.finish(plan(Operation.TRUNCATE), remaining=no_time)
    assert all(b"name" not in body.encode() for body in bench.queue.sent)
    assert record.tally.requests == 30
    bench.deliver()
    assert bench.there() == []


def test_messages_are_packed_and_numbered() -> None:
    bench = Bench(page_items=100)
    bench.tables.add(SOURCE, *items(100))
    record = bench.finish(plan(Operation.COPY, message_bytes=4000))
    headers = [message.header for message in bench.messages()]
    assert [header.sequence for header in headers] == list(range(record.sent))
    assert len(headers) > 2
    assert sum(header.requests for header in headers) == 100
    assert sum(header.units for header in headers) == 100
    lines = [line for message in bench.messages() for line in message.lines]
    assert max(len(requests_of(line)) for line in lines) <= MAX_REQUESTS


def test_an_item_that_no_message_holds_goes_by_way_of_the_bucket() -> None:
    bench = Bench()
    large = item(1, text={"S": "\x01" * (400 * 1024 - 100)})
    assert item_size(large) < 400 * 1024
    bench.tables.add(SOURCE, large)
    bench.finish(plan(Operation.COPY))
    assert len(bench.queue.sent[0]) < 200
    bench.deliver()
    assert bench.there() == [large]


@pytest.mark.parametrize(("method", "again"), [("send", 1), ("sent", 1), ("read", 2)])
def test_a_killed_worker_has_only_the_page_in_flight_read_again(method: str, again: int) -> None:
    """And the one before, where a worker is killed before it saved that there is another."""
    bench, once = Bench(), Bench()
    for one in (bench, once):
        one.tables.add(SOURCE, *items(30))
    bench.queue.faults.on(method, 3, Crash())
    bench.tables.faults.on(method, 3, Crash())
    with pytest.raises(Crash):
        bench.scan(plan(Operation.COPY))
    record = bench.scan(plan(Operation.COPY))
    once.scan(plan(Operation.COPY))
    assert bench.tables.faults.calls["read"] == 5 + again
    assert set(bench.queue.sent) == set(once.queue.sent)
    assert record.void == ()
    assert record.tally == once.ledger.units(JOB)[0].tally


def test_a_page_that_has_changed_gets_new_numbers_and_the_ones_of_before_are_void() -> None:
    bench = Bench()
    bench.tables.add(SOURCE, *items(30))
    bench.queue.faults.on("sent", 2, Crash())
    with pytest.raises(Crash):
        bench.scan(plan(Operation.COPY))
    second = requests(bench.messages())[7:]
    changed = orjson.loads(second[0])["PutRequest"]["Item"] | {"name": {"S": "changed"}}
    bench.tables.add(SOURCE, changed)
    record = bench.scan(plan(Operation.COPY))
    assert record.void == ((1, 1),)
    assert record.sent == 6
    assert record.required == 0b111101
    assert record.tally.requests == 30
    required = [message for message in bench.messages() if record.required >> message.header.sequence & 1]
    assert sum(message.header.requests for message in required) == 30
    bench.deliver()
    assert len(bench.there()) == 30


def test_a_page_that_changed_twice_has_two_void_ranges() -> None:
    bench = Bench()
    bench.tables.add(SOURCE, *items(5))
    for number, name in enumerate(("first", "second")):
        bench.queue.faults.on("send", 1, Crash())
        with pytest.raises(Crash):
            bench.scan(plan(Operation.COPY))
        (left,) = bench.ledger.units(JOB)
        assert (left.sent, left.first_message, left.pending) == (number, number, 1)
        bench.tables.add(SOURCE, item(0, name={"S": name}))
    record = bench.scan(plan(Operation.COPY))
    assert record.void == ((0, 1), (1, 1))
    assert (record.sent, record.required) == (3, 0b100)


def test_rejects_of_a_page_that_changed_do_not_stay() -> None:
    bench = Bench()
    bench.tables.add(SOURCE, item(1, a={"S": "1"}, b={"S": "2"}))
    bench.ledger.faults.on("save_unit", 1, Crash())
    renamed = plan(Operation.COPY, columns={"a": Column(rename="b")})
    with pytest.raises(Crash):
        bench.scan(renamed)
    key = BUCKET, layout.page_rejects_key(JOB, 0, 0)
    assert bench.store.objects[key] != b""
    bench.tables.add(SOURCE, item(1, a={"S": "1"}))
    assert bench.scan(renamed, Segment(0, 0, 1)).tally.rejected == 0
    assert bench.store.objects[key] == b""
