"""The stack: connects the constructs, and nothing else."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_events as events
from constructs import Construct

from headrace import names
from infra.alarms import Alarms
from infra.asset import Asset
from infra.dashboard import Dashboard
from infra.data_bucket import DataBucket
from infra.functions import Functions
from infra.grants import Grants
from infra.ledger import Ledger
from infra.pipeline import Pipeline
from infra.protection import Protection
from infra.settings import Settings
from infra.stop_trigger import StopTrigger
from infra.upload_trigger import UploadTrigger
from infra.write_queue import WriteQueue


class HeadraceStack(cdk.Stack):
    """`definition`: the state machine's file."""

    def __init__(self, scope: Construct, settings: Settings, asset: Asset, definition: Path) -> None:
        super().__init__(
            scope,
            settings.stack_name,
            description="Headrace: data in bulk into, out of and between DynamoDB tables",
        )
        protection = Protection(self, settings)
        data, ledger = DataBucket(self, protection), Ledger(self, protection)
        write = WriteQueue(self, settings, protection)
        grants = Grants(
            stack=self,
            bucket=data.bucket,
            ledger=ledger.table,
            write_queue=write.queue,
            dead_letter_queue=write.dead_letter_queue,
            bus=events.EventBus.from_event_bus_name(self, "DefaultBus", "default"),
            key=protection.key,
            tables=settings.tables,
            queues=settings.queues,
            roles=settings.roles,
            machine_name=settings.stack_name,
            local=settings.local,
        )
        functions = Functions(self, settings, protection, asset, grants)
        pipeline = Pipeline(self, settings.stack_name, definition, functions, data, protection)
        upload = UploadTrigger(self, data, pipeline, protection)
        StopTrigger(self, functions, pipeline, upload.undelivered)
        Alarms(self, settings, functions, write, pipeline)
        dashboard = Dashboard(self, functions, write, pipeline)
        outputs = {
            names.OUTPUT_STATE_MACHINE_ARN: pipeline.state_machine.state_machine_arn,
            names.OUTPUT_DATA_BUCKET: data.bucket.bucket_name,
            names.OUTPUT_WRITE_QUEUE_URL: write.queue.queue_url,
            names.OUTPUT_DEAD_LETTER_QUEUE_URL: write.dead_letter_queue.queue_url,
            names.OUTPUT_LEDGER_TABLE: ledger.table.table_name,
            names.OUTPUT_DASHBOARD_URL: dashboard.url,
        }
        for name, value in outputs.items():
            cdk.CfnOutput(self, name, value=value)
