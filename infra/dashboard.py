"""One page that shows whether rows flow, and where they do not."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra import metrics
from infra.functions import Functions
from infra.pipeline import Pipeline
from infra.write_queue import WriteQueue


class Dashboard(Construct):
    """Its name holds the region, as dashboards are the account's and not a region's."""

    def __init__(self, scope: Construct, functions: Functions, write: WriteQueue, pipeline: Pipeline) -> None:
        super().__init__(scope, "Dashboard")
        machine, waiting = pipeline.state_machine, write.queue
        stack = cdk.Stack.of(self)
        self.name = f"{stack.stack_name}-{stack.region}"
        dashboard = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=self.name)
        dashboard.add_widgets(
            _graph("Jobs", machine.metric_started(), machine.metric_succeeded(), machine.metric_failed()),
            _graph("Messages waiting", waiting.metric_approximate_number_of_messages_visible()),
            _graph(
                "Oldest message, seconds", *map(metrics.oldest_message, (waiting, write.dead_letter_queue))
            ),
        )
        dashboard.add_widgets(
            _graph("Dead letters", metrics.dead_letters(functions.dead_letter)),
            _graph("Errors", *map(metrics.errors, functions.all())),
            _graph("Duration", *(function.metric_duration() for function in functions.all())),
        )

    @property
    def url(self) -> str:
        region = cdk.Aws.REGION
        console = f"https://{region}.console.aws.amazon.com/cloudwatch/home"
        return f"{console}?region={region}#dashboards/dashboard/{self.name}"


def _graph(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=8)
