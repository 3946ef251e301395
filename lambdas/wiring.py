"""The composition root: adapters, settings and engine put together, once for a process."""

from __future__ import annotations

import os
import random
from functools import cache

from aws_lambda_powertools.utilities.typing import LambdaContext

from headrace.allowed import Allowed
from headrace.aws.clients import client, laned_client
from headrace.aws.events import EventBridgeEvents
from headrace.aws.executions import SfnExecutions
from headrace.aws.ledger import DynamoLedger
from headrace.aws.objects import S3ObjectStore
from headrace.aws.places import AwsPlaces
from headrace.aws.queue import SqsWriteQueue
from headrace.clock import SystemClock
from headrace.dead_letters import DeadLetters
from headrace.errors import SettingError
from headrace.loader import Loader
from headrace.plan import Plans
from headrace.planner import Planner
from headrace.ports import Remaining
from headrace.reporter import Reporter
from headrace.scanning.scanner import Scanner
from headrace.scanning.sink import UnitLedger
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
    return SqsWriteQueue(laned_client("sqs"), settings().write_queue_url)


@cache
def ledger() -> DynamoLedger:
    return DynamoLedger(laned_client("dynamodb"), settings().ledger_table, _clock, settings().retention_days)


@cache
def places() -> AwsPlaces:
    return AwsPlaces()


@cache
def plans() -> Plans:
    return Plans(store(), settings().bucket)


@cache
def planner() -> Planner:
    executions = SfnExecutions(client("stepfunctions"))
    allowed = Allowed(settings().tables, settings().queues, settings().roles)
    return Planner(store(), places(), ledger(), executions, _clock, settings().bucket, allowed)


@cache
def loader() -> Loader:
    return Loader(store(), queue(), ledger(), _clock, _rng, settings().bucket)


def scanner(units: UnitLedger | None = None) -> Scanner:
    """`units`: keeps the cursors, where that is not the ledger."""
    return Scanner(store(), places(), queue(), units or ledger(), _clock, _rng, settings().bucket)


def scan_defaults() -> tuple[str, str]:
    """Table and queue of the events that name neither. Raises SettingError."""
    table, url = settings().scan_table, settings().scan_queue_url
    missing = [name for name, value in (("scan_table", table), ("scan_queue_url", url)) if not value]
    if not (table and url):
        raise SettingError([f"the setting {name} is missing: deploy with -c {name}=…" for name in missing])
    return table, url


@cache
def writer() -> Writer:
    return Writer(store(), places(), queue(), ledger(), plans(), _clock, _rng, settings().bucket)


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
