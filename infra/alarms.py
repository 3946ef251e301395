"""What a person should look at; alarms have no actions, as whom to tell is the account's choice."""

from __future__ import annotations

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra import metrics
from infra.functions import Functions
from infra.pipeline import Pipeline
from infra.settings import Settings
from infra.write_queue import WriteQueue


class Alarms(Construct):
    def __init__(
        self,
        scope: Construct,
        settings: Settings,
        functions: Functions,
        write: WriteQueue,
        pipeline: Pipeline,
    ) -> None:
        super().__init__(scope, "Alarms")
        stall = settings.stall_seconds
        self._alarm(
            "DeadLetters", metrics.dead_letters(functions.dead_letter), 1, "Rows became dead letters."
        )
        for function in functions.all():
            name = function.node.id
            self._alarm(f"{name}Errors", metrics.errors(function), 1, f"{name} ended in an error.")
        self._alarm("FailedJobs", metrics.failed_jobs(pipeline.state_machine), 1, "A job failed.")
        self._alarm("OldestWrite", metrics.oldest_message(write.queue), stall, "Writing stalls.")
        oldest_dead = metrics.oldest_message(write.dead_letter_queue)
        self._alarm("OldestDeadLetter", oldest_dead, stall, "Dead letters are not settled.")

    def _alarm(self, name: str, metric: cloudwatch.Metric, threshold: int, description: str) -> None:
        cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=description,
        )
