"""A child of the Map: loads a work unit, or as much of it as there is time for."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from headrace.errors import JobError
from headrace.failures import note_unit_failure, refusal
from headrace.ledger import UnitState
from headrace.plan import Unit
from lambdas import wiring

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`event`: the `job` and the `unit`. `more`: to be called again, with the same event.

    A unit that cannot be loaded whatever is tried is noted in the ledger, for the report to judge."""
    plan = wiring.plans().find(event["job"])
    unit = Unit(**event["unit"])
    try:
        record = wiring.loader().load(plan, unit, wiring.remaining(context), wiring.reserve(context))
    except JobError as error:
        record = note_unit_failure(wiring.ledger(), event["job"], unit, refusal(error))
    cursor = {"offset": record.offset, "row": record.row, "messages": record.sent}
    logger.info("loaded", job=event["job"], unit=record.unit, state=record.state, cursor=cursor)
    return {"more": record.state is UnitState.RUNNING, "cursor": cursor}
