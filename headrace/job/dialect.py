"""From the fields of `format` to a Format: presets filled in, contradictions found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from itertools import combinations
from typing import Any, Final

from headrace.job.model import Format, Operation, Shape
from headrace.job.problems import INVALID, Problems, seen

BACKSLASH = "\\"

PRESETS: Final[Mapping[str, Format]] = {
    "csv": Format(),
    "tsv": Format(delimiter="\t"),
    "mysql": Format(
        delimiter="\t", quote=None, escape=BACKSLASH, null=BACKSLASH + "N", backslash_escapes=True
    ),
}
"""The dialects of delimited text."""

JSON_PRESETS: Final = (str(Shape.JSONL), str(Shape.DYNAMODB_JSON))
"""The shapes of JSON lines, named as they are."""

DEFAULT_PRESETS: Final[Mapping[Operation, str]] = {
    Operation.LOAD: "csv",
    Operation.SCAN: str(Shape.DYNAMODB_JSON),
    Operation.EXPORT: str(Shape.DYNAMODB_JSON),
    Operation.RESTORE: str(Shape.FOUND),
}
"""FOUND is what a restore does without a preset; nobody can choose it."""

_MARKS = ("delimiter", "quote", "escape")
_UTF_8 = "utf-8"


def preset_of(given: Mapping[str, Any], operation: Operation | None) -> Any:
    """The preset that was given, right or wrong, or the operation's own."""
    own = DEFAULT_PRESETS.get(operation, "csv") if operation else "csv"
    return given.get("preset", own)


def shape_of(preset: object) -> Shape | None:
    """None where there is no such preset."""
    if preset in tuple(PRESETS):
        return Shape.DELIMITED
    return next((shape for shape in Shape if shape == preset and shape is not Shape.DELIMITED), None)


def with_preset(given: Mapping[str, Any], operation: Operation | None) -> dict[str, Any]:
    """The settings of a Format: those of the preset, overridden by those that were given.

    Of a preset that is INVALID nothing is known, so that no false contradiction comes from it."""
    preset = preset_of(given, operation)
    settings = {**_settings_of(preset), **given}
    settings.pop("preset", None)
    if settings.get("escape") != BACKSLASH:
        settings["backslash_escapes"] = False
    return settings


def _settings_of(preset: Any) -> dict[str, Any]:
    shape = shape_of(preset)
    if shape is None:
        return {}
    return asdict(PRESETS[preset]) if shape is Shape.DELIMITED else {"shape": shape}


def find_misfits(settings: Mapping[str, Any], problems: Problems) -> None:
    """Reports marks that are the same character, and what the encoding cannot be or does not have."""
    marks = {name: settings[name] for name in _MARKS if isinstance(settings.get(name), str)}
    for one, other in combinations(marks, 2):
        if marks[one] == marks[other]:
            fault = f"{one} and {other} are both {seen(marks[one])}"
            problems.add("format", fault, "a character of its own for each", "change one of them")
    encoding = settings.get("encoding")
    for name, mark in marks.items():
        if isinstance(encoding, str) and not _encodable(mark, encoding):
            fault = f"{seen(mark)} cannot be written in {encoding}"
            problems.add(f"format.{name}", fault, "a character of the encoding", "change one of them")
    shape = settings.get("shape")
    if shape in JSON_PRESETS and encoding not in (None, INVALID, _UTF_8):
        problems.add("format.encoding", f"{encoding} is not what {shape} is in", _UTF_8, "leave it out")


def _encodable(mark: str, encoding: str) -> bool:
    try:
        mark.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def format_to_json(settings: Format) -> dict[str, Any]:
    """All fields of `format`, so that they read back as the same Format."""
    if settings.shape is Shape.FOUND:
        return {}
    if settings.shape is not Shape.DELIMITED:
        return {"preset": str(settings.shape), "encoding": settings.encoding}
    return {
        "preset": "mysql" if settings.backslash_escapes else "csv",
        "delimiter": settings.delimiter,
        "quote": settings.quote,
        "escape": settings.escape,
        "header": True if settings.header is None else list(settings.header),
        "encoding": settings.encoding,
        "null": settings.null,
    }
