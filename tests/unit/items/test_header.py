"""A header is read once; whatever does not fit is told at once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from headrace.errors import HeaderError
from headrace.items.header import HeaderColumn, read_header
from headrace.job.model import AttributeType as T
from headrace.job.model import Column, Job
from headrace.ports import KeyAttribute

ID = KeyAttribute("id", "S", "partition")
AT = KeyAttribute("at", "N", "sort")
BY_CITY = KeyAttribute("city", "S", "partition", index="by-city")
EXPIRES = KeyAttribute("expires", "N", "sort", index="by-expiry")


def read(header: Sequence[str], *keys: KeyAttribute, **columns: Column) -> tuple[HeaderColumn, ...]:
    return read_header(header, keys or (ID,), Job("s3://b/k", "t", columns=columns))


def problems_of(header: Sequence[str], *keys: KeyAttribute, **columns: Column) -> tuple[str, ...]:
    with pytest.raises(HeaderError) as caught:
        read(header, *keys, **columns)
    return caught.value.problems


def types_of(columns: Sequence[HeaderColumn]) -> dict[str, T]:
    return {column.attribute: column.type for column in columns}


def test_a_column_without_a_type_is_text() -> None:
    assert types_of(read(["id", "name"])) == {"id": T.S, "name": T.S}


def test_a_type_in_the_header_is_not_part_of_the_name() -> None:
    assert types_of(read(["id:S", "price:N", "a:b:JSON"])) == {"id": T.S, "price": T.N, "a:b": T.JSON}


@pytest.mark.parametrize("name", ["ns:price", "at:n", "time:12", "price:"])
def test_a_colon_before_anything_else_is_part_of_the_name(name: str) -> None:
    assert types_of(read(["id", name]))[name] is T.S


def test_the_jobs_type_goes_before_the_headers() -> None:
    assert types_of(read(["id", "tags:S"], tags=Column(T.SS)))["tags"] is T.SS


def test_keys_take_the_type_that_the_table_gives_them() -> None:
    types = types_of(read(["id", "at", "city"], ID, AT, BY_CITY))
    assert types == {"id": T.S, "at": T.N, "city": T.S}


def test_keys_are_found_by_the_attribute_after_a_rename() -> None:
    (column,) = read(["uid"], uid=Column(rename="id"))
    assert (column.name, column.attribute, column.primary) == ("uid", "id", True)


def test_a_key_has_the_limit_of_its_role_and_the_lowest_of_several() -> None:
    partition, sort, plain = read(["id", "at", "x"], ID, AT, KeyAttribute("id", "S", "sort", index="i"))
    assert (partition.max_bytes, sort.max_bytes, plain.max_bytes) == (1024, 1024, None)


def test_an_index_key_is_not_required_and_may_be_missing() -> None:
    assert not read(["id", "city"], ID, BY_CITY)[1].primary
    assert len(read(["id"], ID, BY_CITY)) == 1


def test_a_ttl_may_be_a_numeric_key() -> None:
    assert types_of(read(["id", "expires:TTL"], ID, EXPIRES))["expires"] is T.TTL


def test_columns_of_a_rejects_file_are_ignored() -> None:
    ignored = [
        column.ignored for column in read(["id", "_headrace_row", "_headrace_offset", "_headrace_reason"])
    ]
    assert ignored == [False, True, True, True]


def test_inferred_columns_are_numbers_unless_a_type_is_declared() -> None:
    columns = read_header(["id", "a", "b:S"], [ID], Job("s3://b/k", "t"), inferred={"id", "a", "b"})
    assert types_of(columns) == {"id": T.S, "a": T.N, "b": T.S}
    assert [column.inferred for column in columns] == [False, True, False]


@pytest.mark.parametrize(
    ("header", "columns", "problem"),
    [
        (["id", ""], {}, "header: column 2 has no name"),
        (["id", ":N"], {}, "header: column 2 has no name"),
        (["id", "x\udce9"], {}, "is not of the encoding"),
        (["id", "x" * 65_536], {}, "is over 65535 bytes"),
        (["id", "a", "b", "a:N"], {}, "header: columns 2, 4 are all named 'a'"),
        (["id", "price"], {"prize": Column(T.N)}, "no column 'prize'; did you mean 'price'?"),
        (["id", "price"], {"zzz": Column(T.N)}, "no column 'zzz'; the header has 'id', 'price'"),
        (["id", "a", "b"], {"a": Column(rename="b")}, "'a', 'b' all become the attribute 'b'"),
        (["ID", "a"], {}, "rename a column to it in `columns`; did you mean 'ID'?"),
        (["id"], {"id": Column(drop=True)}, "'id' is dropped, but it is the partition key of the table"),
        (["id:N"], {}, "'id' is declared as N, but it is the partition key of the table of type S"),
        (["id"], {"id": Column(T.JSON)}, "'id' is declared as JSON, but it is the partition key"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_once(header: list[str], columns: dict[str, Column], problem: str) -> None:
    (told,) = problems_of(header, **columns)
    assert problem in told


def test_a_type_that_contradicts_an_index_key_names_the_index() -> None:
    (told,) = problems_of(["id", "city:SS"], ID, BY_CITY)
    assert "it is the partition key of the index 'by-city' of type S" in told


def test_a_header_with_five_mistakes_gets_five_messages() -> None:
    problems = problems_of(["id:N", "", "a", "a", "b"], ID, AT, c=Column(T.N))
    assert len(problems) == 5


def test_a_dropped_column_may_share_its_attribute_with_another() -> None:
    columns = read(["id", "old"], id=Column(drop=True), old=Column(rename="id"))
    assert [column.primary for column in columns] == [False, True]
