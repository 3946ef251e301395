"""The header of a CSV export tells a load all that it has to know."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.export.columns import export_header
from headrace.items.header import read_header
from headrace.job.model import AttributeType as T
from headrace.job.model import Column, Job
from headrace.ports import Item, KeyAttribute
from tests.unit.export.items import items, names

JOB = Job("orders", "")
KEYS = [
    KeyAttribute("pk", "S", "partition"),
    KeyAttribute("sk", "N", "sort"),
    KeyAttribute("by", "B", "partition", "index"),
]


def test_the_jobs_columns_stand_first_then_the_keys_then_all_others_by_name() -> None:
    job = Job("orders", "", columns={"z": Column(T.JSON), "sk": Column(), "due": Column(T.TTL)})
    sample: list[Item] = [{"b": {"S": "x"}, "pk": {"S": "1"}, "a": {"BOOL": True}, "z": {"S": "1"}}]
    header = export_header(sample, KEYS, job)
    assert header == ("z:JSON", "sk:N", "due:TTL", "pk:S", "a:BOOL", "b:S", "by:B")


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        (["S", "NULL", "NULL"], "S"),
        (["N", "S", "N"], "N"),
        (["M", "L", "L"], "L"),
        (["NULL"], "NULL"),
        (["BS"], "BS"),
        (["N", "B"], "B"),
        (["B", "N"], "B"),
    ],
)
def test_the_type_is_the_most_seen_and_null_only_where_there_is_nothing_else(
    seen: list[str], kind: str
) -> None:
    header = export_header([{"x": {one: "any"}} for one in seen], [], JOB)
    assert header == (f"x:{kind}",)


def test_a_key_has_the_tables_type_whatever_the_sample_has() -> None:
    assert export_header([{"by": {"S": "not in the index"}}], KEYS, JOB) == ("pk:S", "sk:N", "by:B")


@given(st.lists(items(), max_size=4), st.dictionaries(names, st.sampled_from(T).map(Column), max_size=3))
def test_titles_read_back_as_the_attributes_also_where_names_look_typed(
    sample: list[Item], columns: dict[str, Column]
) -> None:
    key = KeyAttribute("id", "S", "partition")
    job = Job("orders", "", columns=columns)
    found = read_header(export_header(sample, [key], job), [key], JOB)
    assert [column.attribute for column in found][: len(columns)] == list(columns)
    types = {column.attribute: column.type for column in found}
    assert types.keys() == {"id", *columns}.union(*sample)
    assert {name: types[name] for name in columns} == {name: column.type for name, column in columns.items()}
