"""What a job takes grows with what it is about, and what it has not is not charged."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.estimating.amounts import amounts
from headrace.estimating.pace import Speed, bounds
from headrace.estimating.volume import Volume, scan_units
from headrace.job.model import Operation
from headrace.prices import PER_MILLION

WRITES = (Operation.LOAD, Operation.RESTORE, Operation.COPY, Operation.TRUNCATE)


def volume(operation: Operation, items: int) -> Volume:
    reads = operation.reads_table
    return Volume(
        operation,
        max(1, items // 1000),
        items,
        items,
        read_bytes=items * 500 if reads else 0,
        read_units=scan_units(items * 500) if reads else 0,
        write_units={"": items, "by-city": items} if operation in WRITES else {},
        text_bytes=700,
    )


def by_name(one: Volume) -> dict[str, int]:
    return {amount.what: amount.amount for amount in amounts(one)}


@given(st.sampled_from(Operation), st.integers(0, 10**9), st.integers(0, 10**9))
def test_more_items_never_take_less(operation: Operation, one: int, other: int) -> None:
    few, many = (by_name(volume(operation, items)) for items in sorted((one, other)))
    assert {what: amount for what, amount in few.items() if amount > many.get(what, 0)} == {}


def volumes_of(operation: Operation, items: int) -> Volume:
    """In as many units, however many items."""
    return replace(volume(operation, items), units=50)


@given(st.sampled_from(Operation), st.integers(0, 10**9), st.integers(0, 10**9))
def test_two_jobs_take_no_less_than_one_of_all_their_items(
    operation: Operation, one: int, other: int
) -> None:
    """What an execution takes by itself is taken twice, and what is rounded up may be rounded up twice."""
    apart = Counter(by_name(volumes_of(operation, one))) + Counter(by_name(volumes_of(operation, other)))
    together = by_name(volumes_of(operation, one + other))
    assert {what: amount for what, amount in together.items() if amount > apart[what] + 1} == {}


@pytest.mark.parametrize("operation", Operation)
def test_nothing_is_charged_for_tables_and_queues_that_get_nothing(operation: Operation) -> None:
    empty = Volume(operation, 1, 0, 0, write_units={"": 0.0} if operation in WRITES else {})
    found = amounts(empty)
    assert all(one.amount > 0 for one in found)
    assert not [one.what for one in found if one.is_of_tables or one.kind == "sqs_requests"]


@given(st.integers(1, 10**7), st.integers(1, 100_000), st.integers(1, 1000))
def test_no_message_is_without_an_item_and_none_is_larger_than_it_may_be(
    items: int, text: int, units: int
) -> None:
    load = Volume(Operation.LOAD, units, items, items, write_units={"": items}, text_bytes=text)
    assert 1 <= load.messages <= items
    assert load.messages * max(load.message_bytes, text) >= load.message_text


@pytest.mark.parametrize("operation", Operation)
def test_every_amount_has_a_price_and_only_what_is_there_is_charged(operation: Operation) -> None:
    found = amounts(volume(operation, 10_000))
    assert {one.kind for one in found} <= set(PER_MILLION)
    told = {one.what for one in found if one.is_of_tables}
    reads = {"DynamoDB, read units"} if operation.reads_table else set()
    assert told == reads | ({"DynamoDB, write units"} if operation in WRITES else set())


def test_indexes_are_in_the_write_units() -> None:
    assert by_name(volume(Operation.LOAD, 1000))["DynamoDB, write units"] == 2000


def test_a_small_message_is_one_request_each_time() -> None:
    small = Volume(Operation.LOAD, 1, 10, 10, write_units={"": 10}, text_bytes=100)
    assert by_name(small)["SQS, requests of 64 KB"] == 3


def test_items_packed_into_messages_to_a_queue_take_fewer_requests() -> None:
    alone, packed = (
        Volume(Operation.SCAN, 1, 10_000, 10_000, text_bytes=100, items_per_message=number)
        for number in (1, 100)
    )
    assert (by_name(alone)["SQS, requests of 64 KB"], by_name(packed)["SQS, requests of 64 KB"]) == (1000, 20)


@pytest.mark.parametrize(
    ("size", "is_consistent", "units"), [(0, False, 0), (1, False, 0.5), (4097, True, 2)]
)
def test_a_scan_takes_half_a_unit_for_4_kib_and_a_consistent_one_a_whole(
    size: int, is_consistent: bool, units: float
) -> None:
    assert scan_units(size, is_consistent) == units


def test_the_slowest_is_how_long_it_takes() -> None:
    speed = Speed(40, 10, {"": 1000, "by-city": 100})
    first, *_ = bounds(volume(Operation.LOAD, 100_000), speed)
    assert (first.what, first.seconds) == ("100 write units a second of index by-city", 1000)


def test_what_is_not_known_to_be_limited_is_no_bound() -> None:
    told = [one.what for one in bounds(volume(Operation.COPY, 100_000), Speed(40, 10))]
    assert told == ["writing, 10 batches at once", "reading the table, 40 segments at once"]


def test_provisioned_reads_hold_up_a_scan() -> None:
    first, *_ = bounds(volume(Operation.COUNT, 1_000_000), Speed(40, 10, {}, 25))
    assert first.what == "25 read units a second"


def test_items_that_are_written_one_by_one_take_twice_as_long() -> None:
    one = volume(Operation.LOAD, 100_000)
    singly = Volume(
        one.operation, one.units, one.rows, one.items, write_units=one.write_units,
        text_bytes=one.text_bytes, writes_singly=True,
    )  # fmt: skip
    assert bounds(singly, Speed(40, 10))[0].seconds == 2 * bounds(one, Speed(40, 10))[0].seconds
