"""The state machine's first state: plans a job."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from headrace.errors import JobError
from headrace.failures import refusal
from headrace.planner import Execution
from lambdas import wiring
from lambdas.wiring.planning import planner

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`event`: the execution's `input`, its ARN as `execution` and its `name`."""
    execution = Execution(event["execution"], event["name"], wiring.table_home(context))
    try:
        planned = planner().plan(
            event["input"], execution, wiring.remaining(context), wiring.reserve(context)
        )
    except JobError as error:
        planned = {"status": "REFUSED", "error": refusal(error)}
    logger.info("planned", job=planned.get("job", event["name"]), status=planned["status"])
    return planned
