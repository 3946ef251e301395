"""Jobs as their users see them: what they do, and whether they still do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from headrace.errors import JobCancelledError, JobInvalidError
from headrace.job.control import Control, read_control
from headrace.job.naming import job_name
from headrace.job.parse import parse_job
from headrace.job.start import read_upload, upload_job
from headrace.ports import ExecutionRecord
from headrace.progress import JobPhase, Progress

_TOLD = ("operation", "source", "target")


class Status(StrEnum):
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class JobSummary:
    """A job in a list. `operation`, `source` and `target` are empty where they are not known; an export
    to a place of its own has no `target`."""

    job: str
    operation: str
    status: Status
    started: datetime
    ended: datetime | None
    source: str
    target: str
    execution: str


@dataclass(frozen=True, slots=True)
class JobStatus:
    """Where a job stands. `error` and `cause` are empty unless it failed or is about to; `report`: the URL
    of its report, once it has one."""

    job: str
    status: Status
    progress: Progress
    started: datetime
    ended: datetime | None
    execution: str
    error: str = ""
    cause: str = ""
    report: str | None = None

    @property
    def phase(self) -> JobPhase:
        return self.progress.phase

    @property
    def is_over(self) -> bool:
        """Nothing of it runs, and what it left is there."""
        return self.status is not Status.RUNNING and self.phase is JobPhase.ENDED


def control_of(document: object) -> Control | None:
    """What an execution with this input does with another's job, if it does."""
    try:
        return read_control(document)
    except JobInvalidError:
        return None


def job_of(execution: ExecutionRecord) -> str | None:
    """The job that the execution is to work on; None where it is to cancel one."""
    control = control_of(execution.document)
    return None if control and control.verb == "cancel" else job_name(execution.document, execution.name)


def status_of(execution: ExecutionRecord) -> Status:
    if execution.is_running:
        return Status.RUNNING
    if execution.status == "ABORTED" or execution.error == JobCancelledError.__name__:
        return Status.CANCELLED
    return Status.SUCCEEDED if execution.status == "SUCCEEDED" else Status.FAILED


def summary_of(job: str, document: object, execution: ExecutionRecord, started: float) -> JobSummary:
    """
    Args:
        document: what the job was started with.
        execution: the last that worked on the job.
    """
    ended = None if execution.ended is None else time_of(execution.ended)
    return JobSummary(
        job=job,
        status=status_of(execution),
        started=time_of(started),
        ended=ended,
        execution=execution.arn,
        **_told(document),
    )


def time_of(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _told(document: object) -> dict[str, str]:
    """Operation, source and target; of what is no job, whatever of it is."""
    try:
        upload = read_upload(document)
        job = parse_job(upload_job(upload, None) if upload else document)
    except JobInvalidError:
        given = document if isinstance(document, Mapping) else {}
        return {name: text if isinstance(text := given.get(name), str) else "" for name in _TOLD}
    return {"operation": str(job.operation), "source": job.source, "target": job.target}
