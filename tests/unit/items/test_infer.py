"""Sampled rows make a number only of what cannot be harmed, and suggest the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headrace.errors import HeaderError
from headrace.items.infer import ColumnSample, Suggestions, look_at
from headrace.job.model import AttributeType as T
from headrace.job.model import Column, Format, Job
from headrace.ports import KeyAttribute

KEYS = [KeyAttribute("id", "S", "partition")]
JOB = Job("s3://b/k", "t", infer=True, format=Format(null="NULL"))


def looked(job: Job, *cells: str, title: str = "x") -> Suggestions:
    return look_at(["id", title], [[f"{row}", cell] for row, cell in enumerate(cells)], job, KEYS)


def test_a_column_of_canonical_numbers_is_inferred() -> None:
    assert looked(JOB, "1", "", "-2.5", "NULL") == Suggestions(inferred=("x",))


def test_a_number_that_would_change_makes_the_column_text() -> None:
    assert looked(JOB, "1", "007") == Suggestions()


def test_numbers_are_only_suggested_where_the_job_does_not_infer() -> None:
    assert looked(replace(JOB, infer=False), "1") == Suggestions(looks_like={"x": "N"})


@pytest.mark.parametrize(
    ("cells", "kind"),
    [(["true", "FALSE"], "BOOL"), (["y", "n"], "BOOL"), (["[1]", ' {"a": 1}'], "JSON")],
)
def test_booleans_and_documents_are_suggested_but_never_inferred(cells: list[str], kind: str) -> None:
    assert looked(JOB, *cells) == Suggestions(looks_like={"x": kind})


@pytest.mark.parametrize(
    "cells", [[], ["", "NULL"], ["true", "1"], ["[1]", "[1"], ["12345678901234567890" * 2]]
)
def test_nothing_is_said_of_empty_and_mixed_columns(cells: list[str]) -> None:
    assert looked(JOB, *cells) == Suggestions()


def test_keys_and_declared_and_dropped_columns_are_left_alone() -> None:
    job = replace(JOB, columns={"b": Column(T.S), "c": Column(drop=True)})
    assert look_at(["id", "a:S", "b", "c"], [["1", "1", "1", "1"]], job, KEYS) == Suggestions()


def test_rows_of_another_width_say_nothing() -> None:
    assert look_at(["id", "x"], [["1", "1"], ["2", "two", "?"]], JOB, KEYS).inferred == ("x",)


def test_a_header_that_does_not_fit_is_told() -> None:
    with pytest.raises(HeaderError):
        look_at(["x"], [], JOB, KEYS)


def test_a_sample_of_nothing_has_no_type() -> None:
    assert ColumnSample().type is None
