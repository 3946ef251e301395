"""The state machine's last state: ends a job with its report."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from headrace.failures import explain
from headrace.job.naming import job_name
from lambdas.wiring.reporting import reporter

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`event`: as for plan, with the `error` that kept the job from starting, if one did."""
    error = explain(event["error"]) if "error" in event else None
    job = job_name(event["input"], event["name"])
    report = reporter().report(job, event["execution"], error)
    logger.info("ended", job=job, status=report["status"], rows=report["rows"])
    return report
