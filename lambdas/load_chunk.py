"""A child of the Map: loads a work unit, or as much of it as there is time for."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from headrace.errors import JobError, TurnLostError
from headrace.failures import note_unit_failure, refusal
from headrace.ledger import UnitRecord, UnitState
from headrace.plan import Unit, work_of
from headrace.stopping import stop_for
from lambdas import wiring
from lambdas.wiring.loading import loader

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`event`: the `job` and the `unit`. `more`: to be called again, with the same event.

    What no second try can mend is noted in the ledger, for the report to judge, and stops the job."""
    job, unit = event["job"], work_of(event["unit"])
    assert isinstance(unit, Unit), "the state machine gives each function its own units"
    try:
        record = _load(job, unit, context)
    except TurnLostError:
        logger.info("another worker has the unit", job=job, unit=unit.unit)
        return {"more": False, "cursor": {}}
    cursor = {"offset": record.offset, "row": record.row, "messages": record.sent}
    logger.info("loaded", job=job, unit=record.unit, state=record.state, cursor=cursor)
    is_stopped = wiring.ledger().stopped(job) is not None
    return {"more": record.state is UnitState.RUNNING and not is_stopped, "cursor": cursor}


def _load(job: str, unit: Unit, context: LambdaContext) -> UnitRecord:
    plan = wiring.plans().find(job)
    try:
        return loader().load(plan, unit, wiring.remaining(context), wiring.reserve(context))
    except JobError as error:
        stop_for(wiring.ledger(), job, error)
        return note_unit_failure(wiring.ledger(), job, unit, refusal(error))
