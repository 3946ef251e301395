"""Executions: whether one still runs."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from headrace.aws.executions import SfnExecutions
from headrace.errors import TransientError
from headrace.ports import Executions
from tests.contract.conftest import REGION, client
from tests.fakes import MemoryExecutions

STATES = f"arn:aws:states:{REGION}:123456789012"
WAITS = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}


@pytest.mark.parametrize("kind", ["fake", "moto"])
def test_an_execution_runs_from_its_start_to_its_end(kind: str, request: pytest.FixtureRequest) -> None:
    gone = f"{STATES}:execution:Headrace:gone"
    if kind == "fake":
        running = f"{STATES}:execution:Headrace:one"
        fake = MemoryExecutions(running)
        _check(fake, running, gone)
        fake.running.clear()
        assert not fake.is_running(running)
        return
    request.getfixturevalue("aws")
    states = client("stepfunctions")
    role = "arn:aws:iam::123456789012:role/any"
    machine = states.create_state_machine(name="Headrace", definition=json.dumps(WAITS), roleArn=role)
    running = states.start_execution(stateMachineArn=machine["stateMachineArn"], name="one")["executionArn"]
    _check(SfnExecutions(states), running, gone)
    states.stop_execution(executionArn=running)
    assert not SfnExecutions(states).is_running(running)


def _check(executions: Executions, running: str, gone: str) -> None:
    assert executions.is_running(running)
    assert not executions.is_running(gone)


class States:
    """Answers with a status or an error."""

    def __init__(self, status: str = "", code: str = "") -> None:
        self._status = status
        self._code = code

    def describe_execution(self, **_: object) -> dict[str, str]:
        if self._code:
            raise ClientError({"Error": {"Code": self._code, "Message": "the message"}}, "any")
        return {"status": self._status}


@pytest.mark.parametrize(
    ("status", "runs"),
    [
        ("RUNNING", True),
        ("PENDING_REDRIVE", True),
        ("SUCCEEDED", False),
        ("FAILED", False),
        ("TIMED_OUT", False),
        ("ABORTED", False),
    ],
)
def test_only_what_may_still_do_something_runs(status: str, runs: bool) -> None:
    assert SfnExecutions(States(status)).is_running("arn") is runs


def test_what_cannot_be_told_is_trouble_that_may_pass() -> None:
    with pytest.raises(TransientError, match=r"execution arn: .*the message"):
        SfnExecutions(States(code="AccessDeniedException")).is_running("arn")
