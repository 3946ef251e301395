"""Executions over Step Functions."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from headrace.aws.errors import code_of, service_errors

_MAY_STILL_RUN = {"RUNNING", "PENDING_REDRIVE"}


class SfnExecutions:
    def __init__(self, client: Any) -> None:
        self._sfn = client

    def is_running(self, arn: str) -> bool:
        """One that Step Functions does not know, or no more, is not running."""
        with service_errors(f"execution {arn}"):
            try:
                status: str = self._sfn.describe_execution(executionArn=arn)["status"]
            except ClientError as error:
                if code_of(error) == "ExecutionDoesNotExist":
                    return False
                raise
        return status in _MAY_STILL_RUN
