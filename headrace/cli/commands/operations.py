"""The verbs that are a job's operations: load, scan, export, restore, copy, truncate, count."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from headrace.cli.asking import confirm_destruction
from headrace.cli.connection import CONNECTION, WHERE, Connection
from headrace.cli.exits import Exit
from headrace.cli.job_fields import FieldOption, document_of, field_options, place_options
from headrace.cli.running import follow_deployed, run_deployed, run_here
from headrace.job.model import Operation
from headrace.job.parse import parse_job
from headrace.job.start import decode_options
from headrace.library.local import DEFAULT_WORKERS, url_of_path
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

HELP = {
    Operation.LOAD: "Load FILE, CSV or JSON lines, plain or gzipped, into TABLE.",
    Operation.SCAN: "Send all items of TABLE into the queue at QUEUE-URL.",
    Operation.EXPORT: "Export TABLE into files below FOLDER, or below a prefix of S3.",
    Operation.RESTORE: "Restore an export, of Headrace's or of DynamoDB's, or JSON lines, into TABLE.",
    Operation.COPY: "Copy the items of one TABLE into another, also of another region or account.",
    Operation.TRUNCATE: "Delete all items of TABLE, or those for which --filter holds.",
    Operation.COUNT: "Count the items of TABLE, exactly.",
}
_HOW: tuple[click.Option, ...] = (
    click.Option(
        ["--job", "job_file"],
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="A job as JSON; arguments and options override what it says.",
    ),
    click.Option(["--job-name"], metavar="NAME", help="The job's name; default: one that says what it does."),
    click.Option(
        ["--workers"],
        type=click.IntRange(1, 256),
        default=DEFAULT_WORKERS,
        show_default=True,
        help="Batches and segments at once, on this machine.",
    ),
    click.Option(["--detach"], is_flag=True, help="Do not wait for the pipeline."),
    click.Option(["--json", "is_json"], is_flag=True, help="Print the report as JSON, and nothing else."),
    click.Option(["--yes", "-y", "is_confirmed"], is_flag=True, help="Do not ask before items are deleted."),
)


def operation_command(operation: Operation) -> click.Command:
    """The command of an operation."""
    options = [*field_options(operation), *place_options(operation)]

    def run(**given: Any) -> Exit:
        return run_operation(operation, options, given)

    return click.Command(
        str(operation),
        callback=run,
        help=HELP[operation],
        params=[*arguments_of(operation), *(one.option for one in options), *_HOW, *WHERE, *CONNECTION],
    )


def arguments_of(operation: Operation) -> list[click.Parameter]:
    """None is required, as `--job` may say it; what is missing then, the job's own check tells."""
    metavars = _METAVARS[operation]
    return [click.Argument([side], required=False, metavar=metavars[side]) for side in ARGUMENTS[operation]]


def run_operation(operation: Operation, options: list[FieldOption], given: Mapping[str, Any]) -> Exit:
    connection = Connection.of(given)
    document = read_document(operation, options, given)
    if operation is Operation.TRUNCATE and "confirm" not in document:
        document["confirm"] = _table_of(document.get("target"))
    parse_job(document)
    is_here = connection.chooses_here(_is_here_by_default(document))
    if not given["is_confirmed"]:
        confirm_destruction(connection, document, is_here)
    if is_here:
        pipeline = connection.here
        return run_here(
            pipeline,
            lambda show: pipeline.run(document, given["job_name"], show),
            str(operation),
            given["is_json"],
        )
    job = run_deployed(connection, document, given["job_name"], given["is_json"])
    if given["detach"]:
        click.echo(job)
        return Exit.DONE
    return follow_deployed(connection, job, str(operation), given["is_json"])


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
    for side in ("source", "target"):
        if (operation, side) in _PATHS and isinstance(document.get(side), str):
            document[side] = url_of_path(document[side])
    return document


def _is_here_by_default(document: Mapping[str, Any]) -> bool:
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
