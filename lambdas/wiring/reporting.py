"""What ends jobs with their reports."""

from __future__ import annotations

from functools import cache

from headrace.aws.clients import client
from headrace.aws.events import EventBridgeEvents
from headrace.reporter import Reporter
from lambdas.wiring import clock, ledger, plans, settings, store


@cache
def reporter() -> Reporter:
    events = EventBridgeEvents(client("events"))
    return Reporter(store(), ledger(), plans(), events, clock, settings().bucket)
