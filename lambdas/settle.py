"""Looks whether a job is settled; also notes failures that the state machine caught."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from headrace.failures import note_job_failure, note_unit_failure
from headrace.plan import work_of
from headrace.settling import look_on
from lambdas import wiring

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`event`: the `job`, with the `watch` of the look before; or with an `error`, and the `unit` that
    it is of, if it is of one."""
    if "error" in event:
        _note(event)
        return {}
    stall_seconds = wiring.settings().stall_seconds
    seen = look_on(wiring.ledger(), event["job"], event.get("watch"), wiring.clock, stall_seconds)
    logger.info("looked", job=event["job"], done=seen.done, pause=seen.pause)
    return seen.to_json(event["job"])


def _note(event: dict[str, Any]) -> None:
    if "unit" in event:
        note_unit_failure(wiring.ledger(), event["job"], work_of(event["unit"]), event["error"])
    else:
        note_job_failure(wiring.ledger(), event["job"], event["error"])
