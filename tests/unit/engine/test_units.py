"""A unit is loaded once in all, whatever interrupts it, however its text is shaped, and again if need be."""

from __future__ import annotations

import contextlib
import gzip
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace import layout
from headrace.errors import HeadraceError, MessageError, SourceFormatError, TransientError, TurnLostError
from headrace.job.model import Shape, WriteMode
from headrace.ledger import DuplicateNote, RejectNote, UnitRecord, UnitState
from headrace.messages import PACKING
from headrace.plan import Unit
from tests.fakes import Crash
from tests.loading import BUCKET, JOB_ID, Loading, forever, numbers_of, requests_in

WIRE, PLAIN, ROWS = Shape.DYNAMODB_JSON, Shape.JSONL, Shape.DELIMITED
RUNNING, DONE, FAILED = UnitState.RUNNING, UnitState.DONE, UnitState.FAILED
_BAD = {WIRE: '{"Item":{}}', PLAIN: '{"name":1}', ROWS: ",x"}


def line_of(shape: Shape, name: str) -> str:
    """`name` is an item's key and its name; empty: a blank line; a `!`: a reject."""
    if name in ("", "!"):
        return _BAD[shape] if name else ""
    item = {"id": {"S": name}, "name": {"S": name * 40}}
    if shape is ROWS:
        return f"{name},{name * 40}"
    return orjson.dumps({"Item": item} if shape is WIRE else {"id": name, "name": name * 40}).decode()


def text_of(shape: Shape, names: list[str]) -> bytes:
    return "".join(line_of(shape, name) + "\n" for name in names).encode()


def many(shape: Shape = WIRE, count: int = 60, **options: Any) -> Loading:
    names = [f"k{number}" for number in range(count)]
    return Loading(text_of(shape, names), shape, records=count, **options)


@contextlib.contextmanager
def version(packing: str = "1", window: int = 1 << 26) -> Iterator[None]:
    """A version of the loader that cuts windows of so many bytes, and says so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("headrace.loader.PACKING", packing)
        patch.setattr("headrace.loader.MAX_WINDOW_BYTES", window)
        yield


def now_or_never(calls: int) -> Any:
    left = iter([1e9] * calls)
    return lambda: next(left, 1.0)


def check_accounts(one: Loading, names: list[str], bodies: dict[int, set[str]]) -> None:
    """Each message that has to be settled is there, one body a number, and they have every item once a
    window; the records add up."""
    record = one.record
    required = numbers_of(record.required)
    assert all(len(bodies[number]) == 1 for number in required)
    requests = [request for number in required for body in bodies[number] for request in requests_in(body)]
    assert len(requests) == record.tally.requests
    keys = Counter(request["PutRequest"]["Item"]["id"]["S"] for request in requests)
    wanted = [name for name in names if name not in ("", "!")]
    assert keys.keys() == set(wanted)
    assert len(wanted) == record.tally.requests + record.tally.superseded
    assert record.tally.records == len(names)
    assert record.tally.rejected == names.count("!") == len(one.rejects())


_names = st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f", "é", "", "!"]), max_size=40)
_faults = st.lists(
    st.tuples(
        st.sampled_from(
            [("queue", "sent"), ("queue", "send"), ("ledger", "save_unit"), ("ledger", "take_unit"),
             ("ledger", "stopped"), ("store", "read"), ("store", "put")]
        ),
        st.integers(1, 9),
        st.sampled_from([Crash(), TransientError("busy")]),
    ),
    max_size=5,
)  # fmt: skip
_calls = st.lists(
    st.tuples(
        st.sampled_from([forever, 0, 1, 3]),
        st.sampled_from([None, 0, 1, 2, 5]),
        st.sampled_from([("1", 300), ("2", 1000), ("1", 300)]),
    ),
    max_size=8,
)
"""Time that is left, when the job is stopped, and the version that is deployed."""


@settings(max_examples=400)
@given(st.sampled_from([WIRE, PLAIN, ROWS]), _names, _faults, _calls, st.booleans(), st.booleans())
def test_whatever_happens_to_its_workers_a_unit_is_sent_once_in_all(
    shape: Shape, names: list[str], faults: list[Any], calls: list[Any], counted: bool, zipped: bool
) -> None:
    text = text_of(shape, names)
    one = Loading(
        gzip.compress(text) if zipped else text, shape, records=len(names) if counted else None, zipped=zipped
    )
    for (port, method), call, error in faults:
        getattr(one, port).faults.on(method, call, error)
    for remaining, stop_in, (packing, window) in calls:
        one.ledger.stop_in = stop_in
        time = remaining if remaining is forever else now_or_never(remaining)
        with version(packing, window), contextlib.suppress(Crash, HeadraceError):
            one.load(time)
        one.ledger.go_on()
    with version("1", 300):
        while True:
            with contextlib.suppress(Crash, HeadraceError):
                if one.load().state is DONE:
                    break
    check_accounts(one, names, one.sent())


@settings(max_examples=200)
@given(
    st.sampled_from([WIRE, ROWS]), _names, st.sampled_from(["1", "2"]), st.sampled_from([DONE, FAILED]),
    _faults, st.integers(0, 99),
)  # fmt: skip
def test_a_unit_whose_messages_are_lost_sends_those_and_no_more(
    shape: Shape, names: list[str], packing: str, state: UnitState, faults: list[Any], seed: int
) -> None:
    one, rng = Loading(text_of(shape, names), shape, records=len(names)), random.Random(seed)
    with version("1", 300):
        one.load(forever)
    one.ledger.put_unit(JOB_ID, replace(one.record, state=state))
    first, before = one.sent(), one.record
    settled, parked = (rng.getrandbits(before.sent + 1) & before.required for _ in range(2))
    one.settle(settled)
    for number in numbers_of(parked):
        one.ledger.park(JOB_ID, 0, number)
    one.queue.sent.clear()
    for (port, method), call, error in faults:
        getattr(one, port).faults.on(method, call, error)
    with version(packing, 300 if packing == "1" else 700):
        while True:
            with contextlib.suppress(Crash, HeadraceError):
                record = one.load(now_or_never(rng.randint(0, 3)), again=True)
                if record.state is DONE:
                    break
    if packing == "1":
        lost = before.required & ~(settled | parked)
        assert sorted(one.sent()) == numbers_of(lost)
        check_accounts(one, names, first | one.sent())
        assert one.record == replace(before, state=DONE, turn=one.record.turn)
    else:
        assert not one.record.required & before.required
        check_accounts(one, names, one.sent())


def test_a_unit_that_was_packed_in_two_ways_is_sent_under_new_numbers_again() -> None:
    one = many()
    with version("1", 1000):
        one.load(now_or_never(2))
    with version("2", 2000):
        assert one.load().state is DONE
        numbers = one.record.sent
        one.queue.sent.clear()
        one.load(again=True)
    assert one.record.void == ((0, numbers),)
    assert min(one.sent()) == numbers


def test_messages_of_a_window_that_another_version_packed_are_given_up() -> None:
    one = many()
    with version("1"):
        assert one.load(now_or_never(0)).state is RUNNING
    before = one.record
    assert 0 < before.sent < before.pending == 60
    with version("2"):
        one.load()
    assert one.record.void == ((0, 60),)
    assert min(number for number in one.sent() if number >= before.sent) == 60
    check_accounts(one, [f"k{number}" for number in range(60)], one.sent())


def test_rejects_of_a_window_that_another_version_cut_are_told_once() -> None:
    names = [*(f"k{number}" for number in range(20)), "!"]
    one = Loading(text_of(WIRE, names), WIRE, records=len(names))
    one.queue.faults.on("sent", 1, Crash())
    with version("1"), pytest.raises(Crash):
        one.load()
    with version("2", 1000):
        one.load()
    assert one.record.window > 1
    assert len(one.rejects()) == 1


def test_time_is_looked_at_between_batches_and_between_windows() -> None:
    for window, messages in ((1 << 26, 10), (500, 5)):
        one = many()
        with version("1", window):
            assert one.load(now_or_never(0)).state is RUNNING
        assert len(one.queue.sent) == messages


def test_a_window_is_in_the_ledger_before_any_message_of_it_is_in_the_queue() -> None:
    for records in (60, None):
        one = many()
        one.unit = replace(one.unit, records=records)
        seen: list[UnitRecord] = []
        one.queue.during = lambda one=one, seen=seen: seen.append(one.record)
        one.load()
        assert (seen[0].mark, seen[0].pending, seen[0].sent) == (PACKING, 60, 0)


def test_a_worker_that_was_given_up_changes_nothing_that_a_later_one_has_done() -> None:
    once, twice = many(), many()
    with version("1", 1000):
        once.load()
        twice.queue.during = twice.load
        with pytest.raises(TurnLostError):
            twice.load()
    assert twice.record == replace(once.record, turn=2)
    assert twice.sent() == once.sent()


@pytest.mark.parametrize("asked", range(6))
def test_a_stopped_job_sends_nothing_more_and_goes_on_where_it_stood(asked: int) -> None:
    one, whole = many(), many()
    whole.load()
    one.ledger.stop_in = asked
    record = one.load()
    assert record.state is RUNNING
    assert one.record == record
    sent = len(one.queue.sent)
    assert record.sent == sent == min(max(asked - 1, 0) * 10, len(whole.queue.sent))
    assert one.load() == replace(record, turn=2)
    assert len(one.queue.sent) == sent
    one.ledger.go_on()
    assert one.load().state is DONE
    assert one.queue.sent == whole.queue.sent


def test_a_unit_that_failed_stays_so_where_its_job_is_stopped() -> None:
    one = many()
    failed = UnitRecord(0, FAILED, error="why")
    one.ledger.put_unit(JOB_ID, failed)
    one.ledger.stop_in = 0
    assert one.load() == one.record == replace(failed, turn=1)


def test_a_unit_that_is_done_or_void_is_left_alone() -> None:
    for state in (DONE, UnitState.VOID):
        one = many()
        one.ledger.put_unit(JOB_ID, UnitRecord(0, state))
        assert one.load() == UnitRecord(0, state)
        assert not one.queue.sent


def test_lines_that_are_no_items_are_rejects_in_their_own_form() -> None:
    lines = ['{"id":"a"}', "", '{"n":1.50}', "no json", '{"id":"a","x":"later"}']
    one = Loading("\n".join(lines).encode(), PLAIN, records=5)
    tally = one.load().tally
    assert (tally.records, tally.rows, tally.requests, tally.superseded, tally.rejected) == (5, 4, 1, 1, 2)
    assert tally.reasons == {"key id": 1, "json": 1}
    assert tally.first_reject == RejectNote(
        3, 12, "attribute 'id': a key of the table is missing; DynamoDB stores no item without it"
    )
    first, second = map(orjson.loads, one.rejects())
    assert (first["n"], first["_headrace_row"], first["_headrace_code"]) == (1.5, 3, "key")
    assert (second["_headrace_line"], second["_headrace_row"]) == ("no json", 4)


def test_reasons_do_not_grow_with_names_that_only_the_text_knows() -> None:
    lines = [f'{{"id":{{"S":"{n}"}},"n{n}":{{"X":1}}}}' for n in range(9)]
    assert Loading("\n".join(lines).encode(), WIRE).load().tally.reasons == {"type": 9}


@pytest.mark.parametrize("shape", [WIRE, PLAIN, ROWS])
def test_to_delete_takes_the_keys_of_the_items(shape: Shape) -> None:
    one = Loading(text_of(shape, ["a", "b", "a"]), shape, job={"mode": WriteMode.DELETE})
    assert one.load().tally.superseded == 1
    requests = [request for body in one.queue.sent for request in requests_in(body)]
    assert sorted(requests, key=str) == [{"DeleteRequest": {"Key": {"id": {"S": key}}}} for key in "ab"]


@pytest.mark.parametrize(
    ("ages", "kept", "note"),
    [
        (['{"N":"10"}', '{"N":"9"}'], 0, DuplicateNote(2, 1)),
        (['{"N":"9"}', '{"N":"10"}', '{"N":"9.5"}'], 1, DuplicateNote(1, 2)),
        (['{"S":"b"}', '{"S":"a"}', '{"S":"b"}'], 0, DuplicateNote(2, 1)),
        (['{"N":"1"}', '{"S":"2"}'], 0, DuplicateNote(2, 1)),
    ],
)
def test_of_items_with_one_key_the_newest_is_put_where_that_is_asked_for(
    ages: list[str], kept: int, note: DuplicateNote
) -> None:
    lines = [f'{{"id":{{"S":"a"}},"at":{age},"line":{{"N":"{line}"}}}}' for line, age in enumerate(ages)]
    lines.append('{"id":{"S":"a"}}')
    one = Loading("\n".join(lines).encode(), WIRE, job={"mode": WriteMode.NEWER, "newer_by": "at"})
    tally = one.load().tally
    (request,) = requests_in(one.queue.sent[0])
    assert request["PutRequest"]["Item"]["line"] == {"N": str(kept)}
    assert (tally.superseded, tally.first_duplicate) == (len(ages) - 1, note)
    assert tally.reasons == {"newer": 1}


@pytest.mark.parametrize("shape", [WIRE, PLAIN])
@pytest.mark.parametrize("zipped", [False, True])
def test_a_part_of_an_export_is_read_as_it_is_packed(shape: Shape, zipped: bool) -> None:
    names = [f"k{number}" for number in range(60)]
    text = text_of(shape, names)
    one = Loading(gzip.compress(text) if zipped else text, shape, key="part", part=True)
    with version("1", 1000):
        while one.load(now_or_never(0)).state is not DONE:
            pass
    check_accounts(one, names, one.sent())


def test_a_chunk_from_the_middle_of_a_part_has_no_header() -> None:
    text = b"id,name\n" + text_of(ROWS, ["a", "b", "c"])
    one = Loading(text, key="part", part=True)
    one.unit = replace(one.unit, start=51, row=3, end=len(text), records=2)
    assert one.load().tally.requests == 2


def test_a_part_whose_items_are_counted_is_cut_into_windows_all_the_same() -> None:
    names = [f"k{number}" for number in range(60)]
    one = Loading(gzip.compress(text_of(WIRE, names)), WIRE, key="part", part=True, records=60)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("headrace.loader.max_rows", lambda _: 7)
        assert one.load().window == 9


@pytest.mark.parametrize("pack", [gzip.compress, bytes])
@pytest.mark.parametrize(("start", "row"), [(0, 1), (8, 2)])
def test_a_part_of_a_csv_export_has_the_plans_header(pack: Any, start: int, row: int) -> None:
    text = b"id,name\n" + text_of(ROWS, ["a", "!", "b"])
    one = Loading(pack(text), key="part", part=True)
    record = one.load(start=start, row=row)
    assert (record.tally.records, record.tally.requests, record.row) == (3, 2, 5)
    assert record.tally.first_reject is not None
    assert (record.tally.first_reject.row, record.tally.first_reject.offset) == (3, 51)


@pytest.mark.parametrize("header", ["name,id", "id", "id,name:N"])
@pytest.mark.parametrize(("start", "row"), [(0, 1), (8, 2)])
def test_a_part_with_another_header_is_refused(header: str, start: int, row: int) -> None:
    one = Loading(f"{header}\na,1\n".encode(), key="part", part=True)
    with pytest.raises(SourceFormatError, match="s3://data/part: its header is another than"):
        one.load(start=start, row=row)


def test_a_part_that_is_empty_is_refused_where_a_header_is_expected() -> None:
    with pytest.raises(SourceFormatError, match="the object is empty; a header is expected"):
        Loading(b"", key="part", part=True).load()


def test_parked_messages_go_back_into_the_queue() -> None:
    one = many()
    one.load()
    bodies, one.queue.sent = one.queue.sent, []
    keys = [layout.parked_key(JOB_ID, 0, number) for number, _ in enumerate(bodies)]
    one.store.objects |= {(BUCKET, key): body.encode() for key, body in zip(keys, bodies, strict=True)}
    one.unit = Unit(7, 0, 0, 0, 0, resend=tuple(keys))
    calls = 1
    while one.load(now_or_never(0)).state is not DONE:
        calls += 1
    assert one.queue.sent == bodies
    assert calls == -(-len(bodies) // 10)
    record = one.ledger.unit(JOB_ID, 7)
    assert record is not None
    assert (record.required, record.tally.records) == (0, 0)


def test_parked_messages_that_are_gone_are_named_and_keep_no_other_from_being_sent() -> None:
    one = many()
    keys = [layout.parked_key(JOB_ID, 0, number) for number in range(30)]
    one.store.objects |= {(BUCKET, key): b"body" for key in keys if key not in (keys[3], keys[17])}
    one.unit = Unit(7, 0, 0, 0, 0, resend=tuple(keys))
    with pytest.raises(MessageError, match=f"{keys[3]}, {keys[17]}$"):
        one.load()
    assert len(one.queue.sent) == 28
    with pytest.raises(MessageError, match=keys[3]):
        one.load(now_or_never(0))
