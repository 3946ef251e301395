"""The jobs of a pipeline, from the executions of its state machine.

Not each execution is a job: one that resumes works on another's, and one that cancels, or that finds that
another has its upload, on none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from headrace import layout
from headrace.errors import JobInvalidError
from headrace.job.control import Control, read_control
from headrace.library.deployed import Deployed
from headrace.library.jobs import JobSummary, summary_of
from headrace.planner import job_name
from headrace.ports import ExecutionRecord

_WORKS_ON_NOTHING = {"CANCELLING", "DUPLICATE", "IGNORED"}
"""What the plan function answers then: see `Planner.plan`."""


def newest_jobs(deployed: Deployed, limit: int) -> list[JobSummary]:
    """Each job once, by the last execution that worked on it."""
    found: dict[str, JobSummary] = {}
    for listed in deployed.machine.executions():
        if len(found) == limit:
            break
        execution = deployed.machine.describe(listed.arn) or listed
        if summary := _summary(deployed, execution):
            found.setdefault(summary.job, summary)
    return list(found.values())


def _summary(deployed: Deployed, execution: ExecutionRecord) -> JobSummary | None:
    """None where the execution works on no job."""
    control = _control(execution.document)
    if control and control.verb == "resume":
        return _resumed(deployed, control.job, execution)
    if control or _answer(execution) in _WORKS_ON_NOTHING:
        return None
    name = job_name(execution.document, execution.name)
    if name != execution.name and execution.is_running and not _has(deployed, name, execution):
        return None
    return summary_of(name, execution.document, execution, execution.started)


def _has(deployed: Deployed, job: str, execution: ExecutionRecord) -> bool:
    """Whether the job is that execution's by now: one that an upload starts may yet find that it is not."""
    record = deployed.ledger.job(job)
    return record is not None and record.execution == execution.arn


def _resumed(deployed: Deployed, job: str, execution: ExecutionRecord) -> JobSummary | None:
    """None where the job is not that execution's: it was refused, or has not begun."""
    record = deployed.ledger.job(job)
    if record is None or record.execution != execution.arn:
        return None
    text = deployed.store.get(deployed.bucket, layout.document_key(job))
    return summary_of(job, json.loads(text or b"null"), execution, record.started)


def _control(document: object) -> Control | None:
    try:
        return read_control(document)
    except JobInvalidError:
        return None


def _answer(execution: ExecutionRecord) -> str | None:
    return execution.output.get("status") if isinstance(execution.output, Mapping) else None
