"""What no writer can read ends in the bucket, and what cannot be spelled in a rejects file is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from headrace import layout
from headrace.errors import MessageError
from headrace.ledger import JobState, UnitState
from headrace.messages import put_request
from tests.builders import BUCKET, TABLE, Pipeline, forever, job_document

ITEM_LINE = "[" + put_request({"id": {"S": "a"}}).decode() + "]"


def message(lines: str, **fields: Any) -> str:
    header = {"v": 1, "job": "one", "unit": 0, "sequence": 9, "target": TABLE, "requests": 1, "units": 1}
    return orjson.dumps(header | fields).decode() + "\n" + lines


def planned() -> Pipeline:
    pipeline = Pipeline()
    pipeline.put_source("id,name\na,1\n")
    pipeline.plan(job_document())
    return pipeline


@pytest.mark.parametrize(
    "body",
    [
        "text",
        message("text"),
        message("{}"),
        message('[{"UpdateRequest":{"Key":{"id":{"S":"a"}}}}]'),
        message(ITEM_LINE, unit="0"),
        message(ITEM_LINE, job="unknown"),
        message(ITEM_LINE, v=2),
    ],
)
def test_a_dead_letter_that_is_no_message_is_kept_as_it_is(body: str) -> None:
    pipeline = planned()
    pipeline.dead_letters.take("the-id", body)
    assert pipeline.store.objects[BUCKET, "dead/the-id.txt"].decode() == body
    assert not pipeline.ledger.settled("one")


def test_a_dead_letter_becomes_rejects_with_the_reason_of_its_last_failure() -> None:
    pipeline = planned()
    pipeline.ledger.note_failure("one", 0, 9, "the table is gone")
    for _ in range(2):
        pipeline.dead_letters.take("the-id", message(ITEM_LINE))
    settled = pipeline.ledger.settled("one")[0]
    assert settled.counts.failed == 1
    assert b",given up: the table is gone,a," in pipeline.store.objects[BUCKET, settled.parts[0]]


def test_a_writer_gives_an_unreadable_message_back_to_the_queue() -> None:
    pipeline = planned()
    with pytest.raises(MessageError):
        pipeline.writer.take("text", "receipt", 3, forever, 5)
    assert pipeline.queue.released == [("receipt", 8)]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"id,n:N\na,{'x' * 99}\n", "latin-1"),
        ("id,n:N\na,x\n", "utf-16"),
    ],
)
def test_rejects_are_spelled_whatever_their_reasons_hold(text: str, encoding: str) -> None:
    pipeline = Pipeline()
    report = pipeline.run(text.encode(encoding), format={"encoding": encoding})
    assert report["rejects"]["reasons"] == {"type n": 1}


def test_a_refused_document_keeps_characters_that_the_encoding_has_not() -> None:
    document = '{"k":"\\u4e2d\\ud834\\udd1e"}'
    quoted = document.replace('"', '""')
    pipeline = Pipeline()
    pipeline.tables.refuse = ('"k"',)
    pipeline.run(f'id,j:JSON\na,"{quoted}"\n'.encode("latin-1"), format={"encoding": "latin-1"})
    assert orjson.loads(pipeline.rejects()[0]["j:JSON"]) == orjson.loads(document)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_rejects_of_utf_16_can_be_loaded_as_utf_16_again(codec: str) -> None:
    first, again = Pipeline(), Pipeline()
    first.run("\ufeffid,n:N\na,x\n".encode(codec), format={"encoding": "utf-16"})
    rejects = first.store.objects[BUCKET, layout.rejects_key("one")].decode("utf-16").replace("a,x", "a,1")
    report = again.run(("\ufeff" + rejects).encode(codec), format={"encoding": "utf-16"})
    assert report["rows"]["written"] == 1


def test_rejects_without_quotes_keep_their_columns() -> None:
    first, again = Pipeline(), Pipeline()
    first.run("id,n:N\na,x\nb\n", format={"quote": None})
    rejects = first.store.objects[BUCKET, layout.rejects_key("one")]
    assert again.run(rejects.replace(b"a,x", b"a,1"), format={"quote": None})["rows"]["written"] == 1


def test_a_refusal_leaves_a_job_of_another_execution_alone() -> None:
    pipeline = planned()
    report = pipeline.reporter.report("one", "another execution", ("TransientError", "the ledger was busy"))
    assert report["execution"] == "another execution"
    assert pipeline.ledger.jobs["one"].state is JobState.RUNNING
    assert not pipeline.events.published


def test_rows_of_units_without_a_record_are_counted_and_missed() -> None:
    pipeline = planned()
    unit = pipeline.units("one")[0]
    pipeline.load("one")
    pipeline.deliver()
    pipeline.ledger._units.clear()
    report = pipeline.reporter.report("one", pipeline.ledger.jobs["one"].execution)
    assert unit["records"] == report["rows"]["read"] == report["rows"]["written"] == 1
    assert report["missing"] == ["1 of 1 units never ended"]


def test_rows_that_a_failed_unit_queued_in_vain_are_missed() -> None:
    pipeline = planned()
    pipeline.load("one")
    record = pipeline.ledger.units("one")[0]
    pipeline.ledger.put_unit("one", replace(record, state=UnitState.FAILED, error="why"))
    report = pipeline.reporter.report("one", pipeline.ledger.jobs["one"].execution)
    assert "1 rows of units that did not end were queued and never settled" in report["missing"]


def test_the_reason_that_a_units_record_keeps_is_bounded() -> None:
    header = ",".join(["id", *(f"column{number}:N" for number in range(200))])
    report = Pipeline().run(header + "\na" + ",x" * 200 + "\n")
    assert len(report["rejects"]["first"]["reason"]) == 1000
