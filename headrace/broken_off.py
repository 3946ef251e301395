"""An execution of the state machine that ended, as EventBridge tells of it: it may have left a job without
a report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headrace.errors import JobCancelledError, RowsMissingError
from headrace.job.naming import job_name
from headrace.ledger import Stop


@dataclass(frozen=True, slots=True)
class BrokenOff:
    """`execution`: its ARN; `stop`: why its job is to stop, if it is not at its end."""

    job: str
    execution: str
    stop: Stop


def read_broken_off(detail: Mapping[str, Any]) -> BrokenOff:
    """Args:
    detail: of an event `Step Functions Execution Status Change`; it has no `input` where that is long."""
    document = json.loads(detail.get("input") or "null")
    return BrokenOff(job_name(document, detail["name"]), detail["executionArn"], _stop(detail))


def _stop(detail: Mapping[str, Any]) -> Stop:
    if detail["status"] == "ABORTED":
        return Stop(JobCancelledError.__name__, "the execution was stopped")
    if detail["status"] == "TIMED_OUT":
        return Stop(RowsMissingError.__name__, "the execution took longer than it may")
    why = ": ".join(filter(None, (detail.get("error"), detail.get("cause"))))
    return Stop(RowsMissingError.__name__, f"the execution failed{f': {why}' if why else ''}")
