"""The library over AWS: its parts are put together where the stack is."""

from __future__ import annotations

import json

import pytest

from headrace import names
from headrace.library.pipeline import Pipeline
from tests.contract.conftest import REGION, client, real_ledger

JOB = {"operation": "count", "source": "orders"}
WAITS = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}


@pytest.mark.usefixtures("aws")
def test_a_pipeline_by_its_outputs_is_used_where_its_state_machine_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real_ledger()
    client("s3").create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    machine = client("stepfunctions").create_state_machine(
        name="Headrace", definition=json.dumps(WAITS), roleArn="arn:aws:iam::123456789012:role/any"
    )
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    outputs = {
        names.OUTPUT_STATE_MACHINE_ARN: machine["stateMachineArn"],
        names.OUTPUT_DATA_BUCKET: "data",
        names.OUTPUT_LEDGER_TABLE: "ledger",
    }
    pipeline = Pipeline.from_outputs(outputs)
    job = pipeline.start(JOB)
    status = pipeline.status(job)
    assert (status.status, status.phase) == ("RUNNING", "planning")
    assert [(one.job, one.operation, one.source) for one in pipeline.jobs()] == [(job, "count", "orders")]
    assert "had not begun" in pipeline.cancel(job)
    assert pipeline.status(job).status == "CANCELLED"
