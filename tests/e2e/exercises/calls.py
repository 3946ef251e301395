"""Each function called by itself, so that it needs what it is granted.

An exercise returns what became of the call, as a word: what a job, a unit or a message is then, or the
name of an error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from headrace import layout
from tests.e2e.stack import Stack


class Calls:
    """`execution`: an ARN for the jobs; there is no such execution."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.execution = f"{stack.state_machine.replace(':stateMachine:', ':execution:')}:e2e"

    def call(self, function: str, event: Mapping[str, Any]) -> Any:
        """What the function returns, or the name of its error."""
        answer = self.stack.functions.invoke(
            FunctionName=self.stack.function(function), Payload=json.dumps(event)
        )
        returned = json.loads(answer["Payload"].read())
        return str(returned.get("errorType")) if "FunctionError" in answer else returned

    # Jobs

    def plan(self, document: Mapping[str, Any], name: str = "", execution: str = "") -> str:
        """The status with which the planner answers."""
        event = {"execution": execution or self.execution, "name": name or self.stack.name()}
        planned = self.call("Plan", {"input": document, **event})
        return planned if isinstance(planned, str) else str(planned["status"])

    def planned(self, document: Mapping[str, Any]) -> str:
        """A job that nobody works on."""
        job = self.stack.name()
        assert self.plan(document, job) == "PLANNED"
        return job

    def cancelled(self, document: Mapping[str, Any]) -> str:
        job = self.planned(document)
        assert self.plan({"cancel": job}) == "CANCELLING"
        return job

    # Units

    def unit(self, job: str, phase: str = "work", number: int = 0) -> dict[str, Any]:
        """From the job's list of units."""
        listed = self.stack.get(f"s3://{self.stack.bucket}/{layout.units_key(job, phase)}")
        unit: dict[str, Any] = json.loads(listed)[number]
        return unit

    def work(self, function: str, job: str, unit: Mapping[str, Any] | None = None, **event: Any) -> str:
        """The state of a unit, or its error, when a function has been called with it.

        Args:
            unit: by default the job's first.
            event: what else the function is told.
        """
        unit = unit or self.unit(job)
        returned = self.call(function, {"job": job, "unit": unit, **event})
        if isinstance(returned, str):
            return returned
        (record,) = [one for one in self.stack.units(job) if one["unit"] == unit["unit"]]
        return str(record["error"] or record["state"]).split(":")[0]

    def left_below(self, prefix: str) -> str:
        """Whether an upload that was broken off is still there."""
        found = self.stack.s3.list_multipart_uploads(Bucket=self.stack.bucket, Prefix=prefix)
        return "left behind" if found.get("Uploads") else "given up"

    # Messages

    def deliver(self, function: str, job: str, table: str, *ids: str) -> str:
        """What the ledger says of the message when its consumer has been called."""
        answer = self.consume(function, message(job, table, *ids))
        if answer != "taken":
            return answer
        key = {"job": {"S": job}, "record": {"S": "settled#000000#000000"}}
        found = self.stack.dynamodb.get_item(TableName=self.stack.ledger_table, Key=key).get("Item", {})
        return next((word for word in ("settled", "parked") if word in found), "unsettled")

    def consume(self, function: str, body: str, receipt: str = "none") -> str:
        record = {
            "messageId": f"e2e-{uuid4().hex}",
            "receiptHandle": receipt,
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1"},
            "eventSource": "aws:sqs",
        }
        answer = self.call(function, {"Records": [record]})
        if isinstance(answer, str):
            return answer
        return "failed" if answer["batchItemFailures"] else "taken"


Exercise = Callable[[Calls], str]


def message(job: str, table: str, *ids: str) -> str:
    header = {"v": 1, "job": job, "unit": 0, "sequence": 0, "target": table, "requests": len(ids), "units": 1}
    items = [{"PutRequest": {"Item": {"id": {"S": value}, "price": {"N": "1"}}}} for value in ids]
    return json.dumps(header) + "\n" + json.dumps(items)
