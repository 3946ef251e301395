"""A child of the Map: loads a work unit, or as much of it as there is time for."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from headrace.ledger import UnitState
from headrace.plan import Unit
from lambdas import wiring

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`event`: the `job` and the `unit`. `more`: to be called again, with the same event."""
    plan = wiring.plans().find(event["job"])
    record = wiring.loader().load(
        plan, Unit(**event["unit"]), wiring.remaining(context), wiring.reserve(context)
    )
    cursor = {"offset": record.offset, "row": record.row, "messages": record.sent}
    logger.info("loaded", job=event["job"], unit=record.unit, state=record.state, cursor=cursor)
    return {"more": record.state is not UnitState.DONE, "cursor": cursor}
