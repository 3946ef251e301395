"""The metrics that alarms and the dashboard share."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

PERIOD = cdk.Duration.minutes(5)


def dead_letters(dead_letter: lambda_.IFunction) -> cloudwatch.Metric:
    """The queue itself is emptied at once: what counts is that the function was called."""
    return dead_letter.metric_invocations(period=PERIOD)


def errors(function: lambda_.IFunction) -> cloudwatch.Metric:
    return function.metric_errors(period=PERIOD)


def failed_jobs(machine: sfn.IStateMachine) -> cloudwatch.Metric:
    return machine.metric_failed(period=PERIOD)


def oldest_message(queue: sqs.IQueue) -> cloudwatch.Metric:
    """Seconds."""
    return queue.metric_approximate_age_of_oldest_message(period=PERIOD, statistic="Maximum")
