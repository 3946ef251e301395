"""Every grant is needed: without it, what its function does goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from headrace.names import ENV_TABLES
from tests.e2e.exercises import ending, jobs, planning, working, writing
from tests.e2e.exercises.calls import Calls, Exercise
from tests.e2e.faults import Faults
from tests.e2e.policies import granted, without
from tests.e2e.stack import Stack

pytestmark = pytest.mark.usefixtures("enforced")

HEALTHY: Mapping[Exercise, str] = {
    planning.plan_upload: "PLANNED",
    planning.plan_export: "PLANNED",
    planning.plan_scan: "PLANNED",
    planning.plan_query: "PLANNED",
    planning.plan_index_scan: "PLANNED",
    planning.plan_index_query: "PLANNED",
    planning.plan_resumption: "PLANNED",
    working.load: "done",
    working.load_again: "done",
    working.load_what_is_gone: "SourceNotFoundError",
    working.scan: "done",
    working.export: "done",
    working.break_off_an_export: "given up",
    working.copy: "done",
    working.mirror: "done",
    working.query: "done",
    working.index_scan: "done",
    working.index_query: "done",
    writing.write: "settled",
    writing.insert: "settled",
    writing.put_back: "unsettled",
    writing.stop_fast: "parked",
    writing.set_aside: "parked",
    writing.release: "released",
    writing.give_up: "settled",
    writing.set_dead_aside: "parked",
    writing.put_away: "taken",
    writing.put_away_what_no_job_has: "unsettled",
    ending.look: "looked",
    ending.note_failure: "TransientError",
    ending.report: "SUCCEEDED",
    ending.break_off_a_report: "given up",
    ending.stop: "SUCCEEDED",
    ending.break_off_a_stop: "given up",
}
NEEDED: list[tuple[str, str, str, Exercise]] = [
    ("Plan", "s3:GetObject", "objects", planning.plan_upload),
    ("Plan", "s3:ListBucket", "bucket", planning.plan_export),
    ("Plan", "s3:PutObject", "jobs/", planning.plan_upload),
    ("Plan", "dynamodb:DescribeTable", "tables", planning.plan_upload),
    ("Plan", "dynamodb:Scan", "tables", planning.plan_export),
    ("Plan", "dynamodb:Scan", "indexes", planning.plan_index_scan),
    ("Plan", "dynamodb:Query", "tables", planning.plan_query),
    ("Plan", "dynamodb:Query", "indexes", planning.plan_index_query),
    ("Plan", "dynamodb:GetItem", "ledger", planning.plan_upload),
    ("Plan", "dynamodb:PutItem", "ledger", planning.plan_upload),
    ("Plan", "dynamodb:DeleteItem", "ledger", planning.plan_resumption),
    ("Plan", "dynamodb:Query", "ledger", planning.plan_resumption),
    ("Plan", "states:DescribeExecution", "executions", planning.plan_resumption),
    ("Plan", "sqs:GetQueueAttributes", "queues", planning.plan_scan),
    ("LoadChunk", "s3:GetObject", "objects", working.load),
    ("LoadChunk", "s3:PutObject", "jobs/", working.load),
    ("LoadChunk", "sqs:SendMessage", "write queue", working.load),
    ("LoadChunk", "dynamodb:GetItem", "ledger", working.load),
    ("LoadChunk", "dynamodb:PutItem", "ledger", working.load),
    ("LoadChunk", "dynamodb:Query", "ledger", working.load_again),
    ("ScanSegment", "s3:GetObject", "jobs/", working.scan),
    ("ScanSegment", "s3:PutObject", "jobs/", working.export),
    ("ScanSegment", "s3:PutObject", "exports/", working.export),
    ("ScanSegment", "s3:AbortMultipartUpload", "exports/", working.break_off_an_export),
    ("ScanSegment", "dynamodb:BatchGetItem", "tables", working.mirror),
    ("ScanSegment", "dynamodb:Scan", "tables", working.scan),
    ("ScanSegment", "dynamodb:Scan", "indexes", working.index_scan),
    ("ScanSegment", "dynamodb:Query", "tables", working.query),
    ("ScanSegment", "dynamodb:Query", "indexes", working.index_query),
    ("ScanSegment", "sqs:SendMessage", "write queue", working.copy),
    ("ScanSegment", "sqs:SendMessage", "queues", working.scan),
    ("ScanSegment", "dynamodb:GetItem", "ledger", working.scan),
    ("ScanSegment", "dynamodb:PutItem", "ledger", working.scan),
    ("WriteBatch", "sqs:ChangeMessageVisibility", "write queue", writing.release),
    ("WriteBatch", "sqs:SendMessage", "write queue", writing.put_back),
    ("WriteBatch", "dynamodb:BatchWriteItem", "tables", writing.write),
    ("WriteBatch", "dynamodb:DescribeTable", "tables", writing.insert),
    ("WriteBatch", "dynamodb:PutItem", "tables", writing.insert),
    ("WriteBatch", "dynamodb:BatchGetItem", "ledger", writing.write),
    ("WriteBatch", "dynamodb:GetItem", "ledger", writing.put_back),
    ("WriteBatch", "dynamodb:GetItem", "ledger", writing.set_aside),
    ("WriteBatch", "dynamodb:PutItem", "ledger", writing.stop_fast),
    ("WriteBatch", "dynamodb:UpdateItem", "ledger", writing.write),
    ("WriteBatch", "dynamodb:UpdateItem", "ledger", writing.set_aside),
    ("WriteBatch", "s3:GetObject", "jobs/", writing.write),
    ("WriteBatch", "s3:PutObject", "jobs/", writing.write),
    ("WriteBatch", "s3:PutObject", "jobs/", writing.set_aside),
    ("DeadLetter", "dynamodb:BatchGetItem", "ledger", writing.give_up),
    ("DeadLetter", "dynamodb:GetItem", "ledger", writing.set_dead_aside),
    ("DeadLetter", "dynamodb:UpdateItem", "ledger", writing.give_up),
    ("DeadLetter", "s3:GetObject", "jobs/", writing.give_up),
    ("DeadLetter", "s3:PutObject", "jobs/", writing.give_up),
    ("DeadLetter", "s3:PutObject", "dead/", writing.put_away),
    ("Settle", "dynamodb:Query", "ledger", ending.look),
    ("Settle", "dynamodb:GetItem", "ledger", ending.look),
    ("Settle", "dynamodb:PutItem", "ledger", ending.note_failure),
    *(
        (function, action, on, exercise)
        for function, exercise in (("Report", ending.report), ("Stop", ending.stop))
        for action, on in (
            ("dynamodb:GetItem", "ledger"),
            ("dynamodb:PutItem", "ledger"),
            ("dynamodb:Query", "ledger"),
            ("s3:GetObject", "jobs/"),
            ("s3:PutObject", "jobs/"),
            ("s3:PutObject", "exports/"),
            ("s3:ListBucket", "bucket"),
            ("events:PutEvents", "bus"),
        )
    ),
    ("Report", "s3:AbortMultipartUpload", "jobs/", ending.break_off_a_report),
    ("Stop", "s3:AbortMultipartUpload", "jobs/", ending.break_off_a_stop),
]
CONSUMED = (("WriteBatch", "write queue"), ("DeadLetter", "dead letters"))
UNCHECKED = {
    *((name, "s3:ListBucket", "bucket") for name in ("LoadChunk", "ScanSegment", "WriteBatch", "DeadLetter")),
    *((name, f"sqs:{act}", on) for name, on in CONSUMED for act in ("DeleteMessage", "GetQueueAttributes")),
    *((name, "sqs:ReceiveMessage", on) for name, on in CONSUMED),
    ("DeadLetter", "sqs:ChangeMessageVisibility", "dead letters"),
    *((name, "sts:AssumeRole", "roles") for name in ("Plan", "ScanSegment", "WriteBatch")),
}
"""What AWS asks for and this emulator does not: it tells of a missing object also who may not list the
bucket, and reads queues for a function without the function's role. Roles are assumed in test_accounts."""


@pytest.fixture(scope="module")
def calls(stack: Stack, faults: Faults) -> Iterator[Calls]:
    """Nothing reads the write queue meanwhile."""
    assert faults.directory.exists()
    mapping = stack.part("FunctionsWriteBatchQueue")
    stack.functions.update_event_source_mapping(UUID=mapping, Enabled=False)
    jobs.make_indexed(stack)
    yield Calls(stack)
    stack.sqs.purge_queue(QueueUrl=stack.write_queue)
    stack.functions.update_event_source_mapping(UUID=mapping, Enabled=True)


@pytest.mark.parametrize("exercise", HEALTHY, ids=lambda exercise: exercise.__name__)
def test_with_its_grants_a_function_works(calls: Calls, exercise: Exercise) -> None:
    assert exercise(calls) == HEALTHY[exercise]


@pytest.mark.parametrize(("function", "action", "on", "exercise"), NEEDED)
def test_without_a_grant_its_function_does_not_work(
    calls: Calls, function: str, action: str, on: str, exercise: Exercise
) -> None:
    with without(calls.stack, function, action, on):
        assert exercise(calls) != HEALTHY[exercise]


def test_no_grant_is_left_out_here(stack: Stack) -> None:
    shown = {(function, action, on) for function, action, on, _ in NEEDED}
    assert not shown & UNCHECKED
    functions = {function for function, *_ in NEEDED}
    assert {(name, *grant) for name in functions for grant in granted(stack, name)} == shown | UNCHECKED


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
