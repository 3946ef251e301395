"""Tables that are asked a limited number of times, also for what is on its way already."""

from __future__ import annotations

import random

import pytest

from headrace.errors import ThrottledError
from headrace.here.patience import Patience, PatientTables
from headrace.ports import Written
from tests.fakes import FakeClock, MemoryTables
from tests.writing import SCHEMA, TABLE, messages_of, row_of


def line_of(count: int) -> str:
    (body,) = messages_of(map(row_of, range(count)))
    return body.split("\n")[1]


def tables_with(patience: Patience) -> tuple[MemoryTables, PatientTables]:
    inner = MemoryTables(SCHEMA, ahead=True)
    return inner, PatientTables(inner, patience, FakeClock(), random.Random(0))


def test_a_line_that_is_one_batch_is_on_its_way_once_it_is_begun() -> None:
    inner, patient = tables_with(Patience())
    begun = [patient.begin_write(TABLE, line_of(3)), patient.begin_write(TABLE, line_of(25))]
    assert [one.open for one in inner.begun] == [True, True]
    assert [one.written() for one in begun] == [Written(units=3.0), Written(units=25.0)]
    assert len(inner.bodies) == 2


def test_a_line_of_several_batches_waits_for_its_turn() -> None:
    inner, patient = tables_with(Patience(batch=10))
    begun = patient.begin_write(TABLE, line_of(25))
    assert not inner.bodies
    assert begun.written() == Written(units=25.0)
    assert len(inner.bodies) == 3


@pytest.mark.parametrize("throttled", range(5))
def test_the_try_that_was_on_its_way_counts_as_one(throttled: int) -> None:
    inner, patient = tables_with(Patience(retries=3))
    for call in range(1, throttled + 1):
        inner.faults.on("write", call, ThrottledError("slow", ["why"]))
    written = patient.begin_write(TABLE, line_of(3)).written()
    assert written.throttles == ("why",) * throttled
    assert inner.faults.calls["write"] == min(throttled + 1, 4)
    assert len(written.refused) == (3 if throttled == 4 else 0)
    assert len(inner.items(TABLE)) + len(written.refused) == 3


@pytest.mark.parametrize("batch", [25, 10])
def test_a_line_that_nobody_waits_for_is_abandoned(batch: int) -> None:
    inner, patient = tables_with(Patience(batch=batch))
    patient.begin_write(TABLE, line_of(3)).abandon()
    assert not any(one.open for one in inner.begun)
