"""Cells become what the page on columns and types says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headrace.items.codec import RowCodec, RowRejected
from headrace.job.dialect import PRESETS
from headrace.job.model import AttributeType, Empty, Format, Job
from tests.builders import ID
from tests.docs.blocks import page, table

PAGE = page("columns-and-types")
TYPES, REFUSALS = table(PAGE, "types"), table(PAGE, "refusals")
NULL_TEXT = "nothing"


def encode(kind: str, cell: str, empty: Empty = Empty.DROP) -> Any:
    job = Job("s3://b/k", "t", format=Format(null=NULL_TEXT), empty=empty)
    return RowCodec.compile(("id", f"x:{kind}"), [ID], job).encode(("a", cell)).get("x")


@pytest.mark.parametrize(("kind", "cell", "stored"), TYPES)
def test_a_cell_is_stored_as_the_page_says(kind: str, cell: str, stored: str) -> None:
    assert encode(kind, cell) == json.loads(stored)


@pytest.mark.parametrize(("kind", "cell", "reason"), REFUSALS)
def test_a_cell_is_refused_as_the_page_says(kind: str, cell: str, reason: str) -> None:
    with pytest.raises(RowRejected) as caught:
        encode(kind, cell)
    assert str(caught.value) == f"column 'x': {reason}"


def test_the_page_has_an_example_of_every_type() -> None:
    assert {row[0] for row in TYPES} == set(AttributeType)


def _stored(shown: str, kind: str) -> Any:
    return {"no attribute": None, '""': {kind: ""}}.get(shown) or (
        json.loads(shown) if shown.startswith("{") else None
    )


@pytest.mark.parametrize(("policy", "text", "other", "null"), table(PAGE, "empties"))
def test_empty_cells_and_nulls_become_what_the_page_says(
    policy: str, text: str, other: str, null: str
) -> None:
    for kind in set(AttributeType) - {AttributeType.NULL}:
        shown = text if kind in ("S", "B") else other
        assert encode(kind, "", Empty(policy)) == _stored(shown, kind)
        assert encode(kind, NULL_TEXT, Empty(policy)) == _stored(null, kind)


@pytest.mark.parametrize(("name", "delimiter", "quote", "escape", "null"), table(PAGE, "presets"))
def test_presets_are_what_the_page_says(
    name: str, delimiter: str, quote: str, escape: str, null: str
) -> None:
    preset = PRESETS[name]
    told = {"tab": "\t", "none": None}
    found = (preset.delimiter, preset.quote, preset.escape, preset.null)
    assert found == tuple(told.get(cell, cell) for cell in (delimiter, quote, escape, null))
