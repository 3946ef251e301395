from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import aws_cdk as cdk
import pytest
from cdk_nag import AwsSolutionsChecks

from infra.protection import KEY_ACTIONS
from infra.settings import Settings
from tests.infra.synthesis import DEFAULT, KEY_ARN, PROTECTED, allowed, of_type, properties, stack

HOME = "arn:AWS::Partition:dynamodb:AWS::Region:AWS::AccountId:table"
BUS = "arn:AWS::Partition:events:AWS::Region:AWS::AccountId:event-bus/default"
EXECUTIONS = "arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:Headrace"
DEMO = {f"{HOME}/headrace-demo"}
INDEXES = {f"{HOME}/headrace-demo/index/*"}
EXPORTS = {"DataBucket/exports/*"}
OBJECTS, JOBS, DEAD, BUCKET = {"DataBucket/*"}, {"DataBucket/jobs/*"}, {"DataBucket/dead/*"}, {"DataBucket"}
LEDGER, WRITES, DEAD_LETTERS = {"LedgerTable"}, {"WriteQueue"}, {"WriteDeadLetterQueue"}


def ledger(*actions: str) -> dict[str, set[str]]:
    return {f"dynamodb:{action}": LEDGER for action in actions}


def consume(queue: set[str]) -> dict[str, set[str]]:
    actions = ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
    return {f"sqs:{action}": queue for action in actions}


REPORT = {
    **ledger("GetItem", "PutItem", "Query"),
    "s3:AbortMultipartUpload": JOBS,
    "s3:GetObject": JOBS,
    "s3:PutObject": JOBS | EXPORTS,
    "s3:ListBucket": BUCKET,
    "events:PutEvents": {BUS},
}
EXPECTED: dict[str, dict[str, set[str]]] = {
    "Plan": {
        "s3:GetObject": OBJECTS,
        "s3:ListBucket": BUCKET,
        "s3:PutObject": JOBS,
        "dynamodb:DescribeTable": DEMO,
        "dynamodb:Scan": DEMO | INDEXES,
        "states:DescribeExecution": {f"{EXECUTIONS}:*"},
        **ledger("DeleteItem", "GetItem", "PutItem"),
        "dynamodb:Query": DEMO | INDEXES | LEDGER,
    },
    "LoadChunk": {
        "s3:GetObject": OBJECTS,
        "s3:ListBucket": BUCKET,
        "s3:PutObject": JOBS,
        "sqs:SendMessage": WRITES,
        **ledger("GetItem", "PutItem", "Query"),
    },
    "ScanSegment": {
        "s3:GetObject": JOBS,
        "s3:ListBucket": BUCKET,
        "s3:PutObject": JOBS | EXPORTS,
        "s3:AbortMultipartUpload": EXPORTS,
        "sqs:SendMessage": WRITES,
        "dynamodb:Scan": DEMO | INDEXES,
        "dynamodb:Query": DEMO | INDEXES,
        **ledger("GetItem", "PutItem"),
        "dynamodb:BatchGetItem": DEMO,
    },
    "WriteBatch": {
        **consume(WRITES),
        "sqs:SendMessage": WRITES,
        "dynamodb:BatchWriteItem": DEMO,
        "dynamodb:DescribeTable": DEMO,
        **ledger("BatchGetItem", "GetItem", "UpdateItem"),
        "dynamodb:PutItem": DEMO | LEDGER,
        "s3:GetObject": JOBS,
        "s3:PutObject": JOBS,
        "s3:ListBucket": BUCKET,
    },
    "DeadLetter": {
        **consume(DEAD_LETTERS),
        **ledger("BatchGetItem", "GetItem", "UpdateItem"),
        "s3:GetObject": JOBS,
        "s3:PutObject": JOBS | DEAD,
        "s3:ListBucket": BUCKET,
    },
    "Settle": ledger("GetItem", "PutItem", "Query"),
    "Report": REPORT,
    "Stop": REPORT,
}


def of_function(name: str, settings: Settings = DEFAULT) -> dict[str, set[str]]:
    (policy,) = properties("AWS::IAM::Role", f"Functions{name}Role", settings)["Policies"]
    return allowed(policy["PolicyDocument"])


@pytest.mark.parametrize("function", EXPECTED)
def test_a_function_may_do_exactly_what_is_listed(function: str) -> None:
    log = {f"Functions{function}Log"}
    logging = {"logs:CreateLogStream": log, "logs:PutLogEvents": log}
    assert of_function(function) == EXPECTED[function] | logging


def test_nothing_is_added_to_a_functions_role_from_elsewhere() -> None:
    attached = {
        role["Ref"] for p in of_type("AWS::IAM::Policy").values() for role in p["Properties"]["Roles"]
    }
    assert not {role for role in attached if role.startswith("Functions")}
    roles = of_type("AWS::IAM::Role").values()
    assert not [role for role in roles if "ManagedPolicyArns" in role["Properties"]]


def test_the_set_tables_are_all_that_may_be_described_and_written() -> None:
    arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/theirs"
    settings = replace(DEFAULT, tables=("mine", "orders-*", arn))
    expected = {f"{HOME}/mine", f"{HOME}/orders-*", arn}
    assert of_function("Plan", settings)["dynamodb:DescribeTable"] == expected
    assert of_function("WriteBatch", settings)["dynamodb:BatchWriteItem"] == expected


@pytest.mark.parametrize("function", EXPECTED)
def test_with_a_key_a_function_may_use_it_and_nothing_more(function: str) -> None:
    added = {action: {KEY_ARN} for action in KEY_ACTIONS}
    assert of_function(function, PROTECTED) == of_function(function) | added


def test_queues_and_roles_are_allowed_to_those_who_need_them_and_only_as_set() -> None:
    queue = "arn:aws:sqs:eu-west-1:123456789012:rows"
    role = "arn:aws:iam::210987654321:role/theirs"
    settings = replace(DEFAULT, queues=(queue,), roles=(role,))
    assert of_function("ScanSegment", settings)["sqs:SendMessage"] == WRITES | {queue}
    assert of_function("Plan", settings)["sqs:GetQueueAttributes"] == {queue}
    assuming = {name for name in EXPECTED if of_function(name, settings).get("sts:AssumeRole") == {role}}
    assert assuming == {"Plan", "ScanSegment", "WriteBatch"}


@pytest.mark.parametrize(("function", "added"), [("LoadChunk", WRITES), ("Plan", set())])
def test_an_emulator_gets_the_action_that_only_it_asks_for(function: str, added: set[str]) -> None:
    local = of_function(function, replace(DEFAULT, local=True))
    assert local.pop("sqs:SendMessageBatch", set()) == added
    assert local == of_function(function)


def of_pipeline(name: str) -> dict[str, set[str]]:
    return allowed(properties("AWS::IAM::Policy", f"Pipeline{name}")["PolicyDocument"])


def test_the_state_machine_may_run_its_steps_its_children_and_nothing_else() -> None:
    executions = "arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:PipelineStateMachine"
    children = {f"{executions}:*", f"{executions}/*"}
    steps = {f"Functions{name}" for name in ("Plan", "LoadChunk", "ScanSegment", "Settle", "Report")}
    assert of_pipeline("Steps") == {"lambda:InvokeFunction": steps}
    assert of_pipeline("Map") == {
        "states:StartExecution": {"PipelineStateMachine"},
        "states:DescribeExecution": children,
        "states:StopExecution": children,
        "s3:GetObject": JOBS | {"DataBucket/map-results/*"},
        "s3:PutObject": {"DataBucket/map-results/*"},
        "s3:AbortMultipartUpload": {"DataBucket/map-results/*"},
        "s3:ListMultipartUploadParts": {"DataBucket/map-results/*"},
    }


def test_only_log_deliveries_and_traces_are_allowed_on_every_resource() -> None:
    policies = [policy["Properties"]["PolicyDocument"] for policy in of_type("AWS::IAM::Policy").values()]
    anywhere = {action for policy in policies for action, on in allowed(policy).items() if "*" in on}
    assert {action.split(":")[0] for action in anywhere} == {"logs", "xray"}


def check(settings: Settings, outdir: Path) -> None:
    app = cdk.App(outdir=str(outdir))
    stack(app, settings)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()


@pytest.mark.parametrize("settings", [DEFAULT, PROTECTED, replace(DEFAULT, tables=("orders-*",))])
def test_cdk_nag_finds_nothing_that_is_not_acknowledged(settings: Settings, tmp_path: Path) -> None:
    check(settings, tmp_path)


def test_every_acknowledgement_answers_a_finding_and_has_a_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reasons: dict[str, str] = {}
    for module in ("acknowledge", "data_bucket", "pipeline", "upload_trigger"):
        monkeypatch.setattr(f"infra.{module}.acknowledge", lambda _, rule, why: reasons.update({rule: why}))
    with pytest.raises(RuntimeError) as raised:
        check(DEFAULT, tmp_path)
    assert set(re.findall(r"Acknowledge with 'AwsSolutions::(.+)'", str(raised.value))) == set(reasons)
    assert all(reason.endswith(".") for reason in reasons.values())
