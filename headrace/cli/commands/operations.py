"""The verbs that are a job's operations: load, scan, export, restore, copy, truncate, count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from headrace.cli.asking import confirm_destruction
from headrace.cli.connection import CONNECTION, WHERE, Connection
from headrace.cli.exits import Exit
from headrace.cli.job_fields import FieldOption, document_of, field_options, place_options
from headrace.cli.options import AS_JSON, DETACH, WORKERS
from headrace.cli.running import Output, follow_started, run_here, start_deployed
from headrace.cli.sections import SectionedCommand
from headrace.job.model import Operation
from headrace.job.parse import parse_job
from headrace.job.start import decode_options
from headrace.library.local import url_of_path
from headrace.locations import is_file

ARGUMENTS: dict[Operation, tuple[str, ...]] = {
    Operation.LOAD: ("source", "target"),
    Operation.SCAN: ("source", "target"),
    Operation.EXPORT: ("source", "target"),
    Operation.RESTORE: ("source", "target"),
    Operation.COPY: ("source", "target"),
    Operation.TRUNCATE: ("target",),
    Operation.COUNT: ("source",),
}
_METAVARS = {
    Operation.LOAD: {"source": "FILE|S3-URL", "target": "TABLE"},
    Operation.SCAN: {"source": "TABLE", "target": "QUEUE-URL"},
    Operation.EXPORT: {"source": "TABLE", "target": "FOLDER|S3-URL"},
    Operation.RESTORE: {"source": "FOLDER|FILE|S3-URL", "target": "TABLE"},
    Operation.COPY: {"source": "TABLE", "target": "TABLE"},
    Operation.TRUNCATE: {"target": "TABLE"},
    Operation.COUNT: {"source": "TABLE"},
}
_PATHS = {(Operation.LOAD, "source"), (Operation.RESTORE, "source"), (Operation.EXPORT, "target")}
"""Sides that may be files of this machine."""
_OPTIONAL = {(Operation.EXPORT, "target")}

HELP = {
    Operation.LOAD: "Load FILE, CSV or JSON lines, plain or gzipped, into TABLE.",
    Operation.SCAN: "Send all items of TABLE into the queue at QUEUE-URL.",
    Operation.EXPORT: "Export TABLE into files below FOLDER, or below a prefix of S3.",
    Operation.RESTORE: "Restore an export, of Headrace's or of DynamoDB's, or JSON lines, into TABLE.",
    Operation.COPY: "Copy the items of one TABLE into another, also of another region or account.",
    Operation.TRUNCATE: "Delete all items of TABLE, or those for which --filter holds.",
    Operation.COUNT: "Count the items of TABLE, exactly.",
}
JOB_FILE = click.Option(
    ["--job", "job_file"],
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A job as JSON; arguments and options override what it says.",
)
_JOB_NAME = click.Option(
    ["--job-name"], metavar="NAME", help="The job's name.  [default: one that says what it does]"
)
_REPORT_FILE = click.Option(
    ["--report-file"],
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Also write the report there, as JSON.",
)
_YES = click.Option(
    ["--yes", "-y", "is_confirmed"], is_flag=True, help="Do not ask before items are deleted."
)
_READ, _WRITE, _FORMAT, _WORK, _WHERE = "What to read", "What to write", "Format", "Work", "Where"
_HEADINGS: Mapping[str, str] = {
    "scan": _READ,
    "source": _READ,
    "write": _WRITE,
    "mirror": _WRITE,
    "target": _WRITE,
    "format": _FORMAT,
    "columns": _FORMAT,
    "infer": _FORMAT,
}
"""Of the options of a job's fields, by the field or its group; all others are about the work."""


def operation_command(operation: Operation) -> click.Command:
    """The command of an operation."""
    options = [*field_options(operation), *place_options(operation)]

    def run(**given: Any) -> Exit:
        return run_operation(operation, options, given)

    return SectionedCommand(
        str(operation),
        callback=run,
        help=HELP[operation],
        params=[*arguments_of(operation), AS_JSON],
        sections=_sections(options),
    )


def _sections(options: Sequence[FieldOption]) -> dict[str, list[click.Option]]:
    found: dict[str, list[click.Option]] = {heading: [] for heading in (_READ, _FORMAT, _WRITE, _WORK)}
    for one in options:
        found[_HEADINGS.get(one.path[0], _WORK)].append(one.option)
    found[_WORK] += [JOB_FILE, _JOB_NAME, _REPORT_FILE, _YES, WORKERS]
    return {**found, _WHERE: [*WHERE, DETACH, *CONNECTION]}


def arguments_of(operation: Operation) -> list[click.Parameter]:
    """None is required, as `--job` may say it."""
    metavars = _METAVARS[operation]
    return [click.Argument([side], required=False, metavar=metavars[side]) for side in ARGUMENTS[operation]]


def run_operation(operation: Operation, options: list[FieldOption], given: Mapping[str, Any]) -> Exit:
    connection = Connection.of(given)
    document = with_confirmation(operation, read_document(operation, options, given))
    parse_job(document)
    is_here = connection.chooses_here(is_here_by_default(document))
    if not given["is_confirmed"]:
        confirm_destruction(connection, document, is_here)
    output = Output(given["is_json"], given["report_file"])
    if is_here:
        pipeline = connection.here
        name = given["job_name"]
        return run_here(pipeline, lambda show: pipeline.run(document, name, show), output)
    job = start_deployed(connection.deployed, document, given["job_name"])
    return follow_started(connection.deployed, job, given["is_detached"], output)


def read_document(
    operation: Operation, options: list[FieldOption], given: Mapping[str, Any]
) -> dict[str, Any]:
    """The job as JSON, files of this machine as URLs. Raises JobInvalidError, click.UsageError."""
    file: Path | None = given["job_file"]
    start = decode_options(file.read_bytes(), str(file)) if file else {}
    if start.get("operation", operation) != operation:
        raise click.UsageError(f"{file} is a job to {start['operation']}; use headrace {start['operation']}")
    sides = {side: given.get(side) for side in ARGUMENTS[operation]}
    document = document_of(operation, start, sides, options, given)
    _check_sides(operation, document)
    for side in ("source", "target"):
        if (operation, side) in _PATHS and isinstance(document.get(side), str):
            document[side] = url_of_path(document[side])
    return document


def _check_sides(operation: Operation, document: Mapping[str, Any]) -> None:
    sides = [side for side in ARGUMENTS[operation] if (operation, side) not in _OPTIONAL]
    if missing := [_METAVARS[operation][side] for side in sides if side not in document]:
        raise click.UsageError(f"{' and '.join(missing)} missing; name them, or a job by --job FILE")


def with_confirmation(operation: Operation, document: dict[str, Any]) -> dict[str, Any]:
    """A truncate names its table twice; who types it is asked instead."""
    if operation is not Operation.TRUNCATE or "confirm" in document:
        return document
    return document | {"confirm": _table_of(document.get("target"))}


def is_here_by_default(document: Mapping[str, Any]) -> bool:
    """Files are here; what is in S3 is the pipeline's; tables are wherever they are."""
    sides = [document.get(side) for side in ("source", "target")]
    urls = [side for side in sides if isinstance(side, str) and side.startswith("s3://")]
    return not urls or any(isinstance(side, str) and is_file(side) for side in sides)


def _table_of(target: Any) -> Any:
    named = target.get("table") if isinstance(target, Mapping) else target
    return named.rpartition(":table/")[2] if isinstance(named, str) else named


load = operation_command(Operation.LOAD)
scan = operation_command(Operation.SCAN)
export = operation_command(Operation.EXPORT)
restore = operation_command(Operation.RESTORE)
copy = operation_command(Operation.COPY)
truncate = operation_command(Operation.TRUNCATE)
count = operation_command(Operation.COUNT)
