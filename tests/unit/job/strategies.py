"""Jobs and JSON values of any kind, for the properties."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

from headrace.job.fields import JOB
from headrace.job.groups import Group
from headrace.job.model import AttributeType, Column, Empty, Format, Job, Tolerate

MINIMAL = {"operation": "load", "source": "s3://bucket/rows.csv", "target": "orders"}

names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
_marks = st.lists(st.sampled_from(",;|\t^~$\"'\\ü"), min_size=3, max_size=3, unique=True)
_encodings = st.sampled_from(["utf-8", "latin-1", "cp1252", "utf-16"])


@st.composite
def formats(draw: st.DrawFn) -> Format:
    delimiter, quote, escape = draw(_marks)
    return Format(
        delimiter,
        draw(st.sampled_from([quote, None])),
        kept := draw(st.sampled_from([escape, None])),
        draw(st.none() | st.lists(names, min_size=1, unique=True).map(tuple)),
        draw(_encodings),
        draw(st.none() | names),
        backslash_escapes=kept == "\\" and draw(st.booleans()),
    )


@st.composite
def columns(draw: st.DrawFn) -> dict[str, Column]:
    """Some of them renamed, all to other names than there are."""
    found = draw(st.lists(names, max_size=4, unique=True))
    kinds = st.none() | st.sampled_from(AttributeType)
    return {
        name: Column(drop=True)
        if draw(st.booleans())
        else Column(draw(kinds), draw(st.sampled_from([None, f"{i}:{name}"])))
        for i, name in enumerate(found)
        if ":" not in name
    }


jobs = st.builds(
    Job,
    source=st.text(string.ascii_letters + "/ ü", min_size=1).map("s3://bucket/".__add__),
    target=st.sampled_from(["orders", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"]),
    format=formats(),
    columns=columns(),
    infer=st.booleans(),
    empty=st.sampled_from(Empty),
    chunk_bytes=st.integers(min_value=1024),
    concurrency=st.integers(1, 1000),
    message_bytes=st.integers(1024, 1_048_576),
    tolerate=st.builds(Tolerate, st.integers(min_value=0), st.floats(0, 100)),
    dry_run=st.booleans(),
)


def _fields_of(group: Group) -> list[str]:
    inner = [
        name for field in group.fields if isinstance(field.kind, Group) for name in _fields_of(field.kind)
    ]
    return [field.name for field in group.fields] + inner


_any_text = st.text(st.characters(), max_size=5) | st.sampled_from(["csv", "mysql", "S", "\\", "\t", "put"])
_keys = st.sampled_from([*_fields_of(JOB), "type", "rename", "drop"]) | _any_text
_scalars: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | st.floats() | _any_text
json_values = st.recursive(
    _scalars, lambda inner: st.lists(inner) | st.dictionaries(_keys, inner), max_leaves=12
)
job_like = st.dictionaries(st.sampled_from([field.name for field in JOB.fields]), json_values).map(
    lambda fields: {**MINIMAL, **fields}
)
