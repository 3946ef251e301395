"""What a reader of an export's parts has to know, and how the summary of its manifest says it.

The names are those of DynamoDB's own exports. Beside them the summary of a CSV export has `header`,
`format` and `empty`, and that of JSON lines `columns`, as a load of the parts would need them in its job.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headrace.errors import JobInvalidError, SourceFormatError
from headrace.job.model import AttributeType, Column, Empty, Format, Shape
from headrace.job.parse import job_to_json, parse_job
from headrace.plan import Plan

FULL_EXPORT = "FULL_EXPORT"
_FORMATS = {Shape.DYNAMODB_JSON: "DYNAMODB_JSON", Shape.JSONL: "JSONL", Shape.DELIMITED: "CSV"}
_SHAPES = {name: shape for shape, name in _FORMATS.items()}
_AS_JSON = "export the table again as DYNAMODB_JSON"


@dataclass(frozen=True, slots=True)
class Contents:
    """`header`, `format`, `empty`: of CSV only. `columns`: types of attributes in JSON lines."""

    shape: Shape
    header: tuple[str, ...] = ()
    format: Format | None = None
    empty: Empty | None = None
    columns: Mapping[str, Column] = field(default_factory=dict)


def contents_to_json(plan: Plan) -> dict[str, Any]:
    """The fields of the summary that tell what is in the parts."""
    job, shape = plan.job, plan.job.format.shape
    fields: dict[str, Any] = {"outputFormat": _FORMATS[shape], "exportType": FULL_EXPORT}
    if shape is Shape.DELIMITED:
        fields |= {"header": plan.header, "format": job_to_json(job)["format"], "empty": job.empty}
    if shape is Shape.JSONL:
        fields["columns"] = {name: column.type for name, column in job.columns.items() if column.type}
    return fields


def contents_from_json(summary: Mapping[str, Any], url: str) -> Contents:
    """Raises SourceFormatError: this is no export that can be read.

    Args:
        url: the summary's.
    """
    kind, output = summary.get("exportType", FULL_EXPORT), summary.get("outputFormat")
    if kind != FULL_EXPORT:
        raise SourceFormatError(
            f"source: {url} is of an export of the type {kind}, which has changes, not items; "
            f"allowed: {FULL_EXPORT}; export the whole table"
        )
    if output not in _SHAPES:
        raise SourceFormatError(
            f"source: {url} is of an export as {output}; allowed: {', '.join(_SHAPES)}; {_AS_JSON}"
        )
    try:
        return _contents(_SHAPES[output], summary)
    except (AttributeError, KeyError, TypeError, ValueError, JobInvalidError) as error:
        fault = f"source: {url} does not say how to read the export: {error!r}"
        raise SourceFormatError(f"{fault}; {_AS_JSON}") from error


def _contents(shape: Shape, summary: Mapping[str, Any]) -> Contents:
    if shape is Shape.DELIMITED:
        return Contents(shape, tuple(summary["header"]), _format(summary["format"]), Empty(summary["empty"]))
    types: Mapping[str, str] = summary.get("columns", {}) if shape is Shape.JSONL else {}
    return Contents(shape, columns={name: Column(AttributeType(kind)) for name, kind in types.items()})


def _format(fields: Any) -> Format:
    load = {"operation": "load", "source": "s3://bucket/key", "target": "table"}
    return parse_job(load | {"format": fields}).format
