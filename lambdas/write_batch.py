"""Consumes the write queue: writes messages to their tables, and reports those that have to come again."""

from __future__ import annotations

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import wiring
from lambdas.wiring.writing import writer

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def _write(record: SQSRecord, reserve: float, lambda_context: LambdaContext) -> None:
    writer().take(
        record.body,
        record.receipt_handle,
        int(record.attributes.approximate_receive_count),
        wiring.remaining(lambda_context),
        reserve,
    )


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    write = partial(_write, reserve=wiring.reserve(context))
    return process_partial_response(event, write, processor, context)
