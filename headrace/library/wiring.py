"""The composition root of the library: the parts of a deployed pipeline, over AWS."""

from __future__ import annotations

import random
from collections.abc import Mapping

from headrace import names
from headrace.aws.clients import clients_of
from headrace.aws.ledger import DynamoLedger
from headrace.aws.objects import S3ObjectStore
from headrace.aws.stacks import stack_outputs
from headrace.aws.state_machine import SfnStateMachine
from headrace.clock import SystemClock
from headrace.library.deployed import Deployed, check_outputs

_DAYS = 1
"""How long a record stays that the library would write: it only reads."""


def find_deployed(stack: str, region: str | None, profile: str | None, endpoint: str | None) -> Deployed:
    """Raises StackNotFoundError, StackAccessError, CredentialsError, SettingError, TransientError."""
    outputs = stack_outputs(clients_of(region, profile, endpoint)("cloudformation"), stack)
    check_outputs(outputs, f"stack {stack!r}")
    return deployed_of(outputs, region, profile, endpoint)


def deployed_of(
    outputs: Mapping[str, str], region: str | None, profile: str | None, endpoint: str | None
) -> Deployed:
    """
    Args:
        region: None: that of the state machine.
    """
    machine = outputs[names.OUTPUT_STATE_MACHINE_ARN]
    client, clock = clients_of(region or machine.split(":")[3], profile, endpoint), SystemClock()
    return Deployed(
        machine=SfnStateMachine(client("stepfunctions"), machine),
        store=S3ObjectStore(client("s3")),
        ledger=DynamoLedger(client("dynamodb"), outputs[names.OUTPUT_LEDGER_TABLE], clock, _DAYS),
        clock=clock,
        rng=random.SystemRandom(),
        bucket=outputs[names.OUTPUT_DATA_BUCKET],
    )
