"""Follows the job of an upload: finds its execution, watches the ledger, fetches the report."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from headrace import layout
from headrace.errors import HeadraceError
from headrace.ledger import Ledger
from headrace.planner import job_name
from localstack.deployment import Deployment

START_SECONDS = 60
_PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Progress:
    """Rows that are accounted for; `total` is None until the plan has counted them."""

    done: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class RunningJob:
    name: str
    execution: str


def wait_for_job(deployment: Deployment, key: str) -> RunningJob:
    """The job that the upload of `key` started. Raises HeadraceError where none did."""
    end = time.monotonic() + START_SECONDS
    seen: set[str] = set()
    while time.monotonic() < end:
        for execution in _executions(deployment) - seen:
            found = deployment.states.describe_execution(executionArn=execution)
            if key in found["input"]:
                return RunningJob(job_name(json.loads(found["input"]), found["name"]), execution)
            seen.add(execution)
        time.sleep(_PAUSE_SECONDS)
    raise HeadraceError(
        f"no execution started within {START_SECONDS} s of the upload of {key}: see the emulator's log"
    )


def follow(deployment: Deployment, job: RunningJob) -> Iterator[Progress]:
    """How far the job is, again and again until its execution ends."""
    ledger = deployment.ledger()
    while _is_running(deployment, job):
        yield progress_of(ledger, job.name)
        time.sleep(_PAUSE_SECONDS)
    yield progress_of(ledger, job.name)


def progress_of(ledger: Ledger, job: str) -> Progress:
    record = ledger.job(job)
    before = sum(unit.tally.superseded + unit.tally.rejected for unit in ledger.units(job))
    settled = sum(one.counts.requests for one in ledger.settled(job).values())
    return Progress(before + settled, record.records if record else None)


def read_report(deployment: Deployment, job: RunningJob) -> dict[str, Any]:
    """Raises HeadraceError, with what the execution says, where the job left no report."""
    try:
        found = deployment.s3.get_object(Bucket=deployment.bucket, Key=layout.report_key(job.name))
    except deployment.s3.exceptions.NoSuchKey:
        ended = deployment.states.describe_execution(executionArn=job.execution)
        why = f"{ended.get('error')}: {ended.get('cause')}"
        raise HeadraceError(f"{job.execution} {ended['status']} without a report. {why}") from None
    report: dict[str, Any] = json.load(found["Body"])
    return report


def _executions(deployment: Deployment) -> set[str]:
    pages = deployment.states.get_paginator("list_executions").paginate(
        stateMachineArn=deployment.state_machine
    )
    return {execution["executionArn"] for page in pages for execution in page["executions"]}


def _is_running(deployment: Deployment, job: RunningJob) -> bool:
    return deployment.states.describe_execution(executionArn=job.execution)["status"] == "RUNNING"
