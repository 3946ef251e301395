"""The verb plan, a group with a verb an operation: what a job would do, take and cost."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from headrace.cli.commands.capacity import PRICE_FILE
from headrace.cli.commands.operations import (
    JOB_FILE,
    arguments_of,
    is_here_by_default,
    read_document,
    with_confirmation,
)
from headrace.cli.connection import CONNECTION, WHERE, Connection
from headrace.cli.estimate_view import show_estimate
from headrace.cli.job_fields import FieldOption, field_options, place_options
from headrace.cli.options import AS_JSON
from headrace.cli.report_view import show_json
from headrace.estimating.estimator import MOST_BYTES, Settings
from headrace.job.model import Operation
from headrace.job.parse import parse_job
from headrace.library.local import DEFAULT_WORKERS, READS_TEXT, made_small
from headrace.prices import read_prices

_WHAT = (
    "Tell what `headrace {}` with these arguments and options would do, take and cost. Nothing is written."
)
_HOW = (
    JOB_FILE,
    click.Option(
        ["--write-units-per-second", "write_rate"],
        type=click.IntRange(1),
        metavar="N",
        help="Write units a second to reckon with; default: what the table is provisioned for.",
    ),
    click.Option(
        ["--writers"],
        type=click.IntRange(1, 1000),
        default=DEFAULT_WORKERS,
        show_default=True,
        help="Batches that are written at once: the stack's writer_concurrency, or --workers.",
    ),
    click.Option(
        ["--exact", "is_exact"],
        is_flag=True,
        help=f"Read all of a text to count its rows; default: the first {MOST_BYTES // 2**20} MiB.",
    ),
    AS_JSON,
    PRICE_FILE,
    *WHERE[:2],
    *CONNECTION,
)


def _command(operation: Operation) -> click.Command:
    options = [*field_options(operation), *place_options(operation)]

    def run(**given: Any) -> None:
        _plan(operation, options, given)

    return click.Command(
        str(operation),
        callback=run,
        help=_WHAT.format(operation),
        short_help=f"What `headrace {operation}` would do and cost.",
        params=[*arguments_of(operation), *(one.option for one in options), *_HOW],
    )


def _plan(operation: Operation, options: list[FieldOption], given: Mapping[str, Any]) -> None:
    connection, prices = Connection.of(given), read_prices(given["price_file"])
    document = with_confirmation(operation, read_document(operation, options, given))
    is_here = connection.chooses_here(is_here_by_default(document))
    job = parse_job(made_small(document) if is_here and operation in READS_TEXT else document)
    most = sys.maxsize if given["is_exact"] else MOST_BYTES
    settings = Settings(is_here, given["writers"], given["write_rate"], most)
    estimate = connection.estimator(prices).estimate(job, settings)
    if given["is_json"]:
        show_json(estimate.to_json())
    else:
        show_estimate(estimate)


plan = click.Group(
    "plan",
    {str(operation): _command(operation) for operation in Operation},
    help="Tell what a job would do, take and cost, by its plan and a sample. Nothing is written.",
    no_args_is_help=False,
)
