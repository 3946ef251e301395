"""The composition root: adapters and settings put together, once for a process.

What a function's own part of the engine is made of stands in a module of its own beside this one: a
function imports no other's.
"""

from __future__ import annotations

import os
import random
from functools import cache, partial

from aws_lambda_powertools.utilities.typing import LambdaContext

from headrace.aws.clients import LateClient, client, laned_client
from headrace.aws.ledger import DynamoLedger
from headrace.aws.objects import S3ObjectStore
from headrace.aws.queue import SqsWriteQueue
from headrace.clock import SystemClock
from headrace.plan import Plans
from headrace.ports import Remaining
from lambdas.settings import Settings, read_settings

clock = SystemClock()
rng = random.SystemRandom()


@cache
def settings() -> Settings:
    return read_settings(os.environ)


@cache
def store() -> S3ObjectStore:
    return S3ObjectStore(client("s3"))


@cache
def queue() -> SqsWriteQueue:
    return SqsWriteQueue(LateClient(partial(laned_client, "sqs")), settings().write_queue_url)


@cache
def ledger() -> DynamoLedger:
    return DynamoLedger(laned_client("dynamodb"), settings().ledger_table, clock, settings().retention_days)


@cache
def plans() -> Plans:
    return Plans(store(), settings().bucket)


def remaining(context: LambdaContext) -> Remaining:
    return lambda: context.get_remaining_time_in_millis() / 1000


def reserve(context: LambdaContext) -> float:
    """Seconds before its end at which a function stops taking on more: a quarter of its time, but
    no more than it needs to save where it stands."""
    return min(20.0, context.get_remaining_time_in_millis() / 1000 / 4)


def table_home(context: LambdaContext) -> str:
    """What precedes a table's name in its ARN where this function runs."""
    _, partition, _, region, account, *_ = context.invoked_function_arn.split(":")
    return f"arn:{partition}:dynamodb:{region}:{account}:table/"
