"""The composition root: adapters, settings and engine put together, once for a process."""

from __future__ import annotations

import os
import random
from functools import cache

from aws_lambda_powertools.utilities.typing import LambdaContext

from headrace.aws.clients import client, table_client
from headrace.aws.events import EventBridgeEvents
from headrace.aws.ledger import DynamoLedger
from headrace.aws.objects import S3ObjectStore
from headrace.aws.queue import SqsWriteQueue
from headrace.aws.tables import DynamoTables
from headrace.clock import SystemClock
from headrace.dead_letters import DeadLetters
from headrace.loader import Loader
from headrace.plan import Plans
from headrace.planner import Planner
from headrace.ports import Remaining
from headrace.reporter import Reporter
from headrace.writer import Writer
from lambdas.settings import Settings, read_settings

_clock = SystemClock()
_rng = random.SystemRandom()


@cache
def settings() -> Settings:
    return read_settings(os.environ)


@cache
def store() -> S3ObjectStore:
    return S3ObjectStore(client("s3"))


@cache
def queue() -> SqsWriteQueue:
    return SqsWriteQueue(client("sqs"), settings().write_queue_url)


@cache
def ledger() -> DynamoLedger:
    return DynamoLedger(client("dynamodb"), settings().ledger_table, _clock, settings().retention_days)


@cache
def tables() -> DynamoTables:
    return DynamoTables(table_client())


@cache
def plans() -> Plans:
    return Plans(store(), settings().bucket)


@cache
def planner() -> Planner:
    return Planner(store(), tables(), ledger(), _clock, settings().bucket, settings().tables)


@cache
def loader() -> Loader:
    return Loader(store(), queue(), ledger(), _clock, _rng, settings().bucket)


@cache
def writer() -> Writer:
    return Writer(store(), tables(), queue(), ledger(), plans(), _clock, _rng, settings().bucket)


@cache
def dead_letters() -> DeadLetters:
    return DeadLetters(store(), ledger(), plans(), _rng, settings().bucket)


@cache
def reporter() -> Reporter:
    events = EventBridgeEvents(client("events"))
    return Reporter(store(), ledger(), plans(), events, _clock, settings().bucket)


def now() -> float:
    return _clock.now()


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
