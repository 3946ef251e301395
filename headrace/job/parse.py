"""From the JSON that a person wrote to a Job, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headrace.job.dialect import find_contradictions, format_to_json, with_preset
from headrace.job.fields import JOB
from headrace.job.model import Column, Format, Job, Tolerate
from headrace.job.problems import INVALID, Problems


def parse_job(value: object) -> Job:
    """The job that a JSON value describes. Raises JobInvalidError with every problem at once."""
    problems = Problems()
    given = JOB.read(value, "", problems)
    settings = _settings(given)
    find_contradictions(settings, problems)
    problems.raise_if_any()
    return _job(given, Format(**settings))


def _settings(given: Any) -> dict[str, Any]:
    chosen = INVALID if given is INVALID else given.get("format", {})
    return with_preset({} if chosen is INVALID else chosen)


def _job(given: Mapping[str, Any], format_: Format) -> Job:
    alone = ("operation", "source", "target", "columns", "infer", "dry_run")
    fields = {name: given[name] for name in alone if name in given} | given.get("parallel", {})
    if "empty" in given.get("write", {}):
        fields["empty"] = given["write"]["empty"]
    return Job(**fields, format=format_, tolerate=Tolerate(**given.get("tolerate", {})))


def job_to_json(job: Job) -> dict[str, Any]:
    """The job in full, defaults written out: `parse_job(job_to_json(job)) == job`."""
    return {
        "operation": job.operation,
        "source": job.source,
        "target": job.target,
        "format": format_to_json(job.format),
        "columns": {name: _column_to_json(column) for name, column in job.columns.items()},
        "infer": job.infer,
        "write": {"mode": "put", "duplicates": "last", "empty": str(job.empty)},
        "parallel": {
            "chunk_bytes": job.chunk_bytes,
            "concurrency": job.concurrency,
            "message_bytes": job.message_bytes,
        },
        "tolerate": {"rejects": job.tolerate.rejects, "rejects_percent": job.tolerate.rejects_percent},
        "dry_run": job.dry_run,
    }


def _column_to_json(column: Column) -> dict[str, Any]:
    if column.drop:
        return {"drop": True}
    full = {"type": column.type and str(column.type), "rename": column.rename}
    return {name: value for name, value in full.items() if value is not None}
