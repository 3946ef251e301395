"""Consumes the dead-letter queue: what was given up becomes rejects, and is settled as failed."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.wiring.giving_up import dead_letters

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def _give_up(record: SQSRecord) -> None:
    logger.warning("a message was given up", message_id=record.message_id)
    dead_letters().take(record.message_id, record.body)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, _give_up, processor, context)
