"""From the JSON that a person wrote to a Job, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from headrace.job.contradictions import find_contradictions
from headrace.job.dialect import find_misfits, format_to_json, preset_of, shape_of, with_preset
from headrace.job.fields import JOB
from headrace.job.located import QUEUE, TABLE, location_to_json
from headrace.job.model import Column, Format, Job, Operation, Place, Scan, Shape, Tolerate
from headrace.job.problems import INVALID, Problems

_ALONE = ("operation", "columns", "infer", "mirror", "confirm", "dry_run")
_OF_WRITE = ("mode", "newer_by", "empty")


def parse_job(value: object) -> Job:
    """The job that a JSON value describes. Raises JobInvalidError with every problem at once."""
    problems = Problems()
    operation = _operation(value)
    read = JOB.of(operation, _shape(value, operation)).read(value, "", problems)
    given = {} if read is INVALID else read
    form = given.get("format", {})
    settings = with_preset({} if form is INVALID else form, operation)
    find_misfits(settings, problems)
    find_contradictions(given, problems)
    problems.raise_if_any()
    return _job(given, Format(**settings))


def _operation(value: object) -> Operation | None:
    named = value.get("operation") if isinstance(value, Mapping) else None
    return next((operation for operation in Operation if operation == named), None)


def _shape(value: object, operation: Operation | None) -> Shape | None:
    """None where it cannot be told, or where the operation has none."""
    form = value.get("format", {}) if isinstance(value, Mapping) else {}
    known = operation and isinstance(form, Mapping)
    return shape_of(preset_of(form, operation)) if known else None


def _job(given: Mapping[str, Any], format_: Format) -> Job:
    write = given.get("write", {})
    fields = {name: given[name] for name in _ALONE if name in given} | given.get("parallel", {})
    fields |= {name: write[name] for name in _OF_WRITE if name in write}
    for side in ("source", "target"):
        fields[side], fields[f"{side}_place"] = _located(given.get(side, ""))
    scan, tolerate = Scan(**given.get("scan", {})), Tolerate(**given.get("tolerate", {}))
    return Job(**fields, format=format_, scan=scan, tolerate=tolerate)


def _located(found: Any) -> tuple[str, Place]:
    """An object's URL is a text alone."""
    return (found, Place()) if isinstance(found, str) else found


def job_to_json(job: Job) -> dict[str, Any]:
    """The job in full, with all defaults that its operation has: `parse_job(job_to_json(job)) == job`."""
    full = _there(
        operation=str(job.operation),
        source=location_to_json(TABLE, job.source, job.source_place),
        target=_target_to_json(job),
        format=format_to_json(job.format),
        columns={name: _column_to_json(column) for name, column in job.columns.items()},
        infer=job.infer,
        write=_there(mode=str(job.mode), newer_by=job.newer_by, duplicates="last", empty=str(job.empty)),
        scan=_scan_to_json(job.scan),
        mirror=job.mirror,
        confirm=job.confirm,
        parallel=_there(
            chunk_bytes=job.chunk_bytes,
            window_bytes=job.window_bytes,
            segments=job.segments,
            concurrency=job.concurrency,
            message_bytes=job.message_bytes,
        ),
        tolerate=asdict(job.tolerate),
        dry_run=job.dry_run,
    )
    return JOB.of(job.operation, job.format.shape).select(full)


def _target_to_json(job: Job) -> Any:
    """None: an export that goes to a place of its own."""
    if not job.target:
        return None
    kind = QUEUE if job.operation is Operation.SCAN else TABLE
    return location_to_json(kind, job.target, job.target_place)


def _scan_to_json(scan: Scan) -> dict[str, Any]:
    full = asdict(scan) | {"names": dict(scan.names) or None, "values": dict(scan.values) or None}
    return _there(**full)


def _column_to_json(column: Column) -> dict[str, Any]:
    return (
        {"drop": True} if column.drop else _there(type=column.type and str(column.type), rename=column.rename)
    )


def _there(**members: Any) -> dict[str, Any]:
    """Those that are not None."""
    return {name: value for name, value in members.items() if value is not None}
