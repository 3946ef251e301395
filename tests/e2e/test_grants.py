"""Every grant is needed: without it, what its function does goes wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from headrace.names import DEAD_PREFIX, ENV_TABLES, JOBS_PREFIX
from tests.e2e.exercises import Exercise, Exercises
from tests.e2e.faults import Faults
from tests.e2e.stack import Stack

pytestmark = pytest.mark.usefixtures("enforced")

Statement = dict[str, Any]

HEALTHY: Mapping[Exercise, str] = {
    Exercises.plan: "PLANNED",
    Exercises.load: "done",
    Exercises.load_what_is_gone: "SourceNotFoundError",
    Exercises.write: "done",
    Exercises.put_back: "done",
    Exercises.release: "released",
    Exercises.give_up: "done",
    Exercises.put_away: "done",
    Exercises.put_away_what_no_job_has: "done",
    Exercises.look: "done",
    Exercises.note_failure: "done",
    Exercises.report: "done",
}
NEEDED: list[tuple[str, str, str, Exercise]] = [
    ("Plan", "s3:GetObject", "", Exercises.plan),
    ("Plan", "s3:PutObject", "", Exercises.plan),
    ("Plan", "dynamodb:DescribeTable", "", Exercises.plan),
    ("Plan", "dynamodb:GetItem", "", Exercises.plan),
    ("Plan", "dynamodb:PutItem", "", Exercises.plan),
    ("LoadChunk", "s3:GetObject", "", Exercises.load),
    ("LoadChunk", "s3:PutObject", "", Exercises.load),
    ("LoadChunk", "sqs:SendMessage", "", Exercises.load),
    ("LoadChunk", "dynamodb:GetItem", "", Exercises.load),
    ("LoadChunk", "dynamodb:PutItem", "", Exercises.load),
    ("WriteBatch", "sqs:ChangeMessageVisibility", "", Exercises.release),
    ("WriteBatch", "sqs:SendMessage", "", Exercises.put_back),
    ("WriteBatch", "dynamodb:BatchWriteItem", "", Exercises.write),
    ("WriteBatch", "dynamodb:GetItem", "", Exercises.write),
    ("WriteBatch", "dynamodb:UpdateItem", "", Exercises.write),
    ("WriteBatch", "s3:GetObject", "", Exercises.write),
    ("WriteBatch", "s3:PutObject", "", Exercises.write),
    ("DeadLetter", "dynamodb:GetItem", "", Exercises.give_up),
    ("DeadLetter", "dynamodb:UpdateItem", "", Exercises.give_up),
    ("DeadLetter", "s3:GetObject", "", Exercises.give_up),
    ("DeadLetter", "s3:PutObject", JOBS_PREFIX, Exercises.give_up),
    ("DeadLetter", "s3:PutObject", DEAD_PREFIX, Exercises.put_away),
    ("Settle", "dynamodb:Query", "", Exercises.look),
    ("Settle", "dynamodb:GetItem", "", Exercises.note_failure),
    ("Settle", "dynamodb:PutItem", "", Exercises.note_failure),
    ("Report", "dynamodb:GetItem", "", Exercises.report),
    ("Report", "dynamodb:PutItem", "", Exercises.report),
    ("Report", "dynamodb:Query", "", Exercises.report),
    ("Report", "s3:GetObject", "", Exercises.report),
    ("Report", "s3:PutObject", "", Exercises.report),
    ("Report", "s3:ListBucket", "", Exercises.report),
    ("Report", "events:PutEvents", "", Exercises.report),
]
UNCHECKED = {
    *((name, "s3:ListBucket") for name in ("Plan", "LoadChunk", "WriteBatch", "DeadLetter")),
    *((name, "sqs:DeleteMessage") for name in ("WriteBatch", "DeadLetter")),
    *((name, "sqs:GetQueueAttributes") for name in ("WriteBatch", "DeadLetter")),
    *((name, "sqs:ReceiveMessage") for name in ("WriteBatch", "DeadLetter")),
    ("DeadLetter", "sqs:ChangeMessageVisibility"),
}
"""What AWS asks for and this emulator does not: it tells of a missing object also who may not list the
bucket, and reads queues for a function without the function's role."""


@pytest.fixture(scope="module")
def exercises(stack: Stack, faults: Faults) -> Iterator[Exercises]:
    """Nothing reads the write queue meanwhile."""
    assert faults.directory.exists()
    mapping = stack.part("FunctionsWriteBatchQueue")
    stack.functions.update_event_source_mapping(UUID=mapping, Enabled=False)
    yield Exercises(stack, stack.table(), stack.table(stack.name("throttled")))
    stack.sqs.purge_queue(QueueUrl=stack.write_queue)
    stack.functions.update_event_source_mapping(UUID=mapping, Enabled=True)


def policy(stack: Stack, function: str) -> list[Statement]:
    role = stack.part(f"Functions{function}Role")
    found = stack.iam.get_role_policy(RoleName=role, PolicyName="Function")
    statements: list[Statement] = found["PolicyDocument"]["Statement"]
    return statements


def put_policy(stack: Stack, function: str, statements: list[Statement]) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    role = stack.part(f"Functions{function}Role")
    stack.iam.put_role_policy(RoleName=role, PolicyName="Function", PolicyDocument=document)


def actions(statement: Statement) -> list[str]:
    found = statement["Action"]
    return [found] if isinstance(found, str) else list(found)


@contextmanager
def without(stack: Stack, function: str, action: str, prefix: str) -> Iterator[None]:
    """The function's role lacks the action, and its batch form, on the resources below the prefix."""
    whole = policy(stack, function)
    gone = {action, f"{action}Batch"}
    hit = [one for one in whole if gone & {*actions(one)} and prefix in json.dumps(one["Resource"])]
    assert hit, f"{function} has no {action}"
    left = [{**one, "Action": [name for name in actions(one) if name not in gone]} for one in hit]
    rest = [one for one in whole if one not in hit] + [one for one in left if one["Action"]]
    put_policy(stack, function, rest)
    try:
        yield
    finally:
        put_policy(stack, function, whole)


@pytest.mark.parametrize("exercise", HEALTHY, ids=lambda exercise: exercise.__name__)
def test_with_its_grants_a_function_works(exercises: Exercises, exercise: Exercise) -> None:
    assert exercise(exercises) == HEALTHY[exercise]


@pytest.mark.parametrize(("function", "action", "prefix", "exercise"), NEEDED)
def test_without_a_grant_its_function_does_not_work(
    stack: Stack, exercises: Exercises, function: str, action: str, prefix: str, exercise: Exercise
) -> None:
    with without(stack, function, action, prefix):
        assert exercise(exercises) != HEALTHY[exercise]


def test_no_grant_is_left_out_here(stack: Stack) -> None:
    functions = {function for function, *_ in NEEDED}
    granted = {
        (function, action.removesuffix("Batch"))
        for function in functions
        for statement in policy(stack, function)
        for action in actions(statement)
        if not action.startswith("logs:")
    }
    assert granted == UNCHECKED | {(function, action) for function, action, *_ in NEEDED}


def test_iam_itself_refuses_a_table_outside_the_settings(stack: Stack) -> None:
    """Also where the plan function is made to believe that the table is allowed."""
    table, source = stack.table("outside-of-it"), stack.put("sources/outside.csv", "id\n1\n")
    function = stack.function("Plan")
    variables = stack.functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    wider = variables | {ENV_TABLES: table}
    stack.functions.update_function_configuration(FunctionName=function, Environment={"Variables": wider})
    try:
        job = stack.ended(stack.load(table, source))
    finally:
        stack.functions.update_function_configuration(
            FunctionName=function, Environment={"Variables": variables}
        )
    assert (job.status, job.error) == ("FAILED", "TableAccessError")
    assert table in job.cause
    assert stack.items(table) == {}
