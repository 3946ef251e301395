"""What the stack tells others: its events, caught by a rule into a queue."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from headrace import names
from tests.e2e.emulator import Emulator
from tests.e2e.stack import until

_NAME = "e2e-finished"


class FinishedJobs:
    """Counts the events `headrace / Job Finished` from now on."""

    def __init__(self, emulator: Emulator) -> None:
        self._sqs, events = emulator.client("sqs"), emulator.client("events")
        self._queue = self._sqs.create_queue(QueueName=_NAME)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        self._allow(queue := arn["Attributes"]["QueueArn"])
        pattern = {"source": [names.EVENT_SOURCE], "detail-type": [names.EVENT_DETAIL_TYPE]}
        events.put_rule(Name=_NAME, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=_NAME, Targets=[{"Id": "queue", "Arn": queue}])
        self.count: Counter[str] = Counter()
        self._details: dict[str, dict[str, Any]] = {}

    def _allow(self, queue: str) -> None:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._sqs.set_queue_attributes(QueueUrl=self._queue, Attributes={"Policy": policy})

    def detail(self, job: str) -> dict[str, Any]:
        """The event that told of the job's end."""
        return until(lambda: self._received().get(job), f"an event of {job}", 20)

    def _received(self) -> dict[str, dict[str, Any]]:
        """All that has come by now, by job."""
        received = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10)
        for message in received.get("Messages", []):
            detail = json.loads(message["Body"])["detail"]
            self.count[detail["job"]] += 1
            self._details[detail["job"]] = detail
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return self._details
