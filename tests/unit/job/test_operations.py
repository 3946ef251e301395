"""What each operation takes, what means nothing for it, and what two fields cannot say together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.job.fields import JOB
from headrace.job.groups import Group
from headrace.job.kinds import Either
from headrace.job.model import (
    AttributeType,
    Column,
    Empty,
    Format,
    Job,
    Operation,
    Place,
    Scan,
    Shape,
    WriteMode,
)
from headrace.job.parse import job_to_json, parse_job
from tests.unit.job.strategies import MINIMALS, QUEUE, TABLE_ARN, fields_of, jobs
from tests.unit.job.test_parse import problems_of


def parsed(operation: str, **fields: Any) -> Job:
    return parse_job({**MINIMALS[Operation(operation)], **fields})


def problem_of(operation: str, **fields: Any) -> str:
    (problem,) = problems_of({**MINIMALS[Operation(operation)], **fields})
    return problem


@pytest.mark.parametrize(
    ("operation", "job"),
    [
        ("load", Job("s3://bucket/rows.csv", "orders")),
        ("scan", Job("orders", QUEUE, Operation.SCAN, format=Format(shape=Shape.DYNAMODB_JSON))),
        ("export", Job("orders", "", Operation.EXPORT, format=Format(shape=Shape.DYNAMODB_JSON))),
        (
            "restore",
            Job("s3://bucket/exports/", "orders", Operation.RESTORE, format=Format(shape=Shape.FOUND)),
        ),
        ("copy", Job("orders", "others", Operation.COPY)),
        ("truncate", Job("", "orders", Operation.TRUNCATE, confirm="orders")),
        ("count", Job("orders", "", Operation.COUNT)),
    ],
)
def test_the_least_of_an_operation_has_the_defaults(operation: str, job: Job) -> None:
    assert parsed(operation) == job


def test_every_field_of_a_copy_reaches_the_job() -> None:
    job = parsed(
        "copy",
        source={"table": "orders", "region": "eu-west-1"},
        target={"table": "orders", "role_arn": "arn:aws:iam::123456789012:role/w", "external_id": "agreed"},
        columns={"customer": {"rename": "client"}, "card": {"drop": True}},
        write={"mode": "newer", "newer_by": "updated"},
        scan={
            "filter": "#s = :open",
            "names": {"#s": "state"},
            "values": {":open": "open"},
            "index": "by-day",
        },
        mirror=True,
        parallel={"segments": 7, "message_bytes": 4096},
        tolerate={"rejects": 1},
    )
    assert (job.source, job.source_place) == ("orders", Place("eu-west-1"))
    assert job.target_place == Place(None, "arn:aws:iam::123456789012:role/w", "agreed")
    assert job.columns == {"customer": Column(rename="client"), "card": Column(drop=True)}
    assert (job.mode, job.newer_by, job.mirror) == (WriteMode.NEWER, "updated", True)
    assert job.scan == Scan("#s = :open", None, "by-day", None, {"#s": "state"}, {":open": {"S": "open"}})
    assert (job.segments, job.message_bytes, job.tolerate.rejects) == (7, 4096, 1)
    assert isinstance(job.operation, Operation)


def test_every_field_of_a_scan_reaches_the_job() -> None:
    scan: dict[str, Any] = {
        "projection": "id",
        "key_condition": "id = :id",
        "values": {":id": {"N": "1"}},
        "consistent": True,
        "limit_per_segment": 10,
        "page_items": 20,
        "items_per_message": 30,
        "message_group": "all",
    }
    job = parsed("scan", target=QUEUE + ".fifo", format={"preset": "jsonl"}, scan=scan)
    assert job.scan == Scan(**scan)
    assert job.format == Format(shape=Shape.JSONL)


@given(st.sampled_from(Operation), st.data())
def test_a_field_of_another_operation_means_nothing(operation: Operation, data: st.DataObject) -> None:
    there = {field.name for field in JOB.of(operation).fields}
    name = data.draw(st.sampled_from(sorted({field.name for field in JOB.fields} - there)))
    problem = problem_of(operation, **{name: {}})
    assert problem.startswith(f"{name}: means nothing for {operation}; allowed: operation, ")
    assert problem.endswith("; remove it")


@pytest.mark.parametrize(
    ("operation", "fields", "path"),
    [
        ("load", {"parallel": {"segments": 4}}, "parallel.segments"),
        ("export", {"parallel": {"chunk_bytes": 4096}}, "parallel.chunk_bytes"),
        ("count", {"parallel": {"message_bytes": 4096}}, "parallel.message_bytes"),
        ("copy", {"write": {"empty": "keep"}}, "write.empty"),
        ("export", {"write": {"mode": "put"}}, "write.mode"),
        ("copy", {"scan": {"items_per_message": 2}}, "scan.items_per_message"),
        ("truncate", {"scan": {"projection": "id"}}, "scan.projection"),
        ("scan", {"format": {"delimiter": ","}}, "format.delimiter"),
        ("export", {"format": {"preset": "csv", "header": ["id"]}}, "format.header"),
    ],
)
def test_an_inner_field_of_another_operation_means_nothing(
    operation: str, fields: dict[str, Any], path: str
) -> None:
    assert problem_of(operation, **fields).startswith(f"{path}: means nothing for {operation}; allowed: ")


@pytest.mark.parametrize(
    ("operation", "fields", "problem"),
    [
        (
            "load",
            {"format": {"preset": "jsonl", "quote": None}},
            "format.quote: means nothing with format.preset jsonl",
        ),
        (
            "load",
            {"format": {"preset": "jsonl"}, "infer": True},
            "infer: means nothing with format.preset jsonl",
        ),
        (
            "export",
            {"write": {"empty": "keep"}},
            "write.empty: means nothing with format.preset dynamodb-json",
        ),
        ("export", {"columns": {"a": "N"}}, "columns: means nothing with format.preset dynamodb-json"),
        ("restore", {"format": {"delimiter": ";"}}, "format.delimiter: means nothing without format.preset"),
    ],
)
def test_a_field_of_another_format_means_nothing(
    operation: str, fields: dict[str, Any], problem: str
) -> None:
    told = problem_of(operation, **fields)
    assert told.startswith(problem)
    assert told.endswith("; remove it, or set format.preset to csv")


def test_what_means_nothing_is_told_beside_all_other_problems() -> None:
    found = problems_of(
        {
            "operation": "truncate",
            "source": "orders",
            "target": "orders",
            "confirm": "order",
            "write": {"mode": "put"},
            "scan": {"filter": "a > :b"},
            "sacn": {},
            "parallel": {"segments": 0},
        }
    )
    paths = [problem.split(":")[0] for problem in found]
    assert sorted(paths) == ["confirm", "parallel.segments", "sacn", "scan.filter", "source", "write"]


def test_with_a_wrong_operation_whatever_is_right_for_some_operation_passes() -> None:
    (problem,) = problems_of({"operation": "move", "source": "orders", "target": QUEUE, "mirror": True})
    assert problem.startswith('operation: "move" is none of the choices')
    found = problems_of({"operation": "move", "source": "orders", "target": "or", "columns": {"a": 1}})
    assert [problem.split(":")[0] for problem in found] == ["operation", "target", "columns"]
    assert "is right for no operation; allowed: a table's name" in found[1]
    assert "; or a queue's URL" in found[1]


def _united(group: Group) -> Iterator[str]:
    for field in group.fields:
        if isinstance(field.kind, Either):
            yield field.name
        elif isinstance(field.kind, Group):
            yield from _united(field.kind)


@pytest.mark.parametrize("operation", Operation)
@pytest.mark.parametrize("shape", [None, *Shape])
def test_for_an_operation_each_name_is_one_field(operation: Operation, shape: Shape | None) -> None:
    group = JOB.of(operation, shape)
    assert not list(_united(group))
    for one in [group, *(field.kind for field in group.fields if isinstance(field.kind, Group))]:
        names = [field.name for field in one.fields]
        assert len(names) == len(set(names))


@given(jobs())
def test_only_what_the_operation_has_is_written_out(job: Job) -> None:
    own = {*fields_of(JOB.of(job.operation, job.format.shape))}
    told = job_to_json(job)
    groups = [field.name for field in JOB.fields if isinstance(field.kind, Group)]
    assert {*told, *(name for group in groups for name in told.get(group, {}))} <= own


def test_the_defaults_that_matter_are_written_out() -> None:
    assert job_to_json(parsed("count")) == {
        "operation": "count",
        "source": "orders",
        "scan": {"consistent": False},
        "parallel": {"concurrency": 40},
        "dry_run": False,
    }
    assert job_to_json(parsed("export"))["format"] == {"preset": "dynamodb-json", "encoding": "utf-8"}
    assert "format" not in job_to_json(parsed("restore"))


@pytest.mark.parametrize("preset", ["jsonl", "dynamodb-json"])
def test_json_lines_are_in_utf_8_and_in_nothing_else(preset: str) -> None:
    form = {"preset": preset, "encoding": "UTF8"}
    assert parsed("load", format=form).format == Format(shape=Shape(preset))
    problem = problem_of("load", format={"preset": preset, "encoding": "utf-16"})
    assert problem == f"format.encoding: utf-16 is not what {preset} is in; allowed: utf-8; leave it out"


def test_a_scan_takes_json_only() -> None:
    problem = problem_of("scan", format={"preset": "csv"})
    assert problem == 'format.preset: "csv" is none of the choices; allowed: jsonl, dynamodb-json'


def test_what_a_restore_finds_nobody_chooses() -> None:
    assert problem_of("restore", format={"preset": "found"}).startswith('format.preset: "found" is none')


def test_a_restore_of_a_dialect_takes_all_that_a_load_takes() -> None:
    form = {"preset": "mysql", "header": ["id"], "encoding": "latin-1"}
    job = parsed("restore", format=form, infer=True, write={"empty": "keep"})
    assert (job.format, job.infer, job.empty) == (parsed("load", format=form).format, True, Empty.KEEP)


def test_an_export_types_attributes_and_moves_none() -> None:
    form = {"preset": "jsonl"}
    job = parsed("export", format=form, columns={"a": "ss", "b": {"type": "N"}})
    assert job.columns == {"a": Column(AttributeType.SS), "b": Column(AttributeType.N)}
    problem = problem_of("export", format=form, columns={"a": {"rename": "b"}})
    assert problem.startswith("columns.a.rename: is not a known field; allowed: type")


def test_a_copy_moves_attributes_and_types_none() -> None:
    problem = problem_of("copy", columns={"a": "N"})
    assert problem == 'columns.a: "N" is not an object; allowed: an object with rename, drop'


@pytest.mark.parametrize(
    ("target", "prefix"),
    [
        ("", ""),
        ("s3://bucket/exports/a", "s3://bucket/exports/a/"),
        ("s3://bucket/exports/a/", "s3://bucket/exports/a/"),
        ("s3://bucket/exports/a//", "s3://bucket/exports/a/"),
    ],
)
def test_an_export_goes_to_a_prefix_that_ends_in_a_slash(target: str, prefix: str) -> None:
    assert parsed("export", target=target).target == prefix


@pytest.mark.parametrize(
    "target", ["s3://bucket", "s3://bucket/", "s3://bucket//", "exports/a/", "orders", None]
)
def test_what_is_no_prefix_is_no_target_of_an_export(target: object) -> None:
    assert problem_of("export", target=target).startswith("target: ")


def test_only_the_mode_newer_has_newer_by_and_it_needs_it() -> None:
    assert problem_of("load", write={"mode": "newer"}).startswith(
        "write.newer_by: is missing, and write.mode is newer; allowed: a name of"
    )
    assert problem_of("load", write={"newer_by": "at"}) == (
        "write.newer_by: means nothing with write.mode put; allowed: with write.mode newer only; "
        "remove it, or set write.mode to newer"
    )
    assert problem_of("load", write={"mode": "nwer", "newer_by": "at"}).startswith("write.mode: ")


@pytest.mark.parametrize(
    ("columns", "verb"), [({"at": {"drop": True}}, "dropped"), ({"at": {"rename": "then"}}, "renamed")]
)
def test_newer_by_is_an_attribute_that_is_still_there(columns: dict[str, Any], verb: str) -> None:
    write = {"mode": "newer", "newer_by": "at"}
    problem = problem_of("copy", write=write, columns=columns)
    assert problem.startswith(f'write.newer_by: "at" is {verb} by columns.at; ')
    assert parsed("copy", write=write, columns={**columns, "now": {"rename": "at"}}).newer_by == "at"
    assert parsed("copy", write={**write, "newer_by": "then"}, columns=columns).newer_by == "then"


@pytest.mark.parametrize("mode", WriteMode)
def test_a_mirror_goes_with_any_mode_but_delete(mode: WriteMode) -> None:
    write = {"mode": mode} | ({"newer_by": "at"} if mode is WriteMode.NEWER else {})
    if mode is WriteMode.DELETE:
        assert problem_of("copy", mirror=True, write=write).startswith("mirror: ")
    else:
        assert parsed("copy", mirror=True, write=write).mirror


@pytest.mark.parametrize("target", ["orders", TABLE_ARN, {"table": TABLE_ARN}, {"table": "orders"}])
def test_a_truncate_is_confirmed_by_the_tables_plain_name(target: Any) -> None:
    assert parsed("truncate", target=target).confirm == "orders"
    assert problem_of("truncate", target=target, confirm=TABLE_ARN).endswith(
        "is not the name of the table that would be emptied; allowed: orders; "
        "write that name, if all of its items are to be deleted"
    )


def test_a_truncate_that_is_not_confirmed_is_refused() -> None:
    (problem,) = problems_of({"operation": "truncate", "target": "orders"})
    assert problem.startswith("confirm: is missing; allowed: the table's plain name")


def test_a_query_has_one_segment() -> None:
    scan = {"key_condition": "id = :id", "values": {":id": "a"}}
    problem = problem_of("copy", scan=scan, parallel={"segments": 1})
    assert problem.startswith("parallel.segments: means nothing with scan.key_condition")


def test_a_message_group_is_for_fifo_queues() -> None:
    scan = {"message_group": "all"}
    assert parsed("scan", target=QUEUE + ".fifo", scan=scan).scan.message_group == "all"
    assert problem_of("scan", scan=scan) == (
        'scan.message_group: means nothing for the queue "orders"; '
        "allowed: for a queue whose name ends in .fifo; remove it"
    )
