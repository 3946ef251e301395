"""The functions: events in, answers out, over the fakes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from headrace.ledger import JobState, UnitState
from lambdas import dead_letter, load_chunk, plan, report, settle, stop, wiring, write_batch
from lambdas.settings import Settings
from tests.builders import BUCKET, EXECUTION, Pipeline, job_document

ASKED = {"execution": EXECUTION.arn, "name": EXECUTION.name}
SETTINGS = Settings(BUCKET, "url", "ledger", ("*",), 30, 900)


@dataclass
class Context:
    """Lambda's context, with a minute left."""

    function_name: str = "function"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:plan"
    aws_request_id: str = "request"
    milliseconds: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    pipeline = Pipeline()
    parts = {
        "planner": [plan],
        "loader": [load_chunk],
        "writer": [write_batch],
        "dead_letters": [dead_letter],
        "reporter": [report, stop],
        "plans": [wiring],
        "ledger": [wiring],
        "store": [wiring],
    }
    for name, places in parts.items():
        part = getattr(pipeline, name)
        for place in places:
            monkeypatch.setattr(place, name, lambda part=part: part)
    monkeypatch.setattr(wiring, "settings", lambda: SETTINGS)
    monkeypatch.setattr(wiring, "clock", pipeline.clock)
    pipeline.put_source("id,name\na,1\nb,2\n")
    return pipeline


def call(function: Any, event: dict[str, Any]) -> Any:
    return function.handler(event, Context())


def records(*bodies: str) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": "receipt",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "2"},
                "eventSource": "aws:sqs",
            }
            for number, body in enumerate(bodies)
        ]
    }


def test_a_job_goes_through_all_functions(pipeline: Pipeline) -> None:
    planned = call(plan, {"input": job_document(), **ASKED})
    (unit,) = pipeline.units(planned["job"])
    loaded = call(load_chunk, {"job": planned["job"], "unit": unit})
    written = call(write_batch, records(*pipeline.queue.sent))
    looked = call(settle, {"job": planned["job"]})
    ended = call(report, {"input": job_document(), **ASKED})
    assert loaded["more"] is False
    assert written == {"batchItemFailures": []}
    assert looked["done"] is True
    assert ended["rows"]["written"] == len(pipeline.items) == 2


def test_a_job_that_cannot_run_is_refused_as_data(pipeline: Pipeline) -> None:
    wrong = {"operation": "load", "sorce": "s3://data/orders.csv"}
    answer = call(plan, {"input": wrong, **ASKED})
    ended = call(report, {"input": wrong, **ASKED, "error": answer["error"]})
    assert answer["status"] == "REFUSED"
    assert ended["error"] == "JobInvalidError"
    assert ended["cause"].count("\n") == 2
    assert pipeline.ledger.jobs["one"].state is JobState.ENDED


def test_a_unit_that_cannot_be_loaded_is_noted_and_not_called_again(pipeline: Pipeline) -> None:
    planned = call(plan, {"input": job_document(), **ASKED})
    pipeline.put_source("another text")
    answer = call(load_chunk, {"job": planned["job"], "unit": pipeline.units("one")[0]})
    assert answer["more"] is False
    assert pipeline.ledger.units("one")[0].state is UnitState.FAILED


@pytest.mark.usefixtures("pipeline")
def test_only_the_messages_that_failed_are_given_back() -> None:
    assert call(write_batch, records("text")) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}


def test_a_dead_letter_is_kept(pipeline: Pipeline) -> None:
    assert call(dead_letter, records("text")) == {"batchItemFailures": []}
    assert pipeline.store.objects[BUCKET, "dead/message-0.txt"] == b"text"


def test_failures_that_the_state_machine_caught_are_noted(pipeline: Pipeline) -> None:
    planned = call(plan, {"input": job_document(), **ASKED})
    error = {"Error": "Runtime.ExitError", "Cause": '{"errorMessage": "out of memory"}'}
    call(settle, {"job": "one", "unit": pipeline.units(planned["job"])[0], "error": error})
    call(settle, {"job": "one", "error": error})
    assert pipeline.ledger.units("one")[0].error == "Runtime.ExitError: out of memory"
    assert pipeline.ledger.jobs["one"].error == "Runtime.ExitError: out of memory"


def test_a_function_reserves_a_quarter_of_its_time_and_20_seconds_at_most() -> None:
    context: Any = Context(milliseconds=40_000)
    assert wiring.remaining(context)() == 40
    assert wiring.reserve(context) == 10
    context.milliseconds = 900_000
    assert wiring.reserve(context) == 20


def test_tables_are_at_home_where_the_function_runs() -> None:
    context: Any = Context(invoked_function_arn="arn:aws-cn:lambda:cn-north-1:123456789012:function:plan")
    assert wiring.table_home(context) == "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/"


def stopped_event(status: str, **detail: Any) -> dict[str, Any]:
    told = {"executionArn": EXECUTION.arn, "name": EXECUTION.name, "status": status, **detail}
    return {"source": "aws.states", "detail-type": "Step Functions Execution Status Change", "detail": told}


@pytest.mark.parametrize(
    ("event", "error", "words"),
    [
        (stopped_event("ABORTED"), "JobCancelledError", "the execution was stopped"),
        (stopped_event("TIMED_OUT", input=None), "RowsMissingError", "took longer than it may"),
        (
            stopped_event("FAILED", error="States.Runtime", cause="odd"),
            "RowsMissingError",
            "the execution failed: States.Runtime: odd",
        ),
    ],
)
def test_an_execution_that_ended_without_a_report_gets_one(
    pipeline: Pipeline, event: dict[str, Any], error: str, words: str
) -> None:
    call(plan, {"input": job_document(), **ASKED})
    event["detail"].setdefault("input", json.dumps(job_document()))
    call(stop, event)
    (published,) = pipeline.events.published
    assert (published["error"], published["pending"]["units"]) == (error, 1)
    assert words in published["cause"]
    call(stop, event)
    assert len(pipeline.events.published) == 1


def test_the_end_of_an_execution_that_resumed_or_cancelled_is_that_of_its_own_job_only(
    pipeline: Pipeline,
) -> None:
    call(plan, {"input": job_document(), **ASKED})
    for document in ({"resume": "one"}, {"cancel": "one"}, job_document(), {"resume": "never"}):
        other = {"executionArn": "other", "name": "other", "input": json.dumps(document)}
        call(stop, stopped_event("FAILED", **other))
    assert not pipeline.events.published
    assert pipeline.ledger.stopped("one") is None


def test_a_job_is_cancelled_and_resumed_by_the_same_functions(pipeline: Pipeline) -> None:
    call(plan, {"input": job_document(), **ASKED})
    other = {"execution": EXECUTION.arn + "-other", "name": "other"}
    assert call(plan, {"input": {"cancel": "one"}, **other})["status"] == "CANCELLING"
    assert call(plan, {"input": job_document(), **ASKED})["status"] == "ENDED"
    assert call(report, {"input": job_document(), **ASKED})["error"] == "JobCancelledError"
    planned = call(plan, {"input": {"resume": "one"}, **other})
    (unit,) = pipeline.units("one", planned["units_key"])
    assert call(load_chunk, {"job": "one", "unit": unit})["more"] is False
    call(write_batch, records(*pipeline.queue.sent))
    assert call(report, {"input": {"resume": "one"}, **other})["rows"]["written"] == 2
