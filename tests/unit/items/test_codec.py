"""Rows become items or rejects, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.items.codec import RowCodec, RowRejected
from headrace.items.size import MAX_ITEM_BYTES, item_size
from headrace.job.model import NULL_MARK, Column, Empty, Format, Job
from headrace.job.model import AttributeType as T
from headrace.ports import Item, KeyAttribute

ID = KeyAttribute("id", "S", "partition")
AT = KeyAttribute("at", "N", "sort")
BY_CITY = KeyAttribute("city", "S", "sort", index="by-city")
JOB = Job("s3://b/k", "t")
NULL = {"NULL": True}
NULLABLE = replace(JOB, format=Format(null="NULL"))


def compiled(*header: str, job: Job = JOB, keys: Sequence[KeyAttribute] = (ID,)) -> RowCodec:
    return RowCodec.compile(header, keys, job)


def encode(header: str, *cells: str, job: Job = JOB, keys: Sequence[KeyAttribute] = (ID,)) -> Item:
    return compiled(*header.split(), job=job, keys=keys).encode(cells)


def problems_of(codec: RowCodec, *cells: str) -> list[tuple[str, str | None, str]]:
    with pytest.raises(RowRejected) as caught:
        codec.encode(cells)
    return [(problem.code, problem.column, problem.reason) for problem in caught.value.problems]


def test_cells_become_attributes_of_their_columns_types() -> None:
    item = encode("id price:N tags:SS", "a", "1.50", "x|y")
    assert item == {"id": {"S": "a"}, "price": {"N": "1.50"}, "tags": {"SS": ["x", "y"]}}


def test_renamed_and_dropped_columns_are_honoured() -> None:
    job = replace(JOB, columns={"uid": Column(rename="id"), "x": Column(drop=True)})
    assert encode("uid x y", "a", "1", "2", job=job) == {"id": {"S": "a"}, "y": {"S": "2"}}


def test_the_columns_of_a_rejects_file_leave_no_trace() -> None:
    assert encode("id _headrace_row _headrace_reason", "a", "7", "why") == {"id": {"S": "a"}}


@pytest.mark.parametrize(
    ("policy", "cell", "values"),
    [
        (Empty.DROP, "", {}),
        (Empty.DROP, "NULL", {}),
        (Empty.KEEP, "", {"s": {"S": ""}, "b": {"B": ""}, "x": NULL}),
        (Empty.KEEP, "NULL", {"s": NULL, "b": NULL, "n": NULL, "j": NULL, "x": NULL}),
        (Empty.NULL, "", {"s": NULL, "b": NULL, "n": NULL, "j": NULL, "x": NULL}),
        (Empty.NULL, "NULL", {"s": NULL, "b": NULL, "n": NULL, "j": NULL, "x": NULL}),
    ],
)
def test_empty_cells_and_nulls_follow_the_jobs_policy(policy: Empty, cell: str, values: Item) -> None:
    job = replace(NULLABLE, empty=policy)
    item = encode("id s b:B n:N j:JSON x:NULL", "a", cell, cell, cell, cell, cell, job=job)
    assert item == {"id": {"S": "a"}, **values}


def test_the_readers_mark_for_null_is_null_and_not_broken_text() -> None:
    mysql = Format(null="\\N", backslash_escapes=True)
    codec = compiled("id", "x", "y", job=replace(JOB, empty=Empty.KEEP, format=mysql))
    assert codec.encode(["a", NULL_MARK, "\\N"]) == {"id": {"S": "a"}, "x": NULL, "y": {"S": "\\N"}}
    assert problems_of(codec, NULL_MARK, "\udcff", "")[0][0] == "key"
    assert problems_of(codec, "a", f"x{NULL_MARK}", "")[0][0] == "encoding"


@pytest.mark.parametrize("policy", list(Empty))
@pytest.mark.parametrize("cell", ["", "NULL"])
def test_an_empty_key_of_an_index_is_always_absent(policy: Empty, cell: str) -> None:
    job = replace(NULLABLE, empty=policy)
    assert encode("id city", "a", cell, job=job, keys=(ID, BY_CITY)) == {"id": {"S": "a"}}


@pytest.mark.parametrize("cell", ["", "NULL"])
def test_a_row_without_the_tables_key_is_rejected(cell: str) -> None:
    ((code, column, reason),) = problems_of(compiled("id", job=NULLABLE), cell)
    assert (code, column) == ("key", "id")
    assert reason.startswith("column 'id': a key of the table is empty")


def test_a_row_of_another_width_is_rejected() -> None:
    assert problems_of(compiled("id", "a"), "1", "2", "3") == [("fields", None, "3 fields, the header has 2")]


def test_all_problems_of_a_row_are_told() -> None:
    codec = compiled("id", "price:N", "name", "ok:BOOL", "deep:JSON")
    problems = problems_of(codec, "", "abc", "caf\udce9", "true", "[" * 32 + "]" * 32)
    assert [problem[:2] for problem in problems] == [
        ("key", "id"), ("type", "price"), ("encoding", "name"), ("nesting", "deep")
    ]  # fmt: skip
    assert problems[1][2] == "column 'price': 'abc' is not a number"


@pytest.mark.parametrize("kind", list(T))
def test_bytes_that_are_not_of_the_encoding_are_told_as_such(kind: T) -> None:
    ((code, _, reason),) = problems_of(compiled("id", f"x:{kind}"), "a", "\udcff")
    assert code == "encoding"
    assert reason == "column 'x': '\\udcff' has bytes that are not utf-8; set format.encoding"


def test_bytes_that_are_not_of_the_encoding_do_no_harm_in_a_dropped_column() -> None:
    job = replace(JOB, columns={"x": Column(drop=True)})
    assert encode("id x", "a", "\udcff", job=job) == {"id": {"S": "a"}}


@pytest.mark.parametrize(("key", "limit"), [(ID, 2048), (replace(BY_CITY, name="id"), 1024)])
def test_a_key_at_its_limit_is_kept_and_above_it_rejected(key: KeyAttribute, limit: int) -> None:
    codec = compiled("id", keys=(ID, key))
    assert codec.encode(["é" * (limit // 2)])
    ((code, _, reason),) = problems_of(codec, "é" * (limit // 2) + "x")
    assert code == "key"
    assert f"a key of {limit + 1} bytes; DynamoDB allows 1 to {limit}" in reason


def test_a_binary_key_of_no_bytes_is_rejected() -> None:
    codec = compiled("id", keys=(KeyAttribute("id", "B", "partition"),))
    assert problems_of(codec, " ")[0][0] == "key"


@pytest.mark.parametrize("character", ["x", "é", "😀"])
def test_an_item_at_the_limit_is_kept_and_above_it_rejected(character: str) -> None:
    codec = compiled("id", "x")
    room = MAX_ITEM_BYTES - len("idax")
    full = character * (room // len(character.encode()))
    full += "x" * (room - len(full.encode()))
    assert item_size(codec.encode(["a", full])) == MAX_ITEM_BYTES
    ((code, column, reason),) = problems_of(codec, "a", full + "x")
    assert (code, column) == ("size", None)
    assert reason == "the item has 409601 bytes as DynamoDB counts them; allowed: 409600"


def test_many_short_values_are_counted_too() -> None:
    ((code, _, _),) = problems_of(compiled("id", "x:JSON"), "a", "[" + "[]," * 102_399 + "[]]")
    assert code == "size"


def test_an_inferred_number_that_would_change_is_rejected_with_advice() -> None:
    codec = RowCodec.compile(["id", "zip"], [ID], JOB, inferred=["zip"])
    assert codec.encode(["a", "80331"])["zip"] == {"N": "80331"}
    ((_, column, reason),) = problems_of(codec, "a", "01067")
    assert column == "zip"
    assert "'01067' would not come back from DynamoDB as it is" in reason
    assert "give its type in `columns`" in reason


@pytest.mark.parametrize(("one", "other"), [("1", "1.0"), ("01", "1e0"), ("-0", "0"), (" +5", "5.")])
def test_equal_numbers_are_one_key(one: str, other: str) -> None:
    codec = compiled("id", "at", keys=(ID, AT, BY_CITY))
    assert codec.key_of(codec.encode(["a", one])) == codec.key_of(codec.encode(["a", other]))


def test_a_binary_key_is_known_by_its_bytes() -> None:
    codec = compiled("id", keys=(KeyAttribute("id", "B", "partition"),))
    assert codec.key_of(codec.encode([" AQ== "])) == codec.key_of(codec.encode(["AQ=="])) == ("AQ==",)


any_text = st.text(st.characters(exclude_categories=())) | st.sampled_from(
    ["", "NULL", "1", "true", "[]", "AQ=="]
)


@given(st.lists(any_text, min_size=11, max_size=15), st.sampled_from(list(Empty)))
def test_any_row_becomes_an_item_or_a_reject(cells: list[str], empty: Empty) -> None:
    codec = compiled("id", *(f"{kind}:{kind}" for kind in T), job=replace(NULLABLE, empty=empty))
    try:
        reasons, item = [], codec.encode(cells)
    except RowRejected as rejected:
        reasons, item = [problem.reason for problem in rejected.problems], {}
    assert all(reasons)
    assert bool(reasons) != bool(item)
