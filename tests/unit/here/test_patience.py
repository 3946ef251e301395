"""Tables that are asked a limited number of times take what they can, refuse the rest, and say why."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import (
    HeadraceError,
    TableAccessError,
    TableNotFoundError,
    ThrottledError,
    TransientError,
    WriteRefusedError,
)
from headrace.here.patience import Patience, PatientPlaces, PatientTables
from headrace.job.model import Place
from headrace.messages import put_request
from headrace.ports import Condition, ReadRequest, Tables, Written
from tests.builders import QUEUE, SCHEMA, TABLE
from tests.fakes import FakeClock, MemoryPlaces, MemoryTables, MemoryUserQueue

THROTTLED = ThrottledError("table 'orders': slow down", ["TableWriteProvisionedThroughputExceeded"])


@pytest.fixture
def tables() -> MemoryTables:
    return MemoryTables(SCHEMA)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def patient(tables: Any, clock: FakeClock, **patience: Any) -> PatientTables:
    return PatientTables(tables, Patience(**patience), clock, random.Random(0))


def item(key: str) -> dict[str, Any]:
    return {"id": {"S": key}}


def text(keys: Sequence[str]) -> str:
    return (b"[" + b",".join(put_request(item(key)) for key in keys) + b"]").decode()


def keys_of(requests: str) -> list[str]:
    return [request["PutRequest"]["Item"]["id"]["S"] for request in orjson.loads(requests)]


def keys_there(tables: MemoryTables) -> set[str]:
    return {found["id"]["S"] for found in tables.items(TABLE)}


def refused(written: Written) -> dict[str, str]:
    return {keys_of(f"[{request}]")[0]: why for request, why in written.refused}


def always_throttled(tables: MemoryTables, method: str = "write") -> None:
    for call in range(1, 50):
        tables.faults.on(method, call, THROTTLED)


def test_what_is_taken_at_once_is_one_call_and_no_pause(tables: MemoryTables, clock: FakeClock) -> None:
    written = patient(tables, clock).write(TABLE, text(["1", "2"]))
    assert (written, clock.slept) == (Written(units=2.0), [])
    assert len(tables.bodies) == 1


def test_a_call_that_is_throttled_is_made_again(tables: MemoryTables, clock: FakeClock) -> None:
    tables.faults.on("write", 1, THROTTLED)
    written = patient(tables, clock).write(TABLE, text(["1"]))
    assert written == Written(units=1.0, throttles=("TableWriteProvisionedThroughputExceeded",))
    assert keys_there(tables) == {"1"}
    assert len(clock.slept) == 1


def test_a_call_that_is_lost_is_named_by_its_error(tables: MemoryTables, clock: FakeClock) -> None:
    tables.faults.on("write", 1, TransientError("the connection was lost"))
    assert patient(tables, clock).write(TABLE, text(["1"])).throttles == ("TransientError",)


def test_only_what_is_left_unprocessed_is_sent_again(tables: MemoryTables, clock: FakeClock) -> None:
    tables.leave_every = 3
    written = patient(tables, clock).write(TABLE, text(["1", "2", "3"]))
    assert [keys_of(body) for body in tables.bodies] == [["1", "2", "3"], ["3"]]
    assert written == Written(units=3.0, throttles=("Unprocessed",))


def test_what_is_never_taken_is_refused_with_the_last_reason(tables: MemoryTables, clock: FakeClock) -> None:
    always_throttled(tables)
    written = patient(tables, clock, retries=3).write(TABLE, text(["1", "2"]))
    why = "not taken in 4 tries, the last time: table 'orders': slow down"
    assert refused(written) == {"1": why, "2": why}
    assert len(written.throttles) == tables.faults.calls["write"] == 4
    assert not written.unprocessed


def test_what_is_left_over_again_and_again_is_refused_alone(tables: MemoryTables, clock: FakeClock) -> None:
    tables.leave_every = 1
    written = patient(tables, clock, retries=1).write(TABLE, text(["1"]))
    assert refused(written) == {"1": "not taken in 2 tries, the last time: the table left it unprocessed"}


def test_no_retries_are_one_try(tables: MemoryTables, clock: FakeClock) -> None:
    always_throttled(tables)
    written = patient(tables, clock, retries=0).write(TABLE, text(["1"]))
    assert refused(written)["1"].startswith("not taken in 1 try, ")
    assert clock.slept == []


def test_one_batch_that_fails_holds_up_no_other(tables: MemoryTables, clock: FakeClock) -> None:
    for call in (2, 3):
        tables.faults.on("write", call, THROTTLED)
    written = patient(tables, clock, retries=1, batch=2).write(TABLE, text(["1", "2", "3", "4", "5"]))
    assert keys_there(tables) == {"1", "2", "5"}
    assert set(refused(written)) == {"3", "4"}


@pytest.mark.parametrize(("batch", "sizes"), [(1, [1] * 7), (3, [3, 3, 1]), (7, [7]), (25, [7])])
def test_calls_have_as_many_requests_as_asked_for(
    tables: MemoryTables, clock: FakeClock, batch: int, sizes: list[int]
) -> None:
    patient(tables, clock, batch=batch).write(TABLE, text("1234567"))
    assert [len(orjson.loads(body)) for body in tables.bodies] == sizes
    assert keys_there(tables) == set("1234567")


def test_a_line_of_which_no_call_is_smaller_goes_as_it_is(tables: MemoryTables, clock: FakeClock) -> None:
    spaced = text(["1"]).replace(",", ", ")
    patient(tables, clock).write(TABLE, spaced)
    assert tables.bodies == [spaced]


@pytest.mark.parametrize(
    "error",
    [WriteRefusedError("an empty set"), TableNotFoundError("gone"), TableAccessError("no more")],
    ids=lambda error: type(error).__name__,
)
def test_what_no_second_try_can_mend_is_told_at_once(
    tables: MemoryTables, clock: FakeClock, error: HeadraceError
) -> None:
    tables.faults.on("write", 1, error)
    with pytest.raises(type(error)):
        patient(tables, clock).write(TABLE, text(["1"]))
    assert clock.slept == []


@given(
    retries=st.integers(0, 8),
    base=st.floats(0, 10),
    cap=st.floats(0, 30),
)
def test_pauses_are_within_their_bounds(retries: int, base: float, cap: float) -> None:
    tables, clock = MemoryTables(SCHEMA), FakeClock()
    always_throttled(tables)
    patient(tables, clock, retries=retries, base=base, cap=cap).write(TABLE, text(["1"]))
    assert len(clock.slept) == retries
    assert all(0 <= pause <= min(cap, base * 2**n) for n, pause in enumerate(clock.slept))


@given(
    keys=st.integers(1, 25),
    leave=st.integers(0, 5),
    batch=st.integers(1, 25),
    retries=st.integers(0, 3),
    faults=st.sets(st.integers(1, 30)),
)
def test_every_request_is_written_or_refused(
    keys: int, leave: int, batch: int, retries: int, faults: set[int]
) -> None:
    tables, names = MemoryTables(SCHEMA, leave_every=leave), [f"k{n}" for n in range(keys)]
    for call in faults:
        tables.faults.on("write", call, THROTTLED)
    written = patient(tables, FakeClock(), batch=batch, retries=retries).write(TABLE, text(names))
    assert sorted([*keys_there(tables), *refused(written)]) == sorted(names)
    assert written.units == keys - len(written.refused)


def test_conditional_puts_are_tried_again_knowing_that_they_may_be_there(
    tables: MemoryTables, clock: FakeClock
) -> None:
    tables.faults.on("written_if", 1, TransientError("the answer was lost"))
    tables.add(TABLE, item("2") | {"old": {"S": "yes"}})
    written = patient(tables, clock).write_if(TABLE, text(["1", "2"]), Condition())
    assert (written.skipped, written.units, written.refused) == (1, 2.0, ())


def test_conditional_puts_that_are_never_taken_are_refused(tables: MemoryTables, clock: FakeClock) -> None:
    tables.leave_every = 1
    written = patient(tables, clock, retries=2).write_if(TABLE, text(["1"]), Condition())
    assert refused(written) == {"1": "not taken in 3 tries, the last time: the table left it unprocessed"}
    assert written.throttles == ("ThrottlingException",) * 3


def test_conditional_puts_that_the_table_refuses_are_told_as_they_are(
    tables: MemoryTables, clock: FakeClock
) -> None:
    tables.refuse = ("2",)
    written = patient(tables, clock).write_if(TABLE, text(["1", "2"]), Condition())
    assert refused(written) == {"2": "the test refuses this item"}


def test_all_else_is_the_table_itself(tables: MemoryTables, clock: FakeClock) -> None:
    tables.add(TABLE, item("1"))
    asked: Tables = patient(tables, clock)
    assert asked.describe(TABLE) == SCHEMA
    assert asked.read(ReadRequest(TABLE)).items == [item("1")]
    assert asked.absent(TABLE, [item("1"), item("2")]) == [item("2")]


def test_places_have_patient_tables_and_the_queues_that_they_had(clock: FakeClock) -> None:
    queue = MemoryUserQueue()
    places = PatientPlaces(
        MemoryPlaces(MemoryTables(SCHEMA), {QUEUE: queue}), Patience(), clock, random.Random(0)
    )
    assert isinstance(places.tables(Place()), PatientTables)
    assert places.queue(QUEUE, Place()) is queue
