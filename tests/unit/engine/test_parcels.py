"""A message that is larger than the queue takes goes by way of the bucket, and arrives as it was."""

from __future__ import annotations

import pytest

from headrace import layout
from headrace.errors import MessageError
from headrace.messages import MAX_MESSAGE_BYTES, pack, put_request, read_message
from headrace.parcels import Parcels
from tests.builders import BUCKET, Pipeline
from tests.fakes import Crash, MemoryObjectStore

LONG = "\x01" * 200_000
"""As an item 200 KB, as JSON six times that."""


def body_of(text: str) -> bytes:
    (body,) = pack([put_request({"id": {"S": "a"}, "name": {"S": text}})], None, "one", 3, "t", 4, 1)
    return body


def test_a_message_that_the_queue_takes_goes_as_it_is() -> None:
    store = MemoryObjectStore()
    body = body_of("x" * (MAX_MESSAGE_BYTES - len(body_of(""))))
    assert Parcels(store, BUCKET).wrap(body) == body
    assert not store.objects


@pytest.mark.parametrize("text", [LONG, "é" * (MAX_MESSAGE_BYTES // 2)])
def test_a_larger_one_is_put_into_the_bucket_and_found_there(text: str) -> None:
    store = MemoryObjectStore()
    wrapped = Parcels(store, BUCKET).wrap(body_of(text))
    assert len(wrapped) < 100
    assert Parcels(store, BUCKET).open(wrapped.decode()) == read_message(body_of(text).decode())
    assert list(store.objects) == [(BUCKET, layout.large_message_key("one", 3, 4))]


@pytest.mark.parametrize(
    "body",
    [
        '{"object":"jobs/one/messages/000003-000004.txt"}',
        '{"object":"jobs/one/report.json"}',
        '{"object":"incoming/t/rows.csv"}',
        '{"object":5}',
        '{"object":"jobs/one/messages/000003-000004.txt","more":1}',
        '{"object":',
    ],
)
def test_what_names_no_object_of_a_loaders_is_no_message(body: str) -> None:
    with pytest.raises(MessageError):
        Parcels(MemoryObjectStore(), BUCKET).open(body)


def test_an_item_larger_than_any_message_is_loaded() -> None:
    pipeline = Pipeline()
    report = pipeline.run(f"id,name\na,{LONG}\nb,1\n")
    assert report["rows"] == {"read": 2, "written": 2, "superseded": 0, "skipped": 0, "rejected": 0}
    assert pipeline.items[("a",)]["name"] == {"S": LONG}


def test_a_dead_letter_larger_than_any_message_becomes_a_reject_whole() -> None:
    def kill_writers(pipeline: Pipeline) -> None:
        for call in range(pipeline.max_receives):
            pipeline.tables.faults.on("write", call + 1, Crash())

    pipeline = Pipeline(break_things=kill_writers)
    report = pipeline.run(f"id,name\na,{LONG}\n")
    assert report["rejects"]["given_up"] == 1
    assert [row["name"] for row in pipeline.rejects()] == [LONG]
