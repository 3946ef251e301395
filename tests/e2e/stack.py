"""The deployed stack, by what its users have of it: a bucket, a state machine, tables and reports."""

from __future__ import annotations

import csv
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar
from uuid import uuid4

from headrace import layout, names
from headrace.job.naming import job_name
from headrace.ports import Item
from tests.e2e.emulator import Emulator
from tests.everything import from_wire, to_wire

PATIENCE = float(os.environ.get("HEADRACE_E2E_PATIENCE", "200"))
"""Seconds to wait for a job; those that take long wait for the settings' times to run out."""

_OURS = "e2e-"

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Ended:
    """An execution that ended: `status`, `error` and `cause` are its own; `report` is what it left."""

    job: str
    status: str
    error: str
    cause: str
    report: dict[str, Any]

    @property
    def rows(self) -> dict[str, int]:
        """Rows by what became of them, as the report says; they add up."""
        rows: dict[str, int] = self.report["rows"]
        accounted = rows["written"] + rows["superseded"] + rows["skipped"] + rows["rejected"]
        assert rows["read"] == accounted, self.report
        return {name: count for name, count in rows.items() if count}


def until(look: Callable[[], _Found | None], what: str, patience: float = PATIENCE) -> _Found:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if (found := look()) is not None:
            return found
        time.sleep(0.3)
    raise AssertionError(f"waited {patience} seconds for {what}")


class Stack:
    def __init__(self, emulator: Emulator, outputs: Mapping[str, str]) -> None:
        self.emulator = emulator
        self.bucket = outputs[names.OUTPUT_DATA_BUCKET]
        self.state_machine = outputs[names.OUTPUT_STATE_MACHINE_ARN]
        self.ledger_table = outputs[names.OUTPUT_LEDGER_TABLE]
        self.write_queue = outputs[names.OUTPUT_WRITE_QUEUE_URL]
        self.dead_letter_queue = outputs[names.OUTPUT_DEAD_LETTER_QUEUE_URL]
        self.s3 = emulator.client("s3")
        self.dynamodb = emulator.client("dynamodb")
        self.states = emulator.client("stepfunctions")
        self.sqs = emulator.client("sqs")
        self.functions = emulator.client("lambda")
        self.iam = emulator.client("iam")
        self._of_upload: dict[str, str] = {}
        self._seen: set[str] = set()

    @staticmethod
    def name(what: str = "some") -> str:
        """A new name, which a table that the stack may touch can have, or a job."""
        return f"{_OURS}{what}-{uuid4().hex[:12]}"

    # Tables and objects

    def table(self, name: str = "", key_type: str = "S") -> str:
        """Makes a table with the key `id`."""
        name = name or self.name()
        self.dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": key_type}],
            BillingMode="PAY_PER_REQUEST",
        )
        return name

    def items(self, table: str) -> dict[str, dict[str, Any]]:
        """A table's items in DynamoDB JSON, by their `id`."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        found = [item for page in pages for item in page["Items"]]
        return {next(iter(item["id"].values())): item for item in found}

    def wire_items(self, table: str) -> dict[str, Item]:
        """A table's items by their `id`, as they go over the wire."""
        return {key: to_wire(item) for key, item in self.items(table).items()}

    def fill(self, table: str, items: Iterable[Item], client: Any = None) -> None:
        """Puts items that are given as they go over the wire."""
        puts = [{"PutRequest": {"Item": from_wire(item)}} for item in items]
        for start in range(0, len(puts), 25):
            left = {table: puts[start : start + 25]}
            while left:
                left = (client or self.dynamodb).batch_write_item(RequestItems=left)["UnprocessedItems"]

    def queue(self, ending: str = "") -> str:
        """Makes a queue that the stack may send to; `ending`: `.fifo` or nothing."""
        attributes = {"FifoQueue": "true"} if ending else {}
        made = self.sqs.create_queue(QueueName=self.name("queue") + ending, Attributes=attributes)
        url: str = made["QueueUrl"]
        return url

    def drain(self, queue: str) -> list[str]:
        """The bodies of all messages that are in a queue."""
        found = []
        while received := self.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            found += [message["Body"] for message in received]
            entries = [{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(received)]
            self.sqs.delete_message_batch(QueueUrl=queue, Entries=entries)
        return found

    def drain_fifo(self, queue: str) -> list[str]:
        """A group of a FIFO queue gives nothing more before what it gave is deleted, so look twice."""
        return [*self.drain(queue), *self.drain(queue)]

    def units(self, job: str) -> list[dict[str, Any]]:
        """The ledger's records of a job's units."""
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.ledger_table,
            ConsistentRead=True,
            KeyConditionExpression="job = :job AND begins_with(#record, :unit)",
            ExpressionAttributeNames={"#record": names.LEDGER_SORT_KEY},
            ExpressionAttributeValues={":job": {"S": job}, ":unit": {"S": "unit#"}},
        )
        return [json.loads(item["data"]["S"]) for page in pages for item in page["Items"]]

    def put(self, key: str, body: bytes | str) -> str:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        return f"s3://{self.bucket}/{key}"

    def get(self, url: str) -> bytes:
        bucket, key = url.removeprefix("s3://").split("/", 1)
        body: bytes = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    def exists(self, prefix: str) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [entry["Key"] for entry in listed.get("Contents", [])]

    # Jobs

    def upload(self, table: str, body: bytes | str, name: str = "rows.csv") -> str:
        """Starts a job as an upload does; returns the key."""
        key = f"{names.INCOMING_PREFIX}{table}/{name}"
        self.put(key, body)
        return key

    def options(self, table: str, options: Mapping[str, Any]) -> None:
        self.put(layout.options_key(table), json.dumps(options))

    def start(self, job: Mapping[str, Any], name: str = "") -> str:
        """Starts a job as the console does; returns the execution."""
        name = name or self.name()
        started = self.states.start_execution(
            stateMachineArn=self.state_machine, name=name, input=json.dumps(job)
        )
        execution: str = started["executionArn"]
        return execution

    def run(self, job: Mapping[str, Any], name: str = "") -> Ended:
        return self.ended(self.start(job, name))

    def load(self, table: str, source: str, name: str = "", **fields: Any) -> str:
        return self.start({"operation": "load", "source": source, "target": table, **fields}, name)

    def execution_of(self, key: str) -> str:
        """The execution that an upload started."""

        def look() -> str | None:
            for listed in self._executions():
                if listed not in self._seen:
                    self._seen.add(listed)
                    event = self.input_of(listed)
                    self._of_upload[event.get("detail", {}).get("object", {}).get("key", "")] = listed
            return self._of_upload.get(key)

        return until(look, f"an execution of {key}", 60)

    def _executions(self) -> Iterable[str]:
        """Those that the suite has not started itself."""
        pages = self.states.get_paginator("list_executions").paginate(stateMachineArn=self.state_machine)
        return [
            entry["executionArn"]
            for page in pages
            for entry in page["executions"]
            if not entry["name"].startswith(_OURS)
        ]

    def input_of(self, execution: str) -> dict[str, Any]:
        described: dict[str, Any] = json.loads(
            self.states.describe_execution(executionArn=execution)["input"]
        )
        return described

    def ended(self, execution: str) -> Ended:
        """Waits until the execution ends."""
        described = self.describe(execution)
        job = job_name(json.loads(described["input"]), described["name"])
        report = json.loads(self.get(f"s3://{self.bucket}/{layout.report_key(job)}"))
        return Ended(job, described["status"], described.get("error", ""), described.get("cause", ""), report)

    def output_of(self, execution: str) -> dict[str, Any]:
        """What an execution that succeeds returns."""
        output: dict[str, Any] = json.loads(self.describe(execution)["output"])
        return output

    def describe(self, execution: str) -> dict[str, Any]:
        """An execution, once it ended."""

        def look() -> dict[str, Any] | None:
            described: dict[str, Any] = self.states.describe_execution(executionArn=execution)
            return described if described["status"] != "RUNNING" else None

        return until(look, f"the end of {execution}")

    def rejects(self, ended: Ended, encoding: str = "utf-8") -> list[dict[str, str]]:
        text = self.get(ended.report["rejects"]["location"]).decode(encoding)
        return list(csv.DictReader(text.splitlines(keepends=True)))

    # Parts of the stack

    @cached_property
    def _resources(self) -> dict[str, str]:
        pages = self.emulator.client("cloudformation").get_paginator("list_stack_resources")
        found = [
            one
            for page in pages.paginate(StackName=names.STACK_NAME)
            for one in page["StackResourceSummaries"]
        ]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}

    def part(self, name: str) -> str:
        """A resource by its path in the stack, run together: `FunctionsPlan`, `FunctionsPlanRole`."""
        (found,) = [
            physical
            for logical, physical in self._resources.items()
            if re.fullmatch(f"{name}[0-9A-F]{{8}}", logical)
        ]
        return found

    def function(self, name: str) -> str:
        return self.part(f"Functions{name}")
