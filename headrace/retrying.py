"""The job that loads the rejects of another one again, once they are mended or their cause is gone.

A dead letter's rows are rejects of their job like all others, so there is nothing else to be retried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from headrace.errors import NothingToRetryError
from headrace.job.model import AttributeType, Column, Format, Job, Operation, Shape, WriteMode
from headrace.job.parse import job_to_json
from headrace.plan import Plan

_ITEMS = Format(shape=Shape.DYNAMODB_JSON)
_ELSEWHERE = {
    Operation.EXPORT: "restore them into a table, or export again in a format that can carry them",
    Operation.SCAN: "SQS does not take them: send them in another way",
}


def retry_job(report: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    """The job, as JSON, whose source is the rejects file of the job that the report and the plan are of.

    A load and a restore are done again as they were; columns that were inferred stay numbers. Items that
    a copy could not write are restored into its target, renamed as it renames; keys that a truncate could
    not delete are deleted there. Of a mirror only items are: let it run again for what it is to delete.

    Raises NothingToRetryError: it has no rejects, or no job can take them."""
    source = report.get("rejects", {}).get("location")
    if not source:
        raise NothingToRetryError(f"retry: job {report['job']!r} has no rejects")
    job = plan.job
    if elsewhere := _ELSEWHERE.get(job.operation):
        what = f"the rejects of job {report['job']!r} are items that {job.operation} could not take"
        raise NothingToRetryError(f"retry: {what}, see {source}; {elsewhere}")
    return job_to_json(_of_items(job, source) if job.operation.reads_table else _of_text(plan, source))


def _of_text(plan: Plan, source: str) -> Job:
    """The same job. What the whole text showed of its columns, a few rejects need not show."""
    columns = dict(plan.job.columns)
    for name in plan.inferred:
        columns[name] = replace(columns.get(name, Column()), type=AttributeType.N)
    return replace(plan.job, source=source, columns=columns, infer=False)


def _of_items(job: Job, source: str) -> Job:
    return Job(
        source,
        job.target,
        Operation.RESTORE,
        target_place=job.target_place,
        format=_ITEMS,
        columns=job.columns,
        mode=WriteMode.DELETE if job.operation is Operation.TRUNCATE else job.mode,
        newer_by=job.newer_by,
        concurrency=job.concurrency,
        message_bytes=job.message_bytes,
        tolerate=job.tolerate,
    )
