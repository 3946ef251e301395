"""What each function may do, written out action by action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

from headrace.names import DEAD_PREFIX, EXPORTS_PREFIX, JOBS_PREFIX
from infra.protection import KEY_ACTIONS

CONSUME = ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
"""What Lambda's event source mapping asks of the function's role."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions on resources; `reason` says why where a resource holds a wildcard."""

    actions: Sequence[str]
    resources: Sequence[str]
    reason: str = ""

    def statement(self) -> iam.PolicyStatement:
        return iam.PolicyStatement(actions=list(self.actions), resources=list(self.resources))


@dataclass(frozen=True, slots=True)
class Grants:
    """One method a function; `tables` are names, prefixes ending in `*`, or ARNs."""

    stack: cdk.Stack
    bucket: s3.IBucket
    ledger: dynamodb.ITable
    write_queue: sqs.IQueue
    dead_letter_queue: sqs.IQueue
    bus: events.IEventBus
    key: kms.IKey | None
    tables: Sequence[str]
    queues: Sequence[str]
    roles: Sequence[str]
    machine_name: str
    local: bool

    def plan(self) -> list[Grant]:
        return [
            self._read_objects(),
            self._missing_is_404(),
            self._objects(JOBS_PREFIX, "s3:PutObject"),
            self._tables("dynamodb:DescribeTable"),
            self._indexes("dynamodb:Query", "dynamodb:Scan"),
            self._ledger("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
            Grant(["states:DescribeExecution"], [self._executions()], "Whether a job still runs."),
            *self._queues("sqs:GetQueueAttributes"),
            *self._roles(),
            *self._key(),
        ]

    def load_chunk(self) -> list[Grant]:
        return [
            self._read_objects(),
            self._missing_is_404(),
            self._objects(JOBS_PREFIX, "s3:PutObject"),
            Grant(self._send, [self.write_queue.queue_arn]),
            self._ledger("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
            *self._key(),
        ]

    def scan_segment(self) -> list[Grant]:
        return [
            self._objects(JOBS_PREFIX, "s3:GetObject", "s3:PutObject"),
            self._objects(EXPORTS_PREFIX, "s3:AbortMultipartUpload", "s3:PutObject"),
            self._missing_is_404(),
            self._tables("dynamodb:BatchGetItem"),
            self._indexes("dynamodb:Query", "dynamodb:Scan"),
            Grant(self._send, [self.write_queue.queue_arn]),
            *self._queues(*self._send),
            *self._roles(),
            self._ledger("dynamodb:GetItem", "dynamodb:PutItem"),
            *self._key(),
        ]

    def write_batch(self) -> list[Grant]:
        return [
            Grant([*CONSUME, *self._send], [self.write_queue.queue_arn]),
            self._tables("dynamodb:BatchWriteItem", "dynamodb:DescribeTable", "dynamodb:PutItem"),
            self._ledger(
                "dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"
            ),
            *self._roles(),
            self._objects(JOBS_PREFIX, "s3:GetObject", "s3:PutObject"),
            self._missing_is_404(),
            *self._key(),
        ]

    def dead_letter(self) -> list[Grant]:
        return [
            Grant(CONSUME, [self.dead_letter_queue.queue_arn]),
            self._ledger("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem"),
            self._objects(JOBS_PREFIX, "s3:GetObject", "s3:PutObject"),
            self._objects(DEAD_PREFIX, "s3:PutObject"),
            self._missing_is_404(),
            *self._key(),
        ]

    def settle(self) -> list[Grant]:
        return [self._ledger("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"), *self._key()]

    def report(self) -> list[Grant]:
        return [
            self._ledger("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
            self._objects(JOBS_PREFIX, "s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"),
            self._objects(EXPORTS_PREFIX, "s3:PutObject"),
            self._missing_is_404(),
            Grant(["events:PutEvents"], [self.bus.event_bus_arn]),
            *self._key(),
        ]

    def stop(self) -> list[Grant]:
        """It writes the report in the place of an execution that was stopped."""
        return self.report()

    @property
    def _send(self) -> Sequence[str]:
        """On AWS SendMessage covers batches; MiniStack, where it enforces policies, wants both."""
        return ("sqs:SendMessage", "sqs:SendMessageBatch") if self.local else ("sqs:SendMessage",)

    def _ledger(self, *actions: str) -> Grant:
        return Grant(actions, [self.ledger.table_arn])

    def _read_objects(self) -> Grant:
        return Grant(
            ["s3:GetObject"], [self.bucket.arn_for_objects("*")], "A job's source is any object of it."
        )

    def _objects(self, prefix: str, *actions: str) -> Grant:
        return Grant(actions, [self.bucket.arn_for_objects(f"{prefix}*")], f"All objects below {prefix}.")

    def _missing_is_404(self) -> Grant:
        """Without it S3 answers 403 for an object that is not there."""
        return Grant(["s3:ListBucket"], [self.bucket.bucket_arn])

    def _tables(self, *actions: str) -> Grant:
        return Grant(actions, [self._table_arn(table) for table in self.tables], "A prefix in `tables`.")

    def _indexes(self, *actions: str) -> Grant:
        tables = [self._table_arn(table) for table in self.tables]
        indexes = [f"{table}/index/*" for table in tables]
        return Grant(actions, [*tables, *indexes], "A prefix in `tables`, or the indexes of a table.")

    def _queues(self, *actions: str) -> list[Grant]:
        return [Grant(actions, self.queues, "A prefix in `queues`.")] if self.queues else []

    def _roles(self) -> list[Grant]:
        return [Grant(["sts:AssumeRole"], self.roles)] if self.roles else []

    def _executions(self) -> str:
        return self.stack.format_arn(
            service="states",
            resource="execution",
            resource_name=f"{self.machine_name}:*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )

    def _table_arn(self, table: str) -> str:
        if table.startswith("arn:"):
            return table
        return self.stack.format_arn(service="dynamodb", resource="table", resource_name=table)

    def _key(self) -> list[Grant]:
        return [Grant(KEY_ACTIONS, [self.key.key_arn])] if self.key else []
