"""Ends the job of an execution that was stopped, ran out of time or failed without a report."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from headrace.broken_off import read_broken_off
from lambdas.wiring.reporting import reporter

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """`event`: EventBridge's, of the state machine's executions. What the job's workers still send is set
    aside by the writers; `{"resume": "<job>"}` does the rest."""
    ended = read_broken_off(event["detail"])
    report = reporter().report_stopped(ended.job, ended.execution, ended.stop)
    if report is None:
        logger.info("nothing to end", job=ended.job, execution=ended.execution)
    else:
        logger.info("ended", job=ended.job, status=report["status"], rows=report["rows"])
