"""A writer writes what it can, isolates what is refused, and counts all of it once."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from headrace import layout
from headrace.errors import (
    HeadraceError,
    JobError,
    MessageError,
    RoleNotAllowedError,
    TableAccessError,
    TableNotFoundError,
    ThrottledError,
    TransientError,
)
from headrace.items.lines import LineCodec
from headrace.job.model import AttributeType, Column, Format, Job, Operation, Place, Shape, WriteMode
from headrace.ledger import JobState, Stop
from headrace.messages import MAX_MESSAGE_BYTES
from headrace.parcels import Parcels
from headrace.ports import Condition, Item, Written
from tests.fakes import Crash, MemoryTables
from tests.writing import BUCKET, LOAD, SCHEMA, TABLE, Writing, deletes_of, messages_of, row_of

INSERT = replace(LOAD, mode=WriteMode.INSERT)
NEWER = replace(LOAD, mode=WriteMode.NEWER, newer_by="at")
COPY = replace(LOAD, operation=Operation.COPY, source="from")
REFUSED = "DynamoDB refused the item: the test refuses this item"


def body_of(count: int = 60) -> str:
    """One message of so many requests, 25 a line."""
    (body,) = messages_of(map(row_of, range(count)))
    return body


def json_lines(file: bytes) -> list[Any]:
    return [orjson.loads(line) for line in file.splitlines()]


def test_each_line_is_one_call_with_the_very_text_of_the_message() -> None:
    writing, body = Writing(), body_of()
    writing.take(body)
    assert writing.tables.bodies == body.split("\n")[1:]
    assert writing.settled.counts.written == len(writing.items) == 60
    assert writing.settled.counts.units == 60


def test_a_message_that_is_settled_is_not_written_again() -> None:
    writing = Writing()
    writing.take(body_of())
    writing.take(body_of())
    assert len(writing.tables.bodies) == 3
    assert writing.settled.messages == 1


def test_requests_that_were_left_are_written_after_a_pause() -> None:
    writing = Writing()
    writing.tables.leave_every = 3
    writing.take(body_of())
    assert len(writing.items) == writing.settled.counts.written == 60
    assert writing.settled.counts.throttles["Unprocessed"] == len(writing.clock.slept)


def test_throttles_are_counted_by_their_reasons() -> None:
    writing = Writing()
    for call in (1, 2):
        writing.tables.faults.on("write", call, ThrottledError("slow", ["TableWriteKeyRange"]))
    writing.tables.faults.on("write", 3, TransientError("lost"))
    writing.take(body_of(1))
    assert writing.settled.counts.throttles == {"TableWriteKeyRange": 2, "TransientError": 1}


@pytest.mark.parametrize(
    "guilty", [["<0>"], ["<24>"], ["<3>", "<30>", "<59>"], [f"<{n}>" for n in range(60)]]
)
@pytest.mark.parametrize("job", [LOAD, INSERT])
def test_the_requests_that_are_refused_and_no_others_become_rejects(job: Job, guilty: list[str]) -> None:
    writing = Writing(job)
    writing.tables.refuse = tuple(guilty)
    writing.take(body_of())
    counts = writing.settled.counts
    assert (counts.written, counts.rejected) == (60 - len(guilty), len(guilty))
    rows = writing.rejects().decode().splitlines()[1:]
    assert sorted(row.rsplit(",", 1)[1] for row in rows) == sorted(guilty)
    assert writing.settled.reason == REFUSED


def test_a_message_without_time_to_finish_is_put_back_with_what_is_done_of_it() -> None:
    writing, body = Writing(), body_of()
    for call in range(2, 100):
        writing.tables.faults.on("write", call, ThrottledError("slow"))
    writing.take(body, seconds=20)
    assert writing.queue.sent == [body]
    progress = writing.ledger.delivery("one", 0, 0).progress
    assert progress.lines == 1
    assert progress.outcome.counts.written == 25


def test_what_was_put_back_goes_on_behind_the_lines_that_are_written() -> None:
    writing, body = Writing(), body_of()
    writing.tables.refuse = ("<3>",)
    for call in range(11, 100):
        writing.tables.faults.on("write", call, ThrottledError("slow"))
    writing.take(body, seconds=20)
    assert writing.ledger.delivery("one", 0, 0).progress.lines == 2
    writing.tables = writing.places.default = MemoryTables(SCHEMA)
    writing.take(body)
    assert writing.settled.counts.requests == 60
    assert writing.settled.counts.rejected == 1
    assert len(writing.tables.bodies) == 1


def test_a_message_that_is_received_too_late_is_put_back_untouched() -> None:
    writing, body = Writing(INSERT), body_of()
    writing.take(body, seconds=1)
    assert writing.queue.sent == [body]
    assert not writing.tables.bodies
    writing.tables.add(TABLE, row_of(0))
    writing.deliver()
    assert (writing.settled.counts.written, writing.settled.counts.skipped) == (59, 1)


def test_a_message_of_a_job_that_ended_is_not_put_back() -> None:
    writing = Writing()
    writing.set_state(JobState.ENDED)
    with pytest.raises(TransientError, match="its job has ended"):
        writing.take(body_of(), seconds=1)
    assert not writing.queue.sent
    assert "its job has ended" in (writing.ledger.delivery("one", 0, 0).reason or "")


def test_a_failure_is_noted_and_the_message_comes_again_soon() -> None:
    writing = Writing()
    writing.store.faults.on("get", 1, TransientError("the bucket is busy"))
    with pytest.raises(TransientError):
        writing.take(body_of())
    assert writing.ledger.delivery("one", 0, 0).reason == "the bucket is busy"
    assert writing.queue.released == [("receipt", 2)]


def test_a_crash_between_the_write_and_the_settling_counts_once() -> None:
    writing = Writing()
    writing.ledger.faults.on("settle", 1, Crash())
    with pytest.raises(Crash):
        writing.take(body_of())
    writing.take(body_of())
    assert writing.settled.counts.written == len(writing.items) == 60


@pytest.mark.parametrize("seed", range(5))
def test_two_writers_of_one_message_at_once_count_once(seed: int) -> None:
    writing, body = Writing(), body_of()
    write, nested = writing.tables.write, iter([random.Random(seed).randint(1, 3)])

    def interrupted(table: str, requests: str) -> Written:
        if writing.tables.faults.calls["write"] == 1 and next(nested, None):
            writing.take(body)
        return write(table, requests)

    writing.tables.write = interrupted  # type: ignore[method-assign]
    writing.take(body)
    assert writing.settled.counts.written == len(writing.items) == 60


def test_the_table_is_that_of_the_jobs_place() -> None:
    place = Place(region="us-east-1", role_arn="arn:aws:iam::123456789012:role/r")
    writing = Writing(replace(COPY, target_place=place))
    there = writing.places.by_place[place] = MemoryTables(SCHEMA)
    writing.take(body_of())
    assert len(there.items(TABLE)) == 60
    assert not writing.items


def test_insert_leaves_what_is_there_alone() -> None:
    writing = Writing(INSERT)
    other = row_of(3, at="1")
    writing.tables.add(TABLE, row_of(7), other)
    writing.take(body_of())
    assert (writing.settled.counts.written, writing.settled.counts.skipped) == (58, 2)
    assert writing.items["k3",] == other


def test_newer_puts_over_what_is_older_and_over_what_has_no_age() -> None:
    writing = Writing(NEWER)
    writing.tables.add(TABLE, row_of(0, at="9"), row_of(1, at="10"), row_of(2, at="11"), row_of(3))
    writing.deliver(messages_of(row_of(n, at="10.0") for n in range(5)))
    assert (writing.settled.counts.written, writing.settled.counts.skipped) == (3, 2)
    assert [item["at"]["N"] for _, item in sorted(writing.items.items())] == [
        "10.0",
        "10",
        "11",
        "10.0",
        "10.0",
    ]


@pytest.mark.parametrize("job", [COPY, INSERT, NEWER])
def test_deletes_are_never_conditional(job: Job) -> None:
    writing = Writing(job)
    writing.tables.add(TABLE, *map(row_of, range(60)))
    writing.deliver(deletes_of({"id": {"S": f"k{n}"}} for n in range(30)))
    assert writing.settled.counts.written == 30
    assert len(writing.items) == 30


def test_a_request_that_may_have_arrived_is_not_skipped_for_its_own_item() -> None:
    writing = Writing(INSERT)
    writing.tables.faults.on("written_if", 2, Crash())
    with pytest.raises(Crash):
        writing.take(body_of())
    writing.take(body_of())  # a copy that its loader sent again: SQS says that it is new
    assert (writing.settled.counts.written, writing.settled.counts.skipped) == (60, 0)


def test_a_request_whose_answer_was_lost_is_not_skipped_for_its_own_item() -> None:
    writing = Writing(INSERT)
    writing.tables.faults.on("written_if", 1, TransientError("lost"))
    writing.take(body_of())
    assert (writing.settled.counts.written, writing.settled.counts.skipped) == (60, 0)


@pytest.mark.parametrize("job", [INSERT, NEWER])
def test_a_line_that_is_put_back_half_done_counts_once(job: Job) -> None:
    writing = Writing(job)
    writing.tables.add(TABLE, *(row_of(n, at="2") for n in range(0, 50, 5)))
    write_if = writing.tables.write_if

    def slower_after_the_first(table: str, requests: str, condition: Condition) -> Written:
        done = write_if(table, requests, condition)
        writing.tables.leave_every = 2
        return done

    writing.tables.write_if = slower_after_the_first  # type: ignore[method-assign]
    (body,) = messages_of(row_of(n, at="1") for n in range(50))
    writing.take(body, seconds=5)
    assert writing.queue.sent == [body]
    counts = writing.ledger.delivery("one", 0, 0).progress.outcome.counts
    assert (counts.written, counts.skipped) == (20, 5)
    writing.deliver()
    assert (writing.settled.counts.written, writing.settled.counts.skipped) == (40, 10)


@pytest.mark.parametrize(
    "error", [TableNotFoundError("gone"), TableAccessError("no"), RoleNotAllowedError("x")]
)
def test_what_no_second_try_can_mend_stops_the_job_and_sets_its_messages_aside(error: JobError) -> None:
    writing, body = Writing(), body_of()
    writing.tables.faults.on("write", 2, error)
    writing.take(body)
    assert writing.ledger.stopped("one") == Stop(type(error).__name__, str(error))
    assert writing.settled.parked == 1
    assert writing.parked == {layout.parked_key("one", 0, 0): body}
    assert not writing.queue.sent + writing.queue.released
    writing.ledger.clear_stop("one")
    writing.take(body)
    assert writing.settled.counts.written == 60
    assert len(writing.tables.bodies) == 3


def test_a_role_that_may_not_be_assumed_stops_the_job() -> None:
    writing = Writing()
    writing.places.faults.on("tables", 1, RoleNotAllowedError("the role does not trust it"))
    writing.take(body_of())
    assert writing.ledger.stopped("one") == Stop("RoleNotAllowedError", "the role does not trust it")
    assert writing.settled.parked == 1


def test_a_message_of_a_stopped_job_is_set_aside_unwritten() -> None:
    writing, body = Writing(), body_of()
    writing.ledger.stop("one", Stop("JobCancelledError", "cancelled"))
    writing.take(body)
    writing.dead_letters.take("message", body)
    assert not writing.tables.bodies
    assert list(writing.parked.values()) == [body]
    assert (writing.settled.parked, writing.settled.numbers) == (1, 0)


def test_a_message_that_went_by_way_of_the_bucket_is_set_aside_as_its_queue_carried_it() -> None:
    writing = Writing()
    (long,) = messages_of([row_of(0) | {"text": {"S": "\x01" * (MAX_MESSAGE_BYTES // 6)}}])
    wrapped = Parcels(writing.store, BUCKET).wrap(long.encode()).decode()
    writing.ledger.stop("one", Stop("JobCancelledError", "cancelled"))
    writing.take(wrapped)
    assert list(writing.parked.values()) == [wrapped]
    assert len(wrapped) < 100


def test_a_message_that_is_set_aside_while_its_job_is_resumed_stays_in_the_queue() -> None:
    writing, body = Writing(), body_of()
    writing.ledger.stop("one", Stop("JobCancelledError", "cancelled"))
    note = writing.ledger.park

    def park_late(job: str, unit: int, sequence: int) -> None:
        writing.ledger.clear_stop("one")
        note(job, unit, sequence)

    writing.ledger.park = park_late  # type: ignore[method-assign]
    writing.take(body)
    writing.deliver()
    assert writing.settled.counts.written == 60


def test_a_dead_letter_keeps_only_what_was_not_written() -> None:
    writing, body = Writing(), body_of()
    writing.tables.faults.on("write", 2, HeadraceError("odd"))
    with pytest.raises(HeadraceError):
        writing.take(body)
    writing.dead_letters.take("message", body)
    counts = writing.settled.counts
    assert (counts.written, counts.failed) == (25, 35)
    assert len(writing.rejects().splitlines()) == 36
    assert writing.settled.reason == "given up: odd"


@pytest.mark.parametrize(
    "job",
    [
        COPY,
        replace(COPY, mode=WriteMode.DELETE),
        replace(LOAD, format=Format(shape=Shape.DYNAMODB_JSON)),
        replace(LOAD, format=Format(shape=Shape.JSONL), operation=Operation.RESTORE),
    ],
)
@pytest.mark.parametrize(("what", "spell"), [("Item", messages_of), ("Key", deletes_of)])
def test_items_are_rejected_as_json_lines_with_the_names_that_they_have_in_the_source(
    job: Job, what: str, spell: Callable[[list[Item]], list[str]]
) -> None:
    writing = Writing(replace(job, columns={"key": Column(rename="id"), "other": Column(drop=True)}))
    content = {"id": {"S": "a"}, "title": {"B": "AAE="}}
    writing.dead_letters.take("message", *spell([content]))
    (found,) = json_lines(writing.rejects())
    assert found.pop("_headrace_code") == "given-up"
    assert found.pop("_headrace_reason").startswith("given up: ")
    assert found == {what: {"key": content["id"], "title": content["title"]}}
    assert writing.settled.parts[0].endswith(".jsonl")


SWAPPED = {"id": Column(rename="old"), "old": Column(rename="id"), "gone": Column(drop=True)}


@pytest.mark.parametrize("shape", [Shape.JSONL, Shape.DYNAMODB_JSON])
@pytest.mark.parametrize("mode", [WriteMode.PUT, WriteMode.DELETE])
def test_rejects_of_items_become_the_same_items_when_they_are_loaded_again(
    shape: Shape, mode: WriteMode
) -> None:
    """Whatever a column of plain JSON is declared as: a reject says the types itself."""
    types = (
        {"at": Column(AttributeType.TTL), "doc": Column(AttributeType.JSON)} if shape is Shape.JSONL else {}
    )
    writing = Writing(replace(LOAD, mode=mode, format=Format(shape=shape), columns=SWAPPED | types))
    item: Item = {"id": {"S": "a"}}
    if mode is WriteMode.PUT:
        item |= {"old": {"BS": ["AAE="]}, "at": {"N": "999999999999"}, "doc": {"S": "x"}}
    writing.dead_letters.take("message", *(messages_of if mode is WriteMode.PUT else deletes_of)([item]))
    codec = writing.plans.find("one").compile_codec()
    assert isinstance(codec, LineCodec)
    assert codec.encode(writing.rejects().decode().rstrip()) == item


def test_a_refused_delete_of_a_load_is_a_row_with_its_key() -> None:
    writing = Writing(replace(LOAD, mode=WriteMode.DELETE))
    writing.deliver(deletes_of([{"id": {"S": ""}}, {"id": {"S": "k1"}}]))
    assert (writing.settled.counts.written, writing.settled.counts.rejected) == (1, 1)
    assert writing.rejects().splitlines()[1].endswith(b",,")


def test_a_line_that_is_no_array_is_not_taken_for_a_table_that_may_not_be_used() -> None:
    writing, body = Writing(), body_of(1)
    writing.tables.faults.on("write", 1, TableAccessError("whatever this names"))
    with pytest.raises(MessageError):
        writing.take(body.split("\n")[0] + "\n[{")
    assert writing.ledger.stopped("one") is None
    assert writing.settled.parked == 0
