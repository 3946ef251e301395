"""Presets, what overrides them, and dialects that cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from headrace.job.model import Format
from headrace.job.parse import parse_job
from tests.unit.job.strategies import MINIMAL
from tests.unit.job.test_parse import problem_of, problems_of


def format_of(**settings: Any) -> Format:
    return parse_job({**MINIMAL, "format": settings}).format


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("csv", Format(",", '"', None)),
        ("tsv", Format("\t", '"', None)),
        ("mysql", Format("\t", None, "\\", null="\\N", backslash_escapes=True)),
    ],
)
def test_a_preset_is_a_whole_dialect(preset: str, expected: Format) -> None:
    assert format_of(preset=preset) == expected


def test_a_field_overrides_the_preset() -> None:
    assert format_of(preset="mysql", delimiter=",", null=None) == Format(
        ",", None, "\\", null=None, backslash_escapes=True
    )


@pytest.mark.parametrize(("escape", "spells"), [("\\", True), ("^", False), (None, False)])
def test_only_a_backslash_spells_characters(escape: str | None, spells: bool) -> None:
    assert format_of(preset="mysql", escape=escape).backslash_escapes is spells


def test_a_backslash_alone_spells_no_characters() -> None:
    assert format_of(escape="\\").backslash_escapes is False


@pytest.mark.parametrize(
    ("alias", "encoding"),
    [
        ("UTF8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("iso-8859-1", "latin-1"),
        ("Latin1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("UTF_16", "utf-16"),
    ],
)
def test_an_encoding_has_many_names(alias: str, encoding: str) -> None:
    assert format_of(encoding=alias).encoding == encoding


@pytest.mark.parametrize(
    "encoding", ["klingon", "utf-32", "utf-16-le", "rot13", "", "a\0b", "ü", "\ud800", None, 8]
)
def test_another_encoding_is_refused(encoding: object) -> None:
    problem = problem_of(format={"encoding": encoding})
    assert problem.startswith("format.encoding: ")
    assert problem.endswith("allowed: utf-8, utf-8-sig, latin-1, cp1252, utf-16")


@pytest.mark.parametrize("mark", ["delimiter", "quote", "escape"])
@pytest.mark.parametrize("char", ["", "ab", "\n", "\r", "\0", "\ud800", "\ufeff", 7])
def test_a_mark_is_one_character_that_a_line_may_hold(mark: str, char: object) -> None:
    assert problem_of(format={mark: char}).startswith(f"format.{mark}: ")


def test_only_a_delimiter_may_be_a_space() -> None:
    assert format_of(delimiter=" ").delimiter == " "
    assert len(problems_of({**MINIMAL, "format": {"quote": " ", "escape": " "}})) == 2


def test_a_format_needs_a_delimiter() -> None:
    assert problem_of(format={"delimiter": None}).startswith("format.delimiter: null is not a text")


@pytest.mark.parametrize(
    ("settings", "pair"),
    [
        ({"delimiter": '"'}, "delimiter and quote"),
        ({"escape": ","}, "delimiter and escape"),
        ({"preset": "mysql", "quote": "\\"}, "quote and escape"),
    ],
)
def test_two_marks_of_one_character_contradict(settings: dict[str, Any], pair: str) -> None:
    assert problem_of(format=settings).startswith(f"format: {pair} are both ")


def test_a_mark_that_the_encoding_does_not_have_is_refused() -> None:
    assert format_of(delimiter="€", encoding="cp1252").delimiter == "€"
    problem = problem_of(format={"delimiter": "€", "encoding": "latin-1"})
    assert problem.startswith('format.delimiter: "€" cannot be written in latin-1')


def test_contradictions_are_told_beside_other_problems() -> None:
    found = problems_of({**MINIMAL, "format": {"delimiter": '"', "encoding": "klingon"}})
    assert [problem.split(":")[0] for problem in found] == ["format.encoding", "format"]


@pytest.mark.parametrize("settings", [{"preset": "excel", "delimiter": '"'}, {"quote": 1, "delimiter": '"'}])
def test_a_wrong_value_makes_no_contradiction_with_a_default(settings: dict[str, Any]) -> None:
    assert "are both" not in problem_of(format=settings)


def test_a_header_is_in_the_object_or_given() -> None:
    assert format_of(header=True).header is None
    assert format_of(header=["id", "price:N"]).header == ("id", "price:N")


@pytest.mark.parametrize(
    ("header", "path"),
    [
        (False, "format.header"),
        ([], "format.header"),
        ("id", "format.header"),
        (["id", ""], "format.header[1]"),
        (["id", 1], "format.header[1]"),
        (["id", "at", "id"], "format.header[2]"),
    ],
)
def test_a_header_without_distinct_names_is_refused(header: object, path: str) -> None:
    assert problem_of(format={"header": header}).startswith(f"{path}: ")


def test_a_null_text_may_be_any_text_but_half_a_character() -> None:
    assert format_of(null="").null == ""
    assert problem_of(format={"null": "\ud800"}) == (
        'format.null: "\\ud800" holds half of a surrogate pair; allowed: a text, or null for none'
    )
