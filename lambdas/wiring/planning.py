"""What plans jobs."""

from __future__ import annotations

from functools import cache, partial

from headrace.allowed import Allowed
from headrace.aws.clients import LateClient, client
from headrace.aws.executions import SfnExecutions
from headrace.planner import Planner
from lambdas.wiring import clock, ledger, settings, store
from lambdas.wiring.places import places


@cache
def planner() -> Planner:
    executions = SfnExecutions(LateClient(partial(client, "stepfunctions")))
    allowed = Allowed(settings().tables, settings().queues, settings().roles)
    return Planner(store(), places(), ledger(), executions, clock, settings().bucket, allowed)
