"""A unit's rows become messages, the same ones however often it is interrupted."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from headrace import layout, loader, window
from headrace.errors import SourceChangedError
from headrace.ledger import RejectNote, UnitRecord, UnitState
from headrace.messages import read_message, requests_of
from headrace.plan import Unit
from headrace.ports import Remaining
from tests.builders import BUCKET, Pipeline, forever, job_document, times

TEXT = "id,name\n" + "".join(f"k{number % 90},{number}\n" for number in range(100))


def planned(text: str | bytes = TEXT, **fields: object) -> Pipeline:
    pipeline = Pipeline()
    pipeline.put_source(text)
    pipeline.plan(job_document(parallel={"message_bytes": 1200}, **fields))
    return pipeline


def load(pipeline: Pipeline, remaining: Remaining = forever) -> UnitRecord:
    unit = Unit(**pipeline.units("one")[0])
    return pipeline.loader.load(pipeline.plans.find("one"), unit, remaining, 10)


def test_a_unit_ends_with_its_rows_told_apart() -> None:
    record = load(planned(TEXT + ",x\nonly\n\n"))
    assert record.state is UnitState.DONE
    assert (record.tally.records, record.tally.rows) == (103, 102)
    assert (record.tally.requests, record.tally.superseded, record.tally.rejected) == (90, 10, 2)
    assert record.tally.reasons == {"key id": 1, "fields": 1}


def test_the_last_row_of_a_key_is_sent_and_every_key_once() -> None:
    pipeline = planned()
    load(pipeline)
    lines = [line for body in pipeline.queue.sent for line in read_message(body).lines]
    requests = [request for line in lines for request in requests_of(line)]
    assert len(requests) == len(set(requests)) == 90
    assert any('"k5"' in request and '"95"' in request for request in requests)


def test_rows_are_sent_in_another_order_than_they_came() -> None:
    pipeline = planned()
    load(pipeline)
    text = "".join(pipeline.queue.sent)
    places = [text.index(f'"k{number}"') for number in range(20)]
    assert places != sorted(places)


def test_a_unit_without_time_sends_a_batch_at_a_time_and_the_same_messages() -> None:
    once, often = planned(), planned()
    load(once)
    calls = 1
    while load(often, times(1)).state is not UnitState.DONE:
        calls += 1
    assert often.queue.sent == once.queue.sent
    assert [replace(record, turn=1) for record in often.ledger.units("one")] == once.ledger.units("one")
    assert calls > 2


@pytest.mark.parametrize("zipped", [False, True])
def test_windows_are_settled_one_by_one_and_add_up(zipped: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "MAX_WINDOW_BYTES", 200)
    pipeline = planned(gzip.compress(TEXT.encode()) if zipped else TEXT)
    while load(pipeline, times(1)).state is not UnitState.DONE:
        pass
    (record,) = pipeline.ledger.units("one")
    assert record.window > 3
    assert record.tally.requests + record.tally.superseded == record.tally.records == 100
    headers = [read_message(body).header for body in pipeline.queue.sent]
    assert [header.sequence for header in headers] == list(range(record.sent))
    assert sum(header.requests for header in headers) == record.tally.requests


def test_a_window_ends_where_its_rows_take_too_much_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "MAX_HELD_BYTES", 2000)
    record = load(planned())
    assert record.window > 3
    assert record.tally.records == 100


def test_a_unit_that_is_done_sends_nothing_more() -> None:
    pipeline = planned()
    load(pipeline)
    sent = len(pipeline.queue.sent)
    assert load(pipeline).state is UnitState.DONE
    assert len(pipeline.queue.sent) == sent


def test_rejects_are_kept_with_row_offset_and_reason_and_once_however_often_loaded() -> None:
    pipeline = planned("id,n:N\na,1\nb,x\n", format={"preset": "csv"})
    pipeline.queue.faults.on("send", 1, SourceChangedError("any"))
    with pytest.raises(SourceChangedError):
        load(pipeline)
    record = load(pipeline)
    assert record.tally.first_reject == RejectNote(3, 11, "column 'n': 'x' is not a number")
    keys = pipeline.store.list(BUCKET, layout.reject_parts_prefix("one"))
    assert [pipeline.store.objects[BUCKET, key].decode().splitlines()[1] for key in keys] == [
        "3,11,column 'n': 'x' is not a number,b,x"
    ]


def test_a_row_whose_quote_never_closes_is_a_reject_with_all_behind_it() -> None:
    record = load(planned('id,name\na,1\nb,"x\nc,2\n'))
    assert (record.tally.requests, record.tally.rejected) == (1, 1)
    assert record.tally.reasons == {"open_quote": 1}


def test_a_unit_that_failed_goes_on_where_it_stood() -> None:
    pipeline = planned()
    record = load(pipeline, times(1))
    pipeline.ledger.put_unit("one", replace(record, state=UnitState.FAILED, error="why"))
    done = load(pipeline)
    assert (done.state, done.error, done.tally.records) == (UnitState.DONE, None, 100)
