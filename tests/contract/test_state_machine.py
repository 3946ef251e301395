"""The state machine and the stack that it is of, for those who use them from outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from botocore.stub import Stubber

from headrace.aws.clients import clients_of
from headrace.aws.stacks import stack_outputs
from headrace.aws.state_machine import SfnStateMachine
from headrace.errors import (
    CredentialsError,
    HeadraceError,
    JobExistsError,
    JobInvalidError,
    StackAccessError,
    StackNotFoundError,
    TransientError,
)
from headrace.ports import StateMachine
from tests.contract.conftest import REGION, client
from tests.fakes import FakeClock, MemoryStateMachine

WAITS = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}
JOB = {"operation": "count", "source": "orders"}
OUTPUTS = {"DataBucketName": "data", "LedgerTableName": "ledger"}


@dataclass(frozen=True)
class Machine:
    port: StateMachine
    pass_time: Callable[[], None]


@pytest.fixture(params=["fake", "moto"])
def machine(request: pytest.FixtureRequest) -> Machine:
    if request.param == "fake":
        clock = FakeClock()
        return Machine(MemoryStateMachine(clock), lambda: clock.sleep(1))
    request.getfixturevalue("aws")
    states = client("stepfunctions")
    role = "arn:aws:iam::123456789012:role/any"
    made = states.create_state_machine(name="Headrace", definition=json.dumps(WAITS), roleArn=role)
    return Machine(SfnStateMachine(states, made["stateMachineArn"]), lambda: None)


def test_what_was_started_runs_with_its_input(machine: Machine) -> None:
    arn = machine.port.start("one", JOB)
    assert arn == machine.port.arn_of("one")
    found = machine.port.describe(arn)
    assert found
    assert (found.name, found.status, found.is_running, found.ended) == ("one", "RUNNING", True, None)
    assert found.document == JOB
    assert found.started > 0


def test_the_same_start_again_is_the_same_execution_and_another_of_that_name_is_refused(
    machine: Machine,
) -> None:
    assert machine.port.start("one", JOB) == machine.port.start("one", JOB)
    with pytest.raises(JobExistsError, match="'one'"):
        machine.port.start("one", JOB | {"source": "others"})


def test_an_execution_that_was_stopped_has_ended(machine: Machine) -> None:
    arn = machine.port.start("one", JOB)
    machine.pass_time()
    machine.port.stop(arn, "why not")
    found = machine.port.describe(arn)
    assert found
    assert (found.status, found.is_running) == ("ABORTED", False)
    assert found.ended is not None
    with pytest.raises(JobExistsError):
        machine.port.start("one", JOB | {"source": "others"})


def test_executions_are_listed_the_newest_first(machine: Machine) -> None:
    for name in ("one", "two", "three"):
        machine.port.start(name, JOB)
        machine.pass_time()
    assert [one.name for one in machine.port.executions()] == ["three", "two", "one"]


def test_an_execution_that_never_was_is_none(machine: Machine) -> None:
    assert machine.port.describe(machine.port.arn_of("never")) is None


class States:
    """Answers with an error, or with pages of executions."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def start_execution(self, **_: object) -> Any:
        assert self._error
        raise self._error

    def list_executions(self, **asked: Any) -> dict[str, Any]:
        page = int(asked.get("nextToken", 0))
        started = FakeDate()
        entry = {"executionArn": f"arn{page}", "name": str(page), "status": "RUNNING", "startDate": started}
        return {"executions": [entry]} | ({"nextToken": str(page + 1)} if page < 2 else {})


class FakeDate:
    def timestamp(self) -> float:
        return 1.0


def test_every_page_of_executions_is_read() -> None:
    assert [one.arn for one in SfnStateMachine(States(), "arn").executions()] == ["arn0", "arn1", "arn2"]


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "the message"}}, "any")


ERRORS: list[tuple[Exception, type[HeadraceError], str]] = [
    (refusal("StateMachineDoesNotExist"), StackNotFoundError, "deploy"),
    (refusal("InvalidExecutionInput"), JobInvalidError, "the message"),
    (refusal("AccessDeniedException"), StackAccessError, "may not"),
    (refusal("ThrottlingException"), TransientError, "the message"),
    (NoCredentialsError(), CredentialsError, "name a profile"),
    (EndpointConnectionError(endpoint_url="http://x"), TransientError, "http://x"),
]


@pytest.mark.parametrize(("error", "ours", "told"), ERRORS, ids=lambda value: repr(value)[:40])
def test_an_error_of_the_sdk_becomes_one_of_ours(
    error: Exception, ours: type[HeadraceError], told: str
) -> None:
    with pytest.raises(ours, match=told):
        SfnStateMachine(States(error), "arn").start("one", JOB)


def outputs_of(stack: str, add: Callable[[Stubber, dict[str, str]], None]) -> dict[str, str]:
    """`add`: the answer, to the request that is expected."""
    cloudformation = client("cloudformation", aws_access_key_id="testing", aws_secret_access_key="testing")
    with Stubber(cloudformation) as stub:
        add(stub, {"StackName": stack})
        return stack_outputs(cloudformation, stack)


def test_a_stack_has_its_outputs() -> None:
    def answer(stub: Stubber, asked: dict[str, str]) -> None:
        outputs = [{"OutputKey": name, "OutputValue": value} for name, value in OUTPUTS.items()]
        made = {"CreationTime": datetime(2026, 1, 1, tzinfo=UTC), "StackStatus": "CREATE_COMPLETE"}
        stub.add_response("describe_stacks", {"Stacks": [{**asked, "Outputs": outputs, **made}]}, asked)

    assert outputs_of("Headrace", answer) == OUTPUTS


@pytest.mark.parametrize(
    ("code", "ours", "told"),
    [
        ("ValidationError", StackNotFoundError, f"'Elsewhere' in region {REGION} .*cdk deploy"),
        ("AccessDenied", StackAccessError, "may not"),
        ("Throttling", TransientError, "the message"),
    ],
)
def test_a_stack_that_cannot_be_found_is_told(code: str, ours: type[HeadraceError], told: str) -> None:
    def refuse(stub: Stubber, asked: dict[str, str]) -> None:
        stub.add_client_error("describe_stacks", code, "the message", 400, expected_params=asked)

    with pytest.raises(ours, match=told):
        outputs_of("Elsewhere", refuse)


@pytest.mark.usefixtures("aws")
def test_clients_are_made_for_the_region_that_is_named() -> None:
    assert clients_of("us-east-2", None, None)("s3").meta.region_name == "us-east-2"
    assert clients_of(None, None, "http://127.0.0.1:1")("s3").meta.endpoint_url == "http://127.0.0.1:1"


def test_a_profile_and_a_region_that_are_not_there_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    with pytest.raises(CredentialsError, match="nobody"):
        clients_of(None, "nobody", None)
    with pytest.raises(CredentialsError, match="specify a region"):
        clients_of(None, None, None)("stepfunctions")
