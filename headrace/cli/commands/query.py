"""The verb query: items by their keys, of a table or an index."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

import click

from headrace.cli.connection import CONNECTION, Connection
from headrace.cli.job_fields import document_of, field_options
from headrace.cli.query.distinct import distinct_values
from headrace.cli.query.keys import described, key_condition
from headrace.cli.query.outputs import OUTPUTS
from headrace.cli.query.projection import aliased, columns_of
from headrace.cli.query.reading import Bounds, Reading
from headrace.clock import SystemClock
from headrace.job.model import Job, Operation
from headrace.job.parse import parse_job
from headrace.ports import Item, ReadRequest, TableSchema

_FIELDS = ("index", "filter", "projection", "key_condition", "names", "values", "consistent")
_OPTIONS = [
    one
    for one in field_options(Operation.EXPORT)
    if one.path[0] == "scan" and one.path[1] in _FIELDS and one.path != ("scan", "projection")
]
"""Those of a job that reads a table. The projection is one of its own: it takes plain names."""

_HELP = """Show the items of TABLE that have these keys.

\b
headrace query orders customer=c1
headrace query orders customer=c1 'order>=5'
headrace query orders customer=c1 order=5..9
headrace query orders --index by-city city=Bern 'name=An*'

A KEY is a condition on a key of the table, or of the index: the partition key with =, the sort key also
with <, <=, >, >=, with FROM..TO (both included) or with a beginning, START*. After == the value is taken as
it is. Binary keys are base64. Quote what your shell would take for itself.
"""


@click.command(
    "query",
    help=_HELP,
    params=[
        click.Argument(["table"], metavar="TABLE"),
        click.Argument(["keys"], nargs=-1, metavar="[KEY]..."),
        *(one.option for one in _OPTIONS),
        click.Option(
            ["--projection"],
            metavar="A,B,C",
            help="The attributes to show, also inside others: address.city, tags[0]; default: all.",
        ),
        click.Option(["--reverse"], is_flag=True, help="From the highest sort key down."),
        click.Option(
            ["--head"], type=click.IntRange(1), metavar="N", help="Show the first N items that are found."
        ),
        click.Option(
            ["--limit"],
            type=click.IntRange(1),
            metavar="N",
            help="Read N items at most, those that the filter leaves out counted.",
        ),
        click.Option(
            ["--unique"], metavar="ATTRIBUTE", help="Show its distinct values, and how many items have each."
        ),
        click.Option(["--scan", "is_scan"], is_flag=True, help="Read all of the table, without a key."),
        click.Option(
            ["--output", "-o"],
            type=click.Choice(list(OUTPUTS)),
            help="How to show items; default: table in a terminal, else jsonl.",
        ),
        *CONNECTION,
    ],
)
def query(table: str, keys: Sequence[str], **given: Any) -> None:
    _check(keys, given)
    connection = Connection.of(given)
    job = _job(table, given)
    tables = connection.places.tables(job.source_place)
    schema = tables.describe(job.source)
    if not (keys or job.scan.key_condition or given["is_scan"]):
        _refuse_scan(schema, job.scan.index)
    bounds = Bounds(given["head"], given["limit"])
    request = _request(job, schema, keys, given["reverse"])
    reading = Reading(tables, request, bounds, SystemClock(), random.SystemRandom())
    _show(reading, request, schema, given)


def _check(keys: Sequence[str], given: Mapping[str, Any]) -> None:
    """Raises click.UsageError: options that contradict each other, all of them."""
    is_query = bool(keys or given["scan_key_condition"])
    wrong = {
        "KEY and --key-condition are two ways to say the same; use one": keys and given["scan_key_condition"],
        "--scan reads all of the table; leave out --scan, or the keys": is_query and given["is_scan"],
        "--reverse means nothing with --scan, which has no order": given["reverse"] and given["is_scan"],
        "--unique shows one attribute; leave out --projection": given["unique"] and given["projection"],
    }
    if problems := [text for text, is_so in wrong.items() if is_so]:
        raise click.UsageError("; ".join(problems))


def _job(table: str, given: Mapping[str, Any]) -> Job:
    """The options as those of a job, so that they are checked as its fields are. Raises JobInvalidError."""
    document = document_of(Operation.EXPORT, {}, {"source": table}, _OPTIONS, given)
    scan = document.setdefault("scan", {})
    names = scan.get("names", {})
    if given["unique"]:
        scan["projection"], scan["names"] = "#unique", names | {"#unique": given["unique"]}
    elif given["projection"]:
        scan["projection"], added = aliased(given["projection"], names)
        scan["names"] = names | added
    return parse_job({name: value for name, value in document.items() if value != {}})


def _refuse_scan(schema: TableSchema, index: str | None) -> NoReturn:
    raise click.UsageError(
        f"without a key all of {schema.name!r} is read and charged for: {schema.items:,} items, "
        f"{schema.bytes:,} bytes some hours ago; add --scan if you mean that, or a KEY: "
        f"{described(schema.keys_of(index) or schema.primary)}"
    )


def _request(job: Job, schema: TableSchema, keys: Sequence[str], is_reverse: bool) -> ReadRequest:
    """Raises RequestInvalidError: conditions on keys that are none."""
    scan = job.scan
    request = ReadRequest(
        job.source,
        index=scan.index,
        key_condition=scan.key_condition,
        filter=scan.filter,
        projection=scan.projection,
        names=scan.names,
        values=scan.values,
        consistent=scan.consistent,
        reverse=is_reverse,
    )
    return _with_keys(request, schema, keys) if keys else request


def _with_keys(request: ReadRequest, schema: TableSchema, keys: Sequence[str]) -> ReadRequest:
    found = key_condition(keys, schema, request.index, {*request.names, *request.values})
    return replace(
        request,
        key_condition=found.text,
        names={**request.names, **found.names},
        values={**request.values, **found.values},
    )


def _show(reading: Reading, request: ReadRequest, schema: TableSchema, given: Mapping[str, Any]) -> None:
    items: Iterable[Item] = reading
    keys = (*schema.keys_of(request.index), *schema.primary)
    columns, is_all = list(dict.fromkeys(key.name for key in keys)), False
    if given["unique"]:
        items, columns, is_all = distinct_values(reading, given["unique"]), ["value", "count"], True
    elif request.projection:
        columns, is_all = columns_of(request.projection, request.names), True
    output: str = given["output"] or ("table" if _is_terminal() else "jsonl")
    OUTPUTS[output](items, columns, is_all, sys.stdout.buffer)
    click.echo(_summary(reading), err=True)


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _summary(reading: Reading) -> str:
    more = "; there may be more" if reading.is_cut else ""
    return f"{reading.given:,} items, of {reading.scanned:,} looked at, {reading.units:g} read units{more}"
