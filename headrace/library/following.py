"""Where a job stands, and waiting for its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from headrace import layout
from headrace.errors import JobCancelledError, JobFailedError, JobNotFoundError, JobRunningError
from headrace.ledger import JobRecord, JobState, Stop
from headrace.library.deployed import Deployed
from headrace.library.jobs import JobStatus, Status, job_of, status_of, time_of
from headrace.plan import Plans
from headrace.ports import ExecutionRecord
from headrace.progress import JobPhase, Progress, read_progress

Report = dict[str, Any]

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0
"""Seconds between two looks: a tenth of the time waited so far, within these."""
_REFUSALS = {kind.__name__: kind for kind in (JobNotFoundError, JobRunningError)}


class Follower:
    def __init__(self, deployed: Deployed) -> None:
        self._machine = deployed.machine
        self._store = deployed.store
        self._ledger = deployed.ledger
        self._clock = deployed.clock
        self._bucket = deployed.bucket
        self._late_seconds = deployed.late_seconds
        self._plans = Plans(deployed.store, deployed.bucket)

    def status(self, job: str) -> JobStatus:
        record = self._ledger.job(job)
        execution = self._machine.describe(record.execution if record else self._machine.arn_of(job))
        if record:
            return self._status(record, execution)
        if execution and job_of(execution) == job:
            return _before_its_record(job, execution)
        raise JobNotFoundError(f"there is no job {job!r}, or its records have expired")

    def report(self, job: str) -> Report:
        status = self.status(job)
        if status.report:
            return self._read(job)
        if status.status is Status.RUNNING:
            raise JobRunningError(f"job {job!r} is running, and has no report before it ends")
        why = status.cause or status.status
        raise JobNotFoundError(f"job {job!r} has left no report, or it has expired: {why}")

    def looks(self, job: str, timeout: float | None) -> Iterator[JobStatus]:
        """The job's status again and again, until it is over."""
        start = self._clock.now()
        while True:
            status = self.status(job)
            yield status
            waited = self._clock.now() - start
            if status.is_over or self._is_late(status):
                return
            if timeout is not None and waited >= timeout:
                raise JobRunningError(f"job {job!r} is running still, after {timeout:g} seconds; it goes on")
            self._pause(waited, timeout)

    def wait_for_resumption(self, job: str, execution: str) -> None:
        """Returns once the job is that execution's; before, its status is the one that it ended with.

        Raises JobNotFoundError, JobRunningError, JobFailedError: the execution was refused, or failed."""
        start = self._clock.now()
        while True:
            found = self._machine.describe(execution)
            record = self._ledger.job(job)
            if record and record.execution == execution:
                return
            if found and not found.is_running:
                raise _REFUSALS.get(found.error, JobFailedError)(
                    found.cause or f"{execution}: {found.status}"
                )
            self._pause(self._clock.now() - start)

    def _status(self, record: JobRecord, execution: ExecutionRecord | None) -> JobStatus:
        is_ended = record.state is JobState.ENDED
        report = self._read(record.job) if is_ended else {}
        status = _status(execution, report)
        error, cause = _why(execution, report, None if is_ended else self._ledger.stopped(record.job))
        return JobStatus(
            job=record.job,
            status=status,
            progress=read_progress(self._ledger, self._plans, record.job),
            started=time_of(record.started),
            ended=time_of(execution.ended) if execution and execution.ended else None,
            execution=record.execution,
            error=error,
            cause=cause,
            report=report.get("report"),
        )

    def _read(self, job: str) -> Report:
        """Empty where there is none."""
        report: Report = json.loads(self._store.get(self._bucket, layout.report_key(job)) or b"{}")
        return report

    def _is_late(self, status: JobStatus) -> bool:
        """Nobody will write the report any more."""
        if status.status is Status.RUNNING or status.ended is None:
            return False
        return self._clock.now() - status.ended.timestamp() > self._late_seconds

    def _pause(self, waited: float, timeout: float | None = None) -> None:
        pause = min(max(waited / 10, _SHORTEST_PAUSE), _LONGEST_PAUSE)
        self._clock.sleep(pause if timeout is None else min(pause, timeout - waited))


def _before_its_record(job: str, execution: ExecutionRecord) -> JobStatus:
    """Of a job that has not begun, or that was stopped before it had."""
    return JobStatus(
        job=job,
        status=status_of(execution),
        progress=Progress(job, JobPhase.PLANNING if execution.is_running else JobPhase.ENDED),
        started=time_of(execution.started),
        ended=time_of(execution.ended) if execution.ended else None,
        execution=execution.arn,
        error=execution.error,
        cause=execution.cause,
    )


def _status(execution: ExecutionRecord | None, report: Report) -> Status:
    """The execution that has made its report takes a moment more to end."""
    if execution and execution.is_running:
        return Status.RUNNING
    if report:
        is_cancelled = report["error"] == JobCancelledError.__name__
        return Status.CANCELLED if is_cancelled else Status(report["status"])
    return status_of(execution) if execution else Status.FAILED


def _why(execution: ExecutionRecord | None, report: Report, stop: Stop | None) -> tuple[str, str]:
    """Error and cause, of whoever knows best."""
    if report:
        return report["error"], report["cause"]
    if stop:
        return stop.error, stop.cause
    return (execution.error, execution.cause) if execution else ("", "")
