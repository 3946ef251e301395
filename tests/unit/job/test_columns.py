"""Columns by name, and what cannot be said of them."""

from __future__ import annotations

from typing import Any

import pytest

from headrace.job.model import AttributeType, Column
from headrace.job.parse import parse_job
from tests.unit.job.strategies import MINIMAL
from tests.unit.job.test_parse import problem_of, problems_of


def columns_of(columns: dict[str, Any]) -> dict[str, Column]:
    return dict(parse_job({**MINIMAL, "columns": columns}).columns)


def test_a_column_is_a_type_or_an_object() -> None:
    found = columns_of({"a": "N", "b": {"type": "ss", "rename": "c"}, "d": {"drop": True}, "e": {}})
    assert found == {
        "a": Column(AttributeType.N),
        "b": Column(AttributeType.SS, rename="c"),
        "d": Column(drop=True),
        "e": Column(),
    }
    assert found["b"].type is AttributeType.SS


@pytest.mark.parametrize("kind", ["STRING", "ß", "", None, 1, ["N"]])
def test_a_type_that_is_none_is_refused(kind: object) -> None:
    problem = problem_of(columns={"a": kind})
    assert problem.startswith("columns.a: ")
    assert problem.endswith("allowed: S, N, B, BOOL, NULL, SS, NS, BS, L, M, JSON, TTL")


def test_an_unknown_key_of_a_column_is_refused_with_advice() -> None:
    problem = problem_of(columns={"a": {"tpye": "N"}})
    assert problem.startswith(
        "columns.a.tpye: is not a known field; allowed: type, rename, drop; did you mean type?"
    )


@pytest.mark.parametrize("more", [{"type": "N"}, {"rename": "b"}, {"type": "N", "rename": "b"}])
def test_a_dropped_column_with_a_type_or_a_new_name_contradicts(more: dict[str, Any]) -> None:
    problem = problem_of(columns={"a": {"drop": True, **more}})
    assert problem.startswith("columns.a: is dropped, yet has a type or a new name")


def test_drop_false_goes_with_anything() -> None:
    assert columns_of({"a": {"drop": False, "type": "N"}}) == {"a": Column(AttributeType.N)}


def test_two_columns_that_become_one_attribute_contradict() -> None:
    problem = problem_of(columns={"a": {"rename": "c"}, "b": {"rename": "c"}})
    assert problem.startswith('columns.b: would become the attribute "c", as columns.a does')


def test_a_column_renamed_to_another_columns_name_contradicts() -> None:
    assert problem_of(columns={"a": {"rename": "b"}, "b": "N"}).startswith("columns.b: would become")


def test_a_name_that_is_free_again_can_be_used() -> None:
    swapped = {"a": {"rename": "b"}, "b": {"rename": "a"}}
    assert columns_of(swapped)["a"].rename == "b"
    assert columns_of({"a": {"rename": "b"}, "b": {"drop": True}})["a"].rename == "b"


@pytest.mark.parametrize("name", ["", "n" * 65536, "ü" * 32768, "\ud800"])
def test_a_name_that_no_attribute_can_have_is_refused(name: str) -> None:
    assert len(problems_of({**MINIMAL, "columns": {name: "S", "a": {"rename": name}}})) == 2
    assert columns_of({"n" * 65535: "S"})


def test_an_odd_name_is_quoted_in_the_path() -> None:
    assert problem_of(columns={'a "b".c': 1}).startswith('columns["a \\"b\\".c"]: 1 is none of the choices')


def test_columns_of_a_wrong_type_are_refused() -> None:
    assert problem_of(columns=["a"]).startswith(
        "columns: a list is not an object; allowed: an object such as"
    )
