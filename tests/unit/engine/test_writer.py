"""A writer writes what it can, isolates what is refused, and counts all of it once."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest

from headrace.errors import TableAccessError, ThrottledError, TransientError
from headrace.ledger import JobRecord, JobState, Settled
from headrace.messages import Request, pack, put_request
from headrace.ports import Written
from tests.builders import EXECUTION, TABLE, Pipeline, forever, plan_of
from tests.fakes import Crash


def writing(count: int = 60) -> tuple[Pipeline, str]:
    """A pipeline with a running job and one message of so many requests, 25 a line."""
    pipeline = Pipeline()
    pipeline.plans.save(plan_of())
    pipeline.ledger.save_job(JobRecord("one", EXECUTION.arn, 0.0, JobState.RUNNING))
    items = [{"id": {"S": f"k{n}"}, "name": {"S": f"<{n}>"}} for n in range(count)]
    requests = [Request(put_request(item), 1, n) for n, item in enumerate(items)]
    (body,) = pack(requests, "one", 0, TABLE, 0, 100_000)
    return pipeline, body


def take(pipeline: Pipeline, body: str, seconds: float | None = None) -> None:
    end = pipeline.clock.now() + (seconds or 0)
    remaining = forever if seconds is None else lambda: end - pipeline.clock.now()
    pipeline.writer.take(body, "receipt", 1, remaining, 5)


def settled(pipeline: Pipeline) -> Settled:
    return pipeline.ledger.settled("one")[0]


def test_each_line_is_one_call_with_the_very_text_of_the_message() -> None:
    pipeline, body = writing()
    take(pipeline, body)
    assert pipeline.tables.bodies == body.split("\n")[1:]
    assert settled(pipeline).counts.written == len(pipeline.items) == 60
    assert settled(pipeline).counts.units == 60


def test_a_message_that_is_settled_is_not_written_again() -> None:
    pipeline, body = writing()
    take(pipeline, body)
    take(pipeline, body)
    assert len(pipeline.tables.bodies) == 3
    assert settled(pipeline).messages == 1


def test_requests_that_were_left_are_written_after_a_pause() -> None:
    pipeline, body = writing()
    pipeline.tables.leave_every = 3
    take(pipeline, body)
    assert len(pipeline.items) == settled(pipeline).counts.written == 60
    assert settled(pipeline).counts.throttles["Unprocessed"] == len(pipeline.clock.slept)


def test_throttles_are_counted_by_their_reasons() -> None:
    pipeline, body = writing(1)
    for call in (1, 2):
        pipeline.tables.faults.on("write", call, ThrottledError("slow", ["TableWriteKeyRange"]))
    pipeline.tables.faults.on("write", 3, TransientError("lost"))
    take(pipeline, body)
    assert settled(pipeline).counts.throttles == {"TableWriteKeyRange": 2, "TransientError": 1}


@pytest.mark.parametrize(
    "guilty", [["<0>"], ["<24>"], ["<3>", "<30>", "<59>"], [f"<{n}>" for n in range(60)]]
)
def test_the_requests_that_are_refused_and_no_others_become_rejects(guilty: list[str]) -> None:
    pipeline, body = writing()
    pipeline.tables.refuse = tuple(guilty)
    take(pipeline, body)
    found = settled(pipeline)
    assert (found.counts.written, found.counts.rejected) == (60 - len(guilty), len(guilty))
    (part,) = found.parts
    rows = pipeline.store.objects["data", part].decode().splitlines()[1:]
    assert sorted(row.rsplit(",", 1)[1] for row in rows) == sorted(guilty)
    assert found.reason == "DynamoDB refused the item: the test refuses this item"


def test_a_message_without_time_to_finish_is_put_back_with_what_is_done_of_it() -> None:
    pipeline, body = writing()
    for call in range(2, 100):
        pipeline.tables.faults.on("write", call, ThrottledError("slow"))
    take(pipeline, body, seconds=20)
    assert pipeline.queue.sent == [body]
    progress = pipeline.ledger.delivery("one", 0, 0).progress
    assert progress.lines == 1
    assert progress.outcome.counts.written == 25


def test_what_was_put_back_goes_on_behind_the_lines_that_are_written() -> None:
    pipeline, body = writing()
    pipeline.tables.refuse = ("<3>",)
    for call in range(11, 100):
        pipeline.tables.faults.on("write", call, ThrottledError("slow"))
    take(pipeline, body, seconds=20)
    assert pipeline.ledger.delivery("one", 0, 0).progress.lines == 2
    pipeline.tables = pipeline.writer._tables = type(pipeline.tables)(pipeline.schema)
    take(pipeline, body)
    assert settled(pipeline).counts.requests == 60
    assert settled(pipeline).counts.rejected == 1
    assert len(pipeline.tables.bodies) == 1


def test_a_message_that_is_received_too_late_is_put_back_untouched() -> None:
    pipeline, body = writing()
    take(pipeline, body, seconds=1)
    assert pipeline.queue.sent == [body]
    assert not pipeline.tables.bodies


def test_a_message_of_a_job_that_ended_is_not_put_back() -> None:
    pipeline, body = writing()
    pipeline.ledger.save_job(JobRecord("one", EXECUTION.arn, 0.0, JobState.ENDED))
    with pytest.raises(TransientError, match="its job has ended"):
        take(pipeline, body, seconds=1)
    assert not pipeline.queue.sent
    assert "its job has ended" in (pipeline.ledger.delivery("one", 0, 0).reason or "")


def test_a_failure_is_noted_and_the_message_comes_again_soon() -> None:
    pipeline, body = writing()
    pipeline.tables.faults.on("write", 2, TableAccessError("may not be used"))
    with pytest.raises(TableAccessError):
        take(pipeline, body)
    delivery = pipeline.ledger.delivery("one", 0, 0)
    assert delivery.reason == "may not be used"
    assert delivery.progress.lines == 1
    assert pipeline.queue.released == [("receipt", 2)]


def test_a_crash_between_the_write_and_the_settling_counts_once() -> None:
    pipeline, body = writing()
    pipeline.ledger.faults.on("settle", 1, Crash())
    with pytest.raises(Crash):
        take(pipeline, body)
    take(pipeline, body)
    assert settled(pipeline).counts.written == len(pipeline.items) == 60


@pytest.mark.parametrize("seed", range(5))
def test_two_writers_of_one_message_at_once_count_once(seed: int) -> None:
    pipeline, body = writing()
    rng = random.Random(seed)
    write = pipeline.tables.write
    nested = iter([rng.randint(1, 3)])

    def interrupted(table: str, requests: str) -> Written:
        if pipeline.tables.faults.calls["write"] == 1 and next(nested, None):
            take(pipeline, body)
        return write(table, requests)

    pipeline.tables.write = interrupted  # type: ignore[method-assign]
    take(pipeline, body)
    assert settled(pipeline).counts.written == len(pipeline.items) == 60


def test_a_dead_letter_keeps_only_what_was_not_written() -> None:
    pipeline, body = writing()
    pipeline.tables.faults.on("write", 2, TableAccessError("may not be used"))
    with pytest.raises(TableAccessError):
        take(pipeline, body)
    pipeline.dead_letters.take("message", body)
    counts: Any = settled(pipeline).counts
    assert (counts.written, counts.failed) == (25, 35)
    (part,) = settled(pipeline).parts
    assert len(pipeline.store.objects["data", part].splitlines()) == 36
    assert orjson.loads(body.split("\n")[0])["requests"] == counts.requests
