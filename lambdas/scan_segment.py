"""A child of the Map: scans a segment of a table, or as much of it as there is time for.

It also takes the event of a plain scanner, which belongs to no job: see `headrace.scanning.lone`.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from headrace.errors import JobError, TurnLostError
from headrace.failures import note_unit_failure, refusal
from headrace.ledger import UnitRecord, UnitState
from headrace.plan import Segment, work_of
from headrace.scanning.lone import read_segment_event
from headrace.stopping import stop_for
from lambdas import wiring
from lambdas.wiring.scanning import scan_defaults, scanner

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`event`: the `job` and the `unit`. `more`: to be called again, with the same event.

    What no second try can mend is noted in the ledger, for the report to judge, and stops the job."""
    if "unit" not in event:
        return _scan_alone(event, context)
    job, segment = event["job"], work_of(event["unit"])
    assert isinstance(segment, Segment), "the state machine gives each function its own units"
    try:
        record = _scan(job, segment, context)
    except TurnLostError:
        logger.info("another worker has the segment", job=job, unit=segment.unit)
        return {"more": False, "cursor": {}}
    cursor = {"page": record.page, "messages": record.sent}
    logger.info("scanned", job=job, unit=record.unit, state=record.state, cursor=cursor)
    is_stopped = wiring.ledger().stopped(job) is not None
    return {"more": record.state is UnitState.RUNNING and not is_stopped, "cursor": cursor}


def _scan(job: str, segment: Segment, context: LambdaContext) -> UnitRecord:
    plan = wiring.plans().find(job)
    try:
        return scanner().scan(plan, segment, wiring.remaining(context), wiring.reserve(context))
    except JobError as error:
        stop_for(wiring.ledger(), job, error)
        return note_unit_failure(wiring.ledger(), job, segment, refusal(error))


def _scan_alone(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A retry of the same invocation has the same name, and so sends the same messages to a FIFO queue."""
    asked = read_segment_event(event)
    name = f"segment-{context.aws_request_id}"
    plan = asked.plan(name, *scan_defaults())
    record = scanner(asked.ledger()).scan(
        plan, asked.segment, wiring.remaining(context), wiring.reserve(context)
    )
    logger.info("scanned", unit=asked.segment.segment, state=record.state, page=record.page)
    return asked.answer(record, name)
