"""WriteQueue over SQS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headrace.aws.errors import service_errors


class SqsWriteQueue:
    def __init__(self, client: Any, url: str) -> None:
        self._sqs = client
        self._url = url

    def send(self, bodies: Sequence[str], delay: int = 0) -> list[int]:
        entries = [
            {"Id": str(position), "MessageBody": body, "DelaySeconds": delay}
            for position, body in enumerate(bodies)
        ]
        with service_errors("the write queue"):
            answer = self._sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
        return sorted(int(failed["Id"]) for failed in answer.get("Failed", []))

    def release(self, receipt: str, delay: int) -> None:
        with service_errors("the write queue"):
            self._sqs.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=delay
            )
