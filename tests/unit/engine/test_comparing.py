"""A copy is refused with everything in which its tables do not fit, and with nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from headrace.comparing import compare_tables
from headrace.errors import TablesDifferError
from headrace.job.model import Column, Job, Operation, Scan
from headrace.ports import KeyAttribute, TableSchema

ID, AT = KeyAttribute("id", "S", "partition"), KeyAttribute("at", "N", "sort")
DROPPED = Column(drop=True)


def table(name: str, *keys: KeyAttribute) -> TableSchema:
    return TableSchema(name, f"arn:{name}", keys)


def index(name: str, attribute: str, kind: str) -> KeyAttribute:
    return KeyAttribute(attribute, kind, "partition", name)


def job(**fields: Any) -> Job:
    return Job("source", "target", Operation.COPY, **fields)


def problems(job: Job, source: TableSchema, target: TableSchema) -> tuple[str, ...]:
    with pytest.raises(TablesDifferError) as caught:
        compare_tables(job, source, target)
    return caught.value.problems


SOURCE = table("source", ID, AT, index("by-total", "total", "N"))


@pytest.mark.parametrize(
    ("target", "fields"),
    [
        (table("target", ID, AT), {}),
        (table("target", ID, AT, index("other", "unknown", "B")), {}),
        (table("target", ID, AT, index("by-sum", "total", "N")), {}),
        (table("target", ID, AT, index("by-id", "id", "S")), {}),
        (
            table("target", KeyAttribute("key", "S", "partition"), AT),
            {"columns": {"id": Column(rename="key")}},
        ),
        (table("target", ID, AT, index("x", "total", "S")), {"columns": {"total": DROPPED}}),
        (table("target", ID, AT, index("x", "total", "S")), {"columns": {"total": Column(rename="sum")}}),
        (table("target", ID, AT), {"scan": Scan(projection="#i, at, total", names={"#i": "id"})}),
        (table("target", ID, AT), {"mirror": True, "columns": {"note": Column(rename="remark")}}),
    ],
)
def test_tables_that_fit_are_copied(target: TableSchema, fields: dict[str, Any]) -> None:
    compare_tables(job(**fields), SOURCE, target)


@pytest.mark.parametrize(
    ("target", "fields", "words"),
    [
        (SOURCE, {}, "the same table"),
        (table("target", ID), {}, "the sort key is 'at' (N) in the source and missing in the target"),
        (
            table("target", KeyAttribute("id", "N", "partition"), AT),
            {},
            "'id' (S) in the source and 'id' (N)",
        ),
        (
            table("target", KeyAttribute("key", "S", "partition"), AT),
            {},
            "'id' (S) in the source and 'key' (S)",
        ),
        (
            table("target", ID, AT),
            {"columns": {"id": Column(rename="x")}},
            "'id' (S), renamed to 'x', in the",
        ),
        (table("target", ID, AT), {"columns": {"at": DROPPED}}, "columns.at: the sort key cannot be dropped"),
        (table("target", ID, AT), {"columns": {"n": Column(rename="at")}}, "columns.n: would take the place"),
        (table("target", ID, AT), {"scan": Scan(projection="id, at.x")}, "the sort key 'at' is missing"),
        (
            table("target", ID, AT, index("x", "total", "S")),
            {},
            "'total' (N) of the source is 'total' (S) in",
        ),
    ],
)
def test_what_does_not_fit_is_named(target: TableSchema, fields: dict[str, Any], words: str) -> None:
    (problem,) = problems(job(**fields), SOURCE, target)
    assert words in problem


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"columns": {"id": Column(rename="key")}}, "columns.id: mirror cannot"),
        (
            {"columns": {"at": Column(rename="key")}, "scan": Scan(filter="#a > :a", names={"#a": "at"})},
            "columns.at",
        ),
        (
            {"columns": {"note": DROPPED}, "scan": Scan(filter="begins_with(note, :n)")},
            "columns.note: mirror reads",
        ),
        ({"scan": Scan(index="by-total", key_condition="total = :t")}, "scan.index: mirror"),
    ],
)
def test_a_mirror_needs_the_same_names_and_conditions_on_both_sides(
    fields: dict[str, Any], words: str
) -> None:
    target = table("target", ID, AT)
    found = problems(job(mirror=True, **fields), SOURCE, target)
    assert any(words in problem for problem in found)


def test_everything_is_told_at_once() -> None:
    target = table("target", KeyAttribute("key", "N", "partition"), index("x", "total", "B"))
    columns = {"id": DROPPED, "other": Column(rename="key")}
    found = problems(job(columns=columns, scan=Scan(projection="total")), SOURCE, target)
    assert len(found) == 7
