"""Every field of a job has its option, and what the options say is the job."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import assume, given

from headrace.cli.commands.operations import ARGUMENTS, operation_command, read_document
from headrace.cli.job_fields import FieldOption, field_options, place_options
from headrace.job.columns import Columns
from headrace.job.fields import JOB
from headrace.job.groups import Field, Group
from headrace.job.kinds import Either
from headrace.job.located import Located
from headrace.job.model import Job, Operation
from headrace.job.parse import job_to_json, parse_job
from tests.unit.job.strategies import MINIMALS, QUEUE, jobs

OPERATIONS = list(Operation)
Document = dict[str, Any]


def options_of(operation: Operation) -> list[FieldOption]:
    return [*field_options(operation), *place_options(operation)]


def read(operation: Operation, *args: str) -> Document:
    """The job that the operation's command makes of its arguments."""
    command = operation_command(operation)
    return read_document(operation, options_of(operation), command.make_context("it", list(args)).params)


def load(*args: str) -> Document:
    return read(Operation.LOAD, "s3://bucket/rows.csv", "orders", *args)


def paths(group: Group, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Of all that can be said in a job."""
    for field in group.fields:
        yield from _paths_of(field, (*above, field.name))


def _paths_of(field: Field, at: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    kinds = field.kind.kinds if isinstance(field.kind, Either) else (field.kind,)
    match kinds[0]:
        case Group() as group:
            yield from paths(group, at)
        case Located() as located:
            yield from ((*at, inner.name) for inner in located.place)
        case Columns():
            yield from {(*at, name) for kind in kinds if isinstance(kind, Columns) for name in kind.said}
        case _:
            yield at


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_field_has_one_option(operation: Operation) -> None:
    fields = set(paths(JOB.of(operation))) - {("operation",), ("source",), ("target",), ("confirm",)}
    told = [one.path for one in options_of(operation)]
    assert sorted(told) == sorted(fields)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_is_no_option_is_an_argument_or_asked_for(operation: Operation) -> None:
    sides = {field.name for field in JOB.of(operation).fields} & {"source", "target"}
    assert set(ARGUMENTS[operation]) == sides


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_option_has_help_and_a_flag_of_its_own(operation: Operation) -> None:
    options = [one for one in operation_command(operation).params if isinstance(one, click.Option)]
    flags = [flag for one in options for flag in one.opts]
    assert len(flags) == len(set(flags))
    assert [one.name for one in options if not one.help] == []


def spelled(one: FieldOption, document: Mapping[str, Any]) -> Iterator[str]:
    """How a person would say what the document says at the option's place."""
    flag = one.option.opts[0]
    if one.path[0] == "columns":
        yield from _columns_spelled(flag, one.path[1], document.get("columns", {}))
        return
    found: Any = document
    for name in one.path:
        found = found.get(name, ...) if isinstance(found, dict) else ...
    match found:
        case bool():
            yield from [flag] * (found and bool(one.option.is_flag))
        case dict():
            yield from (f"{flag}={name}={_value_spelled(value)}" for name, value in found.items())
        case list():
            yield f"{flag}={','.join(found)}"
        case str() | int() | float():
            yield f"{flag}={found}"
        case None:
            yield f"{flag}="


def _value_spelled(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _columns_spelled(flag: str, said: str, columns: Mapping[str, Any]) -> Iterator[str]:
    for name, entry in columns.items():
        value = (entry if isinstance(entry, dict) else {"type": entry}).get(said)
        if value:
            yield f"{flag}={name}" if said == "drop" else f"{flag}={name}={value}"


def arguments(job: Job, document: Mapping[str, Any]) -> list[str]:
    sides = [getattr(job, side) for side in ARGUMENTS[job.operation]]
    options = options_of(job.operation)
    return [*(text for one in options for text in spelled(one, document)), "--", *filter(None, sides)]


def can_be_said(document: Mapping[str, Any]) -> bool:
    """Only a file of JSON can say names with the characters that part them here, that nothing means null,
    and nothing of a column."""
    form, columns = document.get("format", {}), document.get("columns", {})
    header = form.get("header")
    names = [*columns, *(header if isinstance(header, list) else ())]
    are_plain = not any(set("=,") & set(name) for name in names)
    return are_plain and form.get("null", "") is not None and all(columns.values())


@given(jobs())
def test_a_job_that_is_spelled_as_options_is_that_job(job: Job) -> None:
    document = job_to_json(job)
    assume(can_be_said(document))
    again = read(job.operation, *arguments(job, document))
    confirm = {"confirm": "orders"} if job.operation is Operation.TRUNCATE else {}
    assert parse_job(again | confirm) == job


def test_columns_are_typed_renamed_and_dropped() -> None:
    document = load("--column", "price=N", "--column", "at=TTL", "--rename", "price=cost", "--drop", "note")
    assert document["columns"] == {
        "price": {"type": "N", "rename": "cost"},
        "at": {"type": "TTL"},
        "note": {"drop": True},
    }


def test_names_and_values_of_expressions_are_read() -> None:
    document = read(
        Operation.COUNT,
        *("orders", "--filter", "#s = :open and total > :least and code = :code"),
        *("--name", "#s=state", "--value", ":open=open", "--value", ":least=5", "--value", ':code="5"'),
    )
    assert document["scan"]["names"] == {"#s": "state"}
    assert document["scan"]["values"] == {":open": "open", ":least": 5, ":code": "5"}


@pytest.mark.parametrize("flag", ["--column", "--rename", "--name", "--value"])
def test_a_pair_without_its_second_part_is_wrong_usage(flag: str) -> None:
    document = load if flag in ("--column", "--rename") else partial(read, Operation.COUNT, "orders")
    with pytest.raises(click.UsageError, match="'alone' has no ="):
        document(flag, "alone")


def test_a_header_is_a_list_of_names() -> None:
    assert load("--header", "id,name")["format"] == {"header": ["id", "name"]}


def test_nothing_for_a_quote_turns_quoting_off() -> None:
    form = parse_job(load("--quote", "", "--format", "csv")).format
    assert form.quote is None


def test_what_is_said_of_a_side_makes_an_object_of_it() -> None:
    document = read(
        Operation.COPY,
        *("orders", "copies", "--source-profile", "live", "--target-region", "eu-west-1"),
        *("--target-role-arn", "arn:aws:iam::123456789012:role/writer"),
    )
    assert document["source"] == {"table": "orders", "profile": "live"}
    assert document["target"] == {
        "table": "copies",
        "region": "eu-west-1",
        "role_arn": "arn:aws:iam::123456789012:role/writer",
    }


def test_a_queue_becomes_the_object_of_a_queue() -> None:
    document = read(Operation.SCAN, "orders", QUEUE, "--target-profile", "other")
    assert document["target"] == {"queue": QUEUE, "profile": "other"}


def job_file(folder: Path, **fields: Any) -> str:
    path = folder / "job.json"
    path.write_text(json.dumps(fields))
    return str(path)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_file_alone_says_the_whole_job(tmp_path: Path, operation: Operation) -> None:
    file = job_file(tmp_path, **MINIMALS[operation])
    assert read(operation, "--job", file) == MINIMALS[operation]


def test_arguments_and_options_override_the_file(tmp_path: Path) -> None:
    file = job_file(
        tmp_path,
        source="s3://bucket/other.csv",
        columns={"price": "N", "note": {"rename": "text"}},
        tolerate={"rejects": 5},
        write={"mode": "insert"},
    )
    document = load("--job", file, "--tolerate", "1", "--rename", "price=cost", "--empty", "keep")
    assert document == {
        "operation": "load",
        "source": "s3://bucket/rows.csv",
        "target": "orders",
        "columns": {"price": {"type": "N", "rename": "cost"}, "note": {"rename": "text"}},
        "tolerate": {"rejects": 1},
        "write": {"mode": "insert", "empty": "keep"},
    }


def test_the_place_of_a_table_in_the_file_is_added_to(tmp_path: Path) -> None:
    file = job_file(tmp_path, source={"table": "orders", "region": "eu-west-1"})
    document = read(Operation.COUNT, "--job", file, "--source-profile", "live")
    assert document["source"] == {"table": "orders", "region": "eu-west-1", "profile": "live"}


def test_names_of_the_file_and_of_the_options_are_all_there(tmp_path: Path) -> None:
    file = job_file(tmp_path, scan={"names": {"#a": "a"}})
    assert read(Operation.COUNT, "orders", "--job", file, "--name", "#b=b")["scan"]["names"] == {
        "#a": "a",
        "#b": "b",
    }


def test_a_file_of_another_operation_is_wrong_usage(tmp_path: Path) -> None:
    file = job_file(tmp_path, operation="count", source="orders")
    with pytest.raises(click.UsageError, match="is a job to count; use headrace count"):
        load("--job", file)
