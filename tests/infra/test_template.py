from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import aws_cdk as cdk
import pytest

from headrace import names
from infra.settings import Settings
from tests.infra.synthesis import DEFAULT, KEY_ARN, PROTECTED, of_type, properties, readable, stack, template

QUEUE, FUNCTION, BUCKET = "AWS::SQS::Queue", "AWS::Lambda::Function", "AWS::S3::Bucket"
LOG, TABLE, MAPPING = "AWS::Logs::LogGroup", "AWS::DynamoDB::Table", "AWS::Lambda::EventSourceMapping"
FUNCTIONS = ("Plan", "LoadChunk", "ScanSegment", "WriteBatch", "DeadLetter", "Settle", "Report", "Stop")
QUEUE_ARN = "arn:aws:sqs:eu-west-1:123456789012:rows"
ROLE_ARN = "arn:aws:iam::123456789012:role/theirs"
SLOW_WRITER = replace(DEFAULT, writer_timeout=300)


@pytest.mark.parametrize("settings", [DEFAULT, SLOW_WRITER])
@pytest.mark.parametrize(
    ("queue", "function"), [("WriteQueue", "WriteBatch"), ("WriteDeadLetterQueue", "DeadLetter")]
)
def test_a_queue_hides_a_message_for_six_timeouts(queue: str, function: str, settings: Settings) -> None:
    timeout = properties(FUNCTION, f"Functions{function}", settings)["Timeout"]
    assert properties(QUEUE, queue, settings)["VisibilityTimeout"] >= 6 * timeout


@pytest.mark.parametrize(
    ("mapping", "queue"), [("WriteBatchQueue", "WriteQueue"), ("DeadLetterQueue", "WriteDeadLetterQueue")]
)
def test_a_queue_feeds_its_function_and_learns_which_messages_failed(mapping: str, queue: str) -> None:
    found = properties(MAPPING, f"Functions{mapping}")
    assert readable(found["EventSourceArn"]) == queue
    assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert found["BatchSize"] == 10


def test_a_message_that_keeps_failing_becomes_a_dead_letter() -> None:
    redrive = properties(QUEUE, "WriteQueue", replace(DEFAULT, max_receives=7))["RedrivePolicy"]
    assert readable(redrive["deadLetterTargetArn"]) == "WriteDeadLetterQueue"
    assert redrive["maxReceiveCount"] == 7


def test_writers_run_at_most_at_the_set_concurrency() -> None:
    found = properties(MAPPING, "FunctionsWriteBatchQueue", replace(DEFAULT, writer_concurrency=33))
    assert found["ScalingConfig"] == {"MaximumConcurrency": 33}


def test_every_queue_is_encrypted_and_keeps_messages_for_14_days() -> None:
    for queue in of_type(QUEUE).values():
        assert queue["Properties"]["SqsManagedSseEnabled"] is True
        assert queue["Properties"]["MessageRetentionPeriod"] == 14 * 86400


def test_the_bucket_and_every_queue_refuse_plain_http() -> None:
    policies = [*of_type("AWS::S3::BucketPolicy").values(), *of_type("AWS::SQS::QueuePolicy").values()]
    denials = [_denies_plain_http(policy["Properties"]["PolicyDocument"]) for policy in policies]
    assert denials == [True] * (len(of_type(BUCKET)) + len(of_type(QUEUE)))


def _denies_plain_http(document: dict[str, list[dict[str, object]]]) -> bool:
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    return any(s["Effect"] == "Deny" and s.get("Condition") == plain for s in document["Statement"])


def test_the_bucket_is_private_encrypted_and_tells_eventbridge_itself() -> None:
    bucket = properties(BUCKET, "DataBucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert "BucketEncryption" in bucket
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}


def test_there_is_no_custom_resource_and_no_function_but_the_eight() -> None:
    assert set(of_type(FUNCTION)) == {f"Functions{name}" for name in FUNCTIONS}
    kinds = {resource["Type"] for resource in template(PROTECTED)["Resources"].values()}
    assert not {kind for kind in kinds if kind.startswith(("Custom::", "AWS::CloudFormation::"))}


def test_what_jobs_leave_behind_expires_but_dead_messages_and_uploads_do_not() -> None:
    rules = properties(BUCKET, "DataBucket", replace(DEFAULT, retention_days=7))["LifecycleConfiguration"][
        "Rules"
    ]
    expiring = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
    assert expiring == {"jobs/": 7, "map-results/": 7}
    assert [rule for rule in rules if "AbortIncompleteMultipartUpload" in rule]


def test_the_ledger_has_its_keys_expiry_and_recovery() -> None:
    table = properties(TABLE, "LedgerTable")
    keys = [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]]
    assert keys == [("job", "HASH"), ("record", "RANGE")]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_every_log_is_kept_as_long_as_set() -> None:
    groups = of_type(LOG, PROTECTED)
    assert len(groups) == len(FUNCTIONS) + 1
    assert {group["Properties"]["RetentionInDays"] for group in groups.values()} == {7}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_has_its_handler_its_own_log_and_all_it_is_told(function: str) -> None:
    found = properties(FUNCTION, f"Functions{function}")
    module = found["Handler"].split(".")[1]
    assert module.replace("_", "") == function.lower()
    assert readable(found["LoggingConfig"]["LogGroup"]) == f"Functions{function}Log"
    environment = {key: readable(value) for key, value in found["Environment"]["Variables"].items()}
    assert environment == {
        names.ENV_BUCKET: "DataBucket",
        names.ENV_WRITE_QUEUE_URL: "WriteQueue",
        names.ENV_LEDGER_TABLE: "LedgerTable",
        names.ENV_TABLES: "headrace-demo",
        names.ENV_RETENTION_DAYS: "30",
        names.ENV_STALL_SECONDS: "2700",
        "POWERTOOLS_SERVICE_NAME": "headrace",
    }


def test_functions_are_told_what_else_they_may_use() -> None:
    table, url = "orders", "https://sqs.eu-west-1.amazonaws.com/123456789012/rows"
    settings = replace(DEFAULT, queues=(QUEUE_ARN,), roles=(ROLE_ARN,), scan_table=table, scan_queue_url=url)
    told = properties(FUNCTION, "FunctionsScanSegment", settings)["Environment"]["Variables"]
    assert told[names.ENV_QUEUES] == QUEUE_ARN
    assert told[names.ENV_ROLES] == ROLE_ARN
    assert (told[names.ENV_SCAN_TABLE], told[names.ENV_SCAN_QUEUE_URL]) == (table, url)


def test_an_execution_that_ends_without_its_report_calls_the_function_that_writes_it() -> None:
    rule = properties("AWS::Events::Rule", "StopRule")
    detail = rule["EventPattern"]["detail"]
    assert rule["EventPattern"]["detail-type"] == ["Step Functions Execution Status Change"]
    assert detail["status"] == ["ABORTED", "FAILED", "TIMED_OUT"]
    assert readable(detail["stateMachineArn"][0]) == "PipelineStateMachine"
    (target,) = rule["Targets"]
    assert readable(target["Arn"]) == "FunctionsStop"
    assert readable(target["DeadLetterConfig"]["Arn"]) == "UploadUndelivered"


def test_functions_get_the_set_memory_timeouts_and_target() -> None:
    set_ = replace(DEFAULT, memory_plan=300, loader_timeout=120, architecture="x86_64")
    plan = properties(FUNCTION, "FunctionsPlan", set_)
    assert (plan["MemorySize"], plan["Runtime"], plan["Architectures"]) == (300, "python3.14", ["x86_64"])
    assert properties(FUNCTION, "FunctionsLoadChunk", set_)["Timeout"] == 120


def test_a_key_encrypts_everything_that_holds_data() -> None:
    assert {queue["Properties"]["KmsMasterKeyId"] for queue in of_type(QUEUE, PROTECTED).values()} == {
        KEY_ARN
    }
    assert {group["Properties"]["KmsKeyId"] for group in of_type(LOG, PROTECTED).values()} == {KEY_ARN}
    assert properties(TABLE, "LedgerTable", PROTECTED)["SSESpecification"]["KMSMasterKeyId"] == KEY_ARN
    assert KEY_ARN in json.dumps(properties(BUCKET, "DataBucket", PROTECTED)["BucketEncryption"])


@pytest.mark.parametrize(("settings", "policy"), [(DEFAULT, "Retain"), (PROTECTED, "Delete")])
def test_data_stays_or_goes_with_the_stack_as_set(settings: Settings, policy: str) -> None:
    for kind in (BUCKET, TABLE, QUEUE, LOG):
        assert {resource["DeletionPolicy"] for resource in of_type(kind, settings).values()} == {policy}


def test_an_upload_below_incoming_starts_the_state_machine() -> None:
    rule = properties("AWS::Events::Rule", "UploadRule")
    detail = rule["EventPattern"]["detail"]
    assert rule["EventPattern"]["detail-type"] == ["Object Created"]
    assert detail["object"] == {"key": [{"prefix": "incoming/"}]}
    assert readable(detail["bucket"]["name"][0]) == "DataBucket"
    (target,) = rule["Targets"]
    assert readable(target["Arn"]) == "PipelineStateMachine"
    assert readable(target["DeadLetterConfig"]["Arn"]) == "UploadUndelivered"


def test_the_state_machine_logs_all_events_but_no_data() -> None:
    logging = properties("AWS::StepFunctions::StateMachine", "PipelineStateMachine")["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)


def test_an_alarm_watches_dead_letters_errors_jobs_and_both_queues() -> None:
    alarms = {name.removeprefix("Alarms") for name in of_type("AWS::CloudWatch::Alarm")}
    errors = {f"{function}Errors" for function in FUNCTIONS}
    assert alarms == {"DeadLetters", "FailedJobs", "OldestWrite", "OldestDeadLetter", *errors}


def test_the_outputs_are_those_that_clients_look_for() -> None:
    outputs = {value for name, value in vars(names).items() if name.startswith("OUTPUT_")}
    assert set(template()["Outputs"]) == outputs


def test_the_stack_has_the_set_name(tmp_path: Path) -> None:
    assert stack(cdk.App(outdir=str(tmp_path)), replace(DEFAULT, stack_name="Other")).stack_name == "Other"


def test_the_definitions_placeholders_are_those_that_the_stack_fills_in() -> None:
    definition = Path(__file__).parents[2].joinpath("statemachine", "job.asl.json").read_text()
    machine = properties("AWS::StepFunctions::StateMachine", "PipelineStateMachine")
    assert set(machine["DefinitionSubstitutions"]) == set(re.findall(r"\$\{(\w+)\}", definition))
