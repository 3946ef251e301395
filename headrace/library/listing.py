"""The jobs of a pipeline, from the executions of its state machine.

Not each execution is a job: one that resumes works on another's, and one that cancels, or that finds that
another has its upload, on none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from headrace import layout
from headrace.library.deployed import Deployed
from headrace.library.jobs import JobSummary, control_of, job_of, summary_of
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
    job, document = job_of(execution), execution.document
    if job is None or _answer(execution) in _WORKS_ON_NOTHING:
        return None
    is_resumption = control_of(document) is not None
    if not is_resumption and (job == execution.name or not execution.is_running):
        return summary_of(job, document, execution, execution.started)
    record = deployed.ledger.job(job)
    if record is None or record.execution != execution.arn:
        return None  # It was refused, or has not begun and may yet find that the job is another's.
    if is_resumption:
        document = json.loads(deployed.store.get(deployed.bucket, layout.document_key(job)) or b"null")
    return summary_of(job, document, execution, record.started)


def _answer(execution: ExecutionRecord) -> str | None:
    return execution.output.get("status") if isinstance(execution.output, Mapping) else None
