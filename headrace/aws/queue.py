"""WriteQueue and UserQueue over SQS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headrace.aws.errors import HERE, queue_errors, service_errors
from headrace.job.model import Place
from headrace.ports import UserMessage


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
        return _failed(answer)

    def release(self, receipt: str, delay: int) -> None:
        with service_errors("the write queue"):
            self._sqs.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=delay
            )


class SqsUserQueue:
    """
    Args:
        place: as who the queue is used, for the text of errors.
    """

    def __init__(self, client: Any, url: str, place: Place = HERE) -> None:
        self._sqs = client
        self._url = url
        self._place = place

    def check(self) -> None:
        with queue_errors(self._url, self._place):
            self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])

    def send(self, messages: Sequence[UserMessage]) -> list[int]:
        entries = [_entry(position, message) for position, message in enumerate(messages)]
        with queue_errors(self._url, self._place):
            answer = self._sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
        return _failed(answer)


def _entry(position: int, message: UserMessage) -> dict[str, str]:
    entry = {"Id": str(position), "MessageBody": message.body}
    if message.group is not None:
        entry["MessageGroupId"] = message.group
    if message.identity is not None:
        entry["MessageDeduplicationId"] = message.identity
    return entry


def _failed(answer: Mapping[str, Any]) -> list[int]:
    return sorted(int(failed["Id"]) for failed in answer.get("Failed", []))
