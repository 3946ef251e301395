"""An upload below `incoming/` starts a job; events that could not be delivered are kept."""

from __future__ import annotations

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from headrace.names import INCOMING_PREFIX
from infra.acknowledge import acknowledge
from infra.data_bucket import DataBucket
from infra.pipeline import Pipeline
from infra.protection import Protection
from infra.queues import queue


class UploadTrigger(Construct):
    def __init__(
        self, scope: Construct, data: DataBucket, pipeline: Pipeline, protection: Protection
    ) -> None:
        super().__init__(scope, "Upload")
        self.undelivered = queue(self, "Undelivered", protection)
        acknowledge(self.undelivered, "AwsSolutions-SQS3", "It is itself the dead-letter queue of the rule.")
        detail = {
            "bucket": {"name": [data.bucket.bucket_name]},
            "object": {"key": [{"prefix": INCOMING_PREFIX}]},
        }
        events.Rule(
            self,
            "Rule",
            event_pattern=events.EventPattern(
                source=["aws.s3"], detail_type=["Object Created"], detail=detail
            ),
            targets=[targets.SfnStateMachine(pipeline.state_machine, dead_letter_queue=self.undelivered)],
        )
