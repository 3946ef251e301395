"""Jobs and JSON values of any kind, for the properties."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from headrace.job.fields import JOB
from headrace.job.groups import Group
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
    Tolerate,
    WriteMode,
)

QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"
TABLE_ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"

MINIMAL = {"operation": "load", "source": "s3://bucket/rows.csv", "target": "orders"}
MINIMALS: Mapping[Operation, dict[str, Any]] = {
    Operation.LOAD: MINIMAL,
    Operation.SCAN: {"operation": "scan", "source": "orders", "target": QUEUE},
    Operation.EXPORT: {"operation": "export", "source": "orders"},
    Operation.RESTORE: {"operation": "restore", "source": "s3://bucket/exports/", "target": "orders"},
    Operation.COPY: {"operation": "copy", "source": "orders", "target": "others"},
    Operation.TRUNCATE: {"operation": "truncate", "target": "orders", "confirm": "orders"},
    Operation.COUNT: {"operation": "count", "source": "orders"},
}
"""The least that each operation needs."""

names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
_marks = st.lists(st.sampled_from(",;|\t^~$\"'\\ü"), min_size=3, max_size=3, unique=True)
_encodings = st.sampled_from(["utf-8", "latin-1", "cp1252", "utf-16"])
_jsons = st.sampled_from([Format(shape=Shape.JSONL), Format(shape=Shape.DYNAMODB_JSON)])
_types = st.none() | st.sampled_from(AttributeType)


@st.composite
def dialects(draw: st.DrawFn, has_header: bool) -> Format:
    delimiter, quote, escape = draw(_marks)
    return Format(
        delimiter,
        draw(st.sampled_from([quote, None])),
        kept := draw(st.sampled_from([escape, None])),
        draw(st.none() | st.lists(names, min_size=1, unique=True).map(tuple)) if has_header else None,
        draw(_encodings),
        draw(st.none() | names),
        backslash_escapes=kept == "\\" and draw(st.booleans()),
    )


def formats(operation: Operation) -> st.SearchStrategy[Format]:
    match operation:
        case Operation.LOAD:
            return dialects(has_header=True) | _jsons
        case Operation.RESTORE:
            return dialects(has_header=True) | _jsons | st.just(Format(shape=Shape.FOUND))
        case Operation.EXPORT:
            return dialects(has_header=False) | _jsons
        case Operation.SCAN:
            return _jsons
    return st.just(Format())


@st.composite
def columns(draw: st.DrawFn, operation: Operation, form: Format) -> dict[str, Column]:
    """Some of them renamed, all to other names than there are."""
    found = [name for name in draw(st.lists(names, max_size=4, unique=True)) if ":" not in name]
    if operation is Operation.EXPORT:
        typed = form.shape is not Shape.DYNAMODB_JSON
        return {name: Column(draw(_types)) for name in found if typed}
    if operation not in (Operation.LOAD, Operation.RESTORE, Operation.COPY):
        return {}
    return {
        name: Column(drop=True)
        if draw(st.booleans())
        else Column(
            None if operation is Operation.COPY else draw(_types),
            draw(st.sampled_from([None, f"{i}:{name}"])),
        )
        for i, name in enumerate(found)
    }


places = st.sampled_from(
    [
        ("orders", Place()),
        ("orders", Place("eu-west-1")),
        ("orders", Place(None, "arn:aws:iam::123456789012:role/path/reader", "agreed:1")),
        (TABLE_ARN, Place("eu-west-1")),
        (TABLE_ARN, Place("eu-west-1", "arn:aws-cn:iam::123456789012:role/r")),
    ]
)
_queues = st.sampled_from(
    [
        (QUEUE, Place()),
        ("http://localhost:4566/000000000000/orders.fifo", Place()),
        (QUEUE + ".fifo", Place("eu-west-1", "arn:aws:iam::123456789012:role/sender")),
    ]
)
_objects = st.text(string.ascii_letters + "/ ü", min_size=1).map(lambda key: (f"s3://bucket/{key}", Place()))
_prefixes = st.sampled_from([("", Place()), ("s3://bucket/exports/ü 1/", Place())])
_nowhere = st.just(("", Place()))

_SOURCES = {Operation.LOAD: _objects, Operation.RESTORE: _objects, Operation.TRUNCATE: _nowhere}
_TARGETS = {Operation.SCAN: _queues, Operation.EXPORT: _prefixes, Operation.COUNT: _nowhere}
_VALUES: list[dict[str, Any]] = [
    {"S": "x"},
    {"N": "12345678901234567890.1"},
    {"M": {"a": {"L": [{"NULL": True}]}}},
]
_number = st.none() | st.integers(min_value=1)


@st.composite
def scans(draw: st.DrawFn, operation: Operation, target: str) -> Scan:
    if not operation.reads_table:
        return Scan()
    projects = operation in (Operation.SCAN, Operation.EXPORT, Operation.COPY)
    sends = operation is Operation.SCAN
    has_values = draw(st.booleans())
    return Scan(
        filter="#a > :b" if has_values else None,
        projection=draw(st.sampled_from([None, "id, total"])) if projects else None,
        index=draw(st.none() | st.just("by-day")),
        key_condition=draw(st.sampled_from([None, "id = :b"])) if has_values else None,
        names={"#a": draw(names)} if has_values else {},
        values={":b": draw(st.sampled_from(_VALUES))} if has_values else {},
        consistent=draw(st.booleans()),
        limit_per_segment=draw(_number),
        page_items=draw(_number),
        items_per_message=draw(st.integers(1)) if sends else 1,
        message_group=draw(st.none() | st.just("all!")) if target.endswith(".fifo") else None,
    )


@st.composite
def jobs(draw: st.DrawFn) -> Job:
    """Of every operation, each with all that it can have and nothing else."""
    operation = draw(st.sampled_from(Operation))
    given: dict[str, Any] = {"concurrency": draw(st.integers(1, 1000)), "dry_run": draw(st.booleans())}
    given["source"], given["source_place"] = draw(_SOURCES.get(operation, places))
    given["target"], given["target_place"] = draw(_TARGETS.get(operation, places))
    given["format"] = form = draw(formats(operation))
    given["scan"] = scan = draw(scans(operation, given["target"]))
    reads_text = operation in (Operation.LOAD, Operation.RESTORE)
    if reads_text:
        given["chunk_bytes"] = draw(st.integers(min_value=1024))
        given["infer"] = form.shape is Shape.DELIMITED and draw(st.booleans())
    elif scan.key_condition is None:
        given["segments"] = draw(st.none() | st.integers(1, 1_000_000))
    if (reads_text or operation is Operation.EXPORT) and form.shape in (Shape.DELIMITED, Shape.FOUND):
        given["empty"] = draw(st.sampled_from(Empty))
    if reads_text or operation is Operation.COPY:
        given["mode"] = mode = draw(st.sampled_from(WriteMode))
        given["newer_by"] = "updated at" if mode is WriteMode.NEWER else None
        given["mirror"] = operation is Operation.COPY and mode is not WriteMode.DELETE and draw(st.booleans())
    if reads_text or operation in (Operation.COPY, Operation.TRUNCATE):
        given["message_bytes"] = draw(st.integers(1024, 1_048_576))
    if operation not in (Operation.TRUNCATE, Operation.COUNT):
        given["tolerate"] = draw(st.builds(Tolerate, st.integers(min_value=0), st.floats(0, 100)))
    if operation is Operation.TRUNCATE:
        given["confirm"] = "orders"
    return Job(operation=operation, columns=draw(columns(operation, form)), **given)


def fields_of(group: Group) -> list[str]:
    """The names of a group's fields and of those in its groups."""
    inner = [
        name for field in group.fields if isinstance(field.kind, Group) for name in fields_of(field.kind)
    ]
    return [field.name for field in group.fields] + inner


_any_text = st.text(st.characters(), max_size=5) | st.sampled_from(
    ["csv", "jsonl", "mysql", "S", "\\", "\t", "put", "newer", "a = :b", "orders", QUEUE]
)
_keys = (
    st.sampled_from([*fields_of(JOB), "type", "rename", "drop", "table", "region", "#a", ":b"]) | _any_text
)
_scalars: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | st.floats() | _any_text
json_values = st.recursive(
    _scalars, lambda inner: st.lists(inner) | st.dictionaries(_keys, inner), max_leaves=12
)


@st.composite
def job_like(draw: st.DrawFn) -> dict[str, Any]:
    """The least that some operation needs, and some fields of any."""
    least = draw(st.sampled_from(list(MINIMALS.values())))
    fields = st.sampled_from([field.name for field in JOB.fields])
    return {**least, **draw(st.dictionaries(fields, json_values, max_size=3))}
