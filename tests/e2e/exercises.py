"""Each function called by itself, so that it needs what it is granted.

An exercise returns what became of the call, as a word: `done`, or what else happened.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from headrace import layout
from tests.e2e.stack import Stack

ROWS = "id,price:N\n1,1\nbad,cheap\n"
UNIT = {"unit": 0, "start": 11, "end": len(ROWS), "row": 2, "records": 2}


class Exercises:
    """`table` has an item's place for each; `throttled` is one that takes nothing."""

    def __init__(self, stack: Stack, table: str, throttled: str) -> None:
        self._stack = stack
        self._table = table
        self._throttled = throttled

    # plan

    def plan(self, key: str = "incoming/{}/rows.csv") -> str:
        """An upload without options: what is not there has to be told from what is not allowed."""
        key = key.format(self._table)
        self._stack.put(key, ROWS)
        detail = {"bucket": {"name": self._stack.bucket}, "object": {"key": key, "sequencer": uuid4().hex}}
        event = {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}
        planned = self._call("Plan", {"input": event, "execution": "arn:e2e", "name": "e2e"})
        return planned if isinstance(planned, str) else str(planned["status"])

    # load_chunk

    def load(self) -> str:
        return self._load(self._planned())

    def load_what_is_gone(self) -> str:
        job = self._planned(f"s3://{self._stack.bucket}/sources/gone-{uuid4().hex}.csv")
        self._load(job)
        return self._unit_error(job)

    def _load(self, job: str) -> str:
        loaded = self._call("LoadChunk", {"job": job, "unit": UNIT})
        return loaded if isinstance(loaded, str) else self._unit_error(job) or "done"

    def _unit_error(self, job: str) -> str:
        key = {"job": {"S": job}, "record": {"S": "unit#000000"}}
        item = self._stack.dynamodb.get_item(TableName=self._stack.ledger_table, Key=key).get("Item")
        error = json.loads(item["data"]["S"])["error"] if item else None
        return error.split(":")[0] if error else ""

    # write_batch

    def write(self) -> str:
        """One row that the table takes and one that it refuses, which becomes a reject."""
        return self._consume("WriteBatch", message(self._planned(), self._table, "1", ""))

    def put_back(self) -> str:
        job = self._planned()
        self._stack.dynamodb.put_item(TableName=self._stack.ledger_table, Item=running(job))
        return self._consume("WriteBatch", message(job, self._throttled, "1"))

    def release(self) -> str:
        """A message that cannot be written comes again at once, not when its visibility timeout ends."""
        body = f"no message at all, {uuid4().hex}"
        self._stack.sqs.send_message(QueueUrl=self._stack.write_queue, MessageBody=body)
        receipt = self._receive(body)
        assert receipt
        self._consume("WriteBatch", body, receipt)
        return "released" if self._receive(body) else "still hidden"

    def _receive(self, body: str) -> str | None:
        """The receipt of the message, if it comes within a few seconds."""
        for _ in range(5):
            received = self._stack.sqs.receive_message(
                QueueUrl=self._stack.write_queue, MaxNumberOfMessages=10, WaitTimeSeconds=1
            )
            for message in received.get("Messages", []):
                if message["Body"] == body:
                    return str(message["ReceiptHandle"])
        return None

    # dead_letter

    def give_up(self) -> str:
        return self._consume("DeadLetter", message(self._planned(), self._table, "1"))

    def put_away(self) -> str:
        return self._consume("DeadLetter", "no message at all")

    def put_away_what_no_job_has(self) -> str:
        return self._consume("DeadLetter", message(self._stack.name(), self._table, "1"))

    # settle and report

    def look(self) -> str:
        looked = self._call("Settle", {"job": self._planned()})
        return looked if isinstance(looked, str) else "done"

    def note_failure(self) -> str:
        failure = {"Error": "TransientError", "Cause": "{}"}
        noted = self._call("Settle", {"job": self._planned(), "unit": UNIT, "error": failure})
        return noted if isinstance(noted, str) else "done"

    def report(self) -> str:
        job = self._planned()
        reported = self._call("Report", {"input": {}, "execution": "arn:e2e", "name": job})
        return reported if isinstance(reported, str) else "done"

    # What they share

    def _planned(self, source: str = "") -> str:
        """The plan of a job of its own, as the function makes it; nothing else of the job is there."""
        made = self._stack.put("sources/grants.csv", ROWS)
        job = self._stack.name()
        etag = self._stack.s3.head_object(Bucket=self._stack.bucket, Key="sources/grants.csv")["ETag"]
        bucket, key = (source or made).removeprefix("s3://").split("/", 1)
        keys = [{"name": "id", "type": "S", "role": "partition", "index": None}]
        plan = {
            "job_id": job,
            "job": {"operation": "load", "source": source or made, "target": self._table},
            "source": {"bucket": bucket, "key": key, "size": len(ROWS), "etag": etag},
            "codec": "utf-8",
            "zipped": False,
            "header": ["id", "price:N"],
            "keys": keys,
            "inferred": [],
            "looks_like": {},
            "records": 2,
            "units": 1,
        }
        self._stack.put(layout.plan_key(job), json.dumps(plan))
        return job

    def _consume(self, function: str, body: str, receipt: str = "none") -> str:
        record = {
            "messageId": f"e2e-{uuid4().hex}",
            "receiptHandle": receipt,
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1"},
            "eventSource": "aws:sqs",
        }
        answer = self._call(function, {"Records": [record]})
        if isinstance(answer, str):
            return answer
        return "failed" if answer["batchItemFailures"] else "done"

    def _call(self, function: str, event: dict[str, Any]) -> dict[str, Any] | str:
        """What the function returns, or the name of its error."""
        answer = self._stack.functions.invoke(
            FunctionName=self._stack.function(function), Payload=json.dumps(event)
        )
        returned: dict[str, Any] = json.loads(answer["Payload"].read())
        return str(returned.get("errorType")) if "FunctionError" in answer else returned


Exercise = Callable[[Exercises], str]


def message(job: str, table: str, *ids: str) -> str:
    header = {"v": 1, "job": job, "unit": 0, "sequence": 0, "target": table, "requests": len(ids), "units": 1}
    items = [{"PutRequest": {"Item": {"id": {"S": value}, "price": {"N": "1"}}}} for value in ids]
    return json.dumps(header) + "\n" + json.dumps(items)


def running(job: str) -> dict[str, Any]:
    record = {"job": job, "execution": "arn:e2e", "started": time.time(), "state": "running", "units": 1}
    return {"job": {"S": job}, "record": {"S": "job"}, "data": {"S": json.dumps(record)}}
