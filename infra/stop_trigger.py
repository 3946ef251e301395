"""An execution that ends without its report, stopped or out of time, ends its job all the same."""

from __future__ import annotations

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.functions import Functions
from infra.pipeline import Pipeline


class StopTrigger(Construct):
    """`undelivered`: keeps events that the function did not take."""

    def __init__(
        self, scope: Construct, functions: Functions, pipeline: Pipeline, undelivered: sqs.IQueue
    ) -> None:
        super().__init__(scope, "Stop")
        detail = {
            "status": ["ABORTED", "FAILED", "TIMED_OUT"],
            "stateMachineArn": [pipeline.state_machine.state_machine_arn],
        }
        events.Rule(
            self,
            "Rule",
            event_pattern=events.EventPattern(
                source=["aws.states"], detail_type=["Step Functions Execution Status Change"], detail=detail
            ),
            targets=[targets.LambdaFunction(functions.stop, dead_letter_queue=undelivered)],
        )
