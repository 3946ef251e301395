"""From the fields of `format` to a Format: presets filled in, contradictions found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from itertools import combinations
from typing import Any, Final

from headrace.job.model import Format
from headrace.job.problems import Problems, seen

BACKSLASH = "\\"

PRESETS: Final[Mapping[str, Format]] = {
    "csv": Format(),
    "tsv": Format(delimiter="\t"),
    "mysql": Format(
        delimiter="\t", quote=None, escape=BACKSLASH, null=BACKSLASH + "N", backslash_escapes=True
    ),
}

_MARKS = ("delimiter", "quote", "escape")


def with_preset(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a Format: those of the preset, overridden by those that were given.

    Of a preset that is INVALID nothing is known, so that no false contradiction comes from it."""
    preset = PRESETS.get(given.get("preset", "csv"))
    settings = {**(asdict(preset) if preset else {}), **given}
    settings.pop("preset", None)
    if settings.get("escape") != BACKSLASH:
        settings["backslash_escapes"] = False
    return settings


def find_contradictions(settings: Mapping[str, Any], problems: Problems) -> None:
    """Reports marks that are the same character, and marks that the encoding does not have."""
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


def _encodable(mark: str, encoding: str) -> bool:
    try:
        mark.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def format_to_json(settings: Format) -> dict[str, Any]:
    """All fields of `format`, so that they read back as the same Format."""
    return {
        "preset": "mysql" if settings.backslash_escapes else "csv",
        "delimiter": settings.delimiter,
        "quote": settings.quote,
        "escape": settings.escape,
        "header": True if settings.header is None else list(settings.header),
        "encoding": settings.encoding,
        "null": settings.null,
    }
