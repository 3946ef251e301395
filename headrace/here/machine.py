"""The port `StateMachine` for this machine: its executions are processes, of which the ledger and the locks
tell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from headrace import layout
from headrace.errors import JobCancelledError, JobInvalidError
from headrace.here.ledger import SqliteLedger
from headrace.here.locks import JobLocks
from headrace.ledger import JobRecord, JobState, Stop
from headrace.names import HERE
from headrace.ports import ExecutionRecord, ObjectStore

_KILLED = "its process ended without a word"


class HereMachine:
    """
    Args:
        bucket: the data bucket.
    """

    def __init__(self, ledger: SqliteLedger, locks: JobLocks, store: ObjectStore, bucket: str) -> None:
        self._ledger = ledger
        self._locks = locks
        self._store = store
        self._bucket = bucket

    def arn_of(self, name: str) -> str:
        return f"{HERE}{name}:"

    def start(self, name: str, document: Mapping[str, Any]) -> str:
        """Only what needs no process: to cancel a job. Raises JobInvalidError."""
        job = document.get("cancel")
        if not isinstance(job, str):
            raise JobInvalidError(["a job of this machine runs in the process that starts it"])
        self.stop(self.arn_of(job), "cancelled")
        return self.arn_of(name)

    def executions(self) -> Iterator[ExecutionRecord]:
        for record in self._ledger.jobs():
            if found := self.describe(self.arn_of(record.job)):
                yield found

    def describe(self, arn: str) -> ExecutionRecord | None:
        job = _job_of(arn)
        is_held = self._locks.is_held(job)
        record = self._ledger.job(job)
        return self._execution(record, is_held) if record else None

    def stop(self, arn: str, cause: str) -> None:
        self._ledger.stop(_job_of(arn), Stop(JobCancelledError.__name__, cause))

    def _execution(self, record: JobRecord, is_held: bool) -> ExecutionRecord:
        """Of a job that has its report, that says more.

        Args:
            is_held: whether a process worked on the job before the record was read: it ends the job before
                it lets go of it. Another may have begun since.
        """
        document = json.loads(self._store.get(self._bucket, layout.document_key(record.job)) or b"null")
        running = ExecutionRecord(record.execution, record.job, "RUNNING", record.started, document=document)
        if is_held or (record.state is not JobState.ENDED and self._locks.is_held(record.job)):
            return running
        if record.state is not JobState.ENDED:
            cause = f"{_KILLED}; to go on: headrace resume {record.job}"
            return replace(running, status="FAILED", ended=record.started, cause=cause)
        report = json.loads(self._store.get(self._bucket, layout.report_key(record.job)) or b"{}")
        return replace(
            running,
            status=report.get("status", "FAILED"),
            ended=record.started + report.get("seconds", 0),
            error=report.get("error", ""),
            cause=report.get("cause", ""),
        )


def _job_of(arn: str) -> str:
    return arn.removeprefix(HERE).rpartition(":")[0]
