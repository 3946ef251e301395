"""What the codec made, the decoder turns back into cells that make it again."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.items.codec import RowCodec
from headrace.items.number import number_key
from headrace.items.unload import RowDecoder
from headrace.job.model import AttributeType as T
from headrace.job.model import Column, Empty, Format, Job
from headrace.ports import Item, KeyAttribute

KEYS = [KeyAttribute("id", "S", "partition")]
JOB = Job("s3://b/k", "t")

words = st.text(max_size=8)
numbers = st.integers(-(10**15), 10**15).map(str) | st.sampled_from(["1.50", "007", "1e5", " +.5"])
encoded = st.binary(max_size=4).map(lambda data: base64.b64encode(data).decode())
documents = st.recursive(
    st.none() | st.booleans() | words | st.integers(), lambda inner: st.lists(inner, max_size=3)
)
objects = st.dictionaries(st.text(min_size=1, max_size=3), documents, max_size=3)

cells_of: dict[T, st.SearchStrategy[str]] = {
    T.S: words,
    T.N: numbers,
    T.B: encoded | st.just(" "),
    T.BOOL: st.sampled_from(["true", "No", "t", "0"]),
    T.NULL: st.sampled_from(["", "null", "true", "1"]),
    T.SS: st.lists(words, min_size=1).map(json.dumps) | st.just("a|b||a"),
    T.NS: st.lists(numbers, min_size=1).map("|".join),
    T.BS: st.lists(encoded, min_size=1).map(json.dumps),
    T.L: st.lists(documents, max_size=3).map(json.dumps),
    T.M: objects.map(json.dumps),
    T.JSON: (documents | objects).map(json.dumps),
    T.TTL: st.sampled_from(["0", "1700000000", "2030-01-01", "9999-12-31"]),
}  # fmt: skip

jobs = st.builds(
    lambda empty, null: replace(JOB, empty=empty, format=Format(null=null)),
    st.sampled_from(list(Empty)),
    st.sampled_from([None, "", "NULL", "null", "\\N", "1", "true", "[]", '"a"', " "]),
)


def canonical(value: dict[str, Any]) -> dict[str, Any]:
    """The value with one text per number."""
    ((kind, content),) = value.items()
    return {kind: _CANONICAL.get(kind, lambda same: same)(content)}


_CANONICAL: dict[str, Callable[[Any], Any]] = {
    "N": number_key,
    "NS": lambda members: [number_key(member) for member in members],
    "L": lambda values: [canonical(value) for value in values],
    "M": lambda values: {name: canonical(value) for name, value in values.items()},
}


def again(codec: RowCodec, item: Item) -> Item:
    return codec.encode(RowDecoder(codec).cells(item))


@pytest.mark.parametrize("kind", list(T))
@given(data=st.data(), job=jobs)
def test_a_value_of_any_type_survives_the_round_trip(kind: T, data: st.DataObject, job: Job) -> None:
    codec = RowCodec.compile(["id", f"cell:{kind}"], KEYS, job)
    cell = data.draw(cells_of[kind] | st.just("") | st.just(job.format.null or ""))
    item = codec.encode(["some key", cell])
    assert canonical({"M": again(codec, item)}) == canonical({"M": item})


def test_dropped_columns_are_empty_and_those_of_rejects_left_out() -> None:
    job = replace(JOB, columns={"b": Column(drop=True)})
    decoder = RowDecoder(RowCodec.compile(["id", "_headrace_row", "b", "c:N"], KEYS, job))
    assert decoder.header == ("id", "b", "c:N")
    assert decoder.cells({"id": {"S": "a"}, "c": {"N": "1"}}) == ["a", "", "1"]


def test_sets_are_written_as_json() -> None:
    decoder = RowDecoder(RowCodec.compile(["id", "s:SS", "n:NS", "b:BS"], KEYS, JOB))
    item: Item = {
        "id": {"S": "a"},
        "s": {"SS": ["x|y", ""]},
        "n": {"NS": ["1", "2.5"]},
        "b": {"BS": ["AQ=="]},
    }
    assert decoder.cells(item) == ["a", '["x|y",""]', "[1,2.5]", '["AQ=="]']


def test_null_is_written_as_the_jobs_null_text() -> None:
    job = replace(JOB, empty=Empty.KEEP, format=Format(null="\\N"))
    decoder = RowDecoder(RowCodec.compile(["id", "x"], KEYS, job))
    assert decoder.cells({"id": {"S": "a"}, "x": {"NULL": True}}) == ["a", "\\N"]


@pytest.mark.parametrize("seconds", ["1e12", "253402300800", "1.5"])
def test_a_number_that_is_no_time_is_written_as_it_is(seconds: str) -> None:
    decoder = RowDecoder(RowCodec.compile(["id", "x:TTL"], KEYS, JOB))
    assert decoder.cells({"id": {"S": "a"}, "x": {"N": seconds}}) == ["a", seconds]
