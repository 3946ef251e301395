"""Exercises of the functions that end a job: settle, report and stop."""

from __future__ import annotations

import json

from headrace import layout
from tests.e2e.exercises import jobs
from tests.e2e.exercises.calls import Calls

MIB = 1024 * 1024

# settle


def look(calls: Calls) -> str:
    looked = calls.call("Settle", {"job": calls.planned(jobs.load(calls.stack))})
    return looked if isinstance(looked, str) else "looked"


def note_failure(calls: Calls) -> str:
    failure = {"Error": "TransientError", "Cause": "{}"}
    return calls.work("Settle", calls.planned(jobs.load(calls.stack)), error=failure)


# report


def report(calls: Calls) -> str:
    return _report(calls, _exported(calls))


def break_off_a_report(calls: Calls) -> str:
    job = _with_rejects_gone(calls)
    _report(calls, job)
    return calls.left_below(layout.job_prefix(job))


def _report(calls: Calls, job: str) -> str:
    reported = calls.call("Report", {"input": {}, "execution": calls.execution, "name": job})
    return reported if isinstance(reported, str) else str(reported["status"])


# stop


def stop(calls: Calls) -> str:
    """When there was nothing left to be stopped: the export gets its manifests."""
    return _stop(calls, _exported(calls))


def break_off_a_stop(calls: Calls) -> str:
    job = _with_rejects_gone(calls)
    _stop(calls, job)
    return calls.left_below(layout.job_prefix(job))


def _stop(calls: Calls, job: str) -> str:
    detail = {"executionArn": calls.execution, "name": job, "status": "ABORTED", "input": "{}"}
    stopped = calls.call("Stop", {"source": "aws.states", "detail": detail})
    if stopped is not None:
        return str(stopped)
    report = calls.stack.get(f"s3://{calls.stack.bucket}/{layout.report_key(job)}")
    return str(json.loads(report)["status"])


# What they share


def _exported(calls: Calls) -> str:
    """A job of which all is done but its report."""
    job = calls.planned(jobs.export(calls.stack))
    assert calls.work("ScanSegment", job) == "done"
    return job


def _with_rejects_gone(calls: Calls) -> str:
    """A job with so many rejects that they are joined by and by; then some are not there any more."""
    job = calls.planned(jobs.export(calls.stack))
    there, gone = (f"{layout.reject_parts_prefix(job)}000000-message-{name}.jsonl" for name in ("a", "b"))
    calls.stack.put(there, b"\n" * 9 * MIB)
    item = {"settled": {"NS": ["0"]}, "parts": {"SS": [there, gone]}}
    key = {"job": {"S": job}, "record": {"S": "settled#000000#000000"}}
    calls.stack.dynamodb.put_item(TableName=calls.stack.ledger_table, Item=key | item)
    return job
