"""Why an item cannot be exported in a format: what an attribute is, and what the format has for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from headrace.items.codec import Problem
from headrace.items.header import HeaderColumn
from headrace.items.text import SHOWN_CHARACTERS, shown
from headrace.job.model import AttributeType, Job

_DESCRIPTIONS = {
    "S": "a text",
    "N": "a number",
    "B": "binary",
    "BOOL": "true or false",
    "NULL": "null",
    "SS": "a set of texts",
    "NS": "a set of numbers",
    "BS": "a set of binaries",
    "L": "a list",
    "M": "a map",
}
_NOT_IN_JSON = frozenset({"B", "SS", "NS", "BS"})
_IN_JSON = frozenset(_DESCRIPTIONS) - _NOT_IN_JSON
_INSTEAD = "export as dynamodb-json"
_AS_JSON = f"give it the type JSON in `columns`, or {_INSTEAD}"


def problem(name: str, code: str, says: str) -> Problem:
    return Problem(code, name[:SHOWN_CHARACTERS], f"attribute {shown(name)} {says}")


def why_not_json(name: str, value: Mapping[str, Any], declared: AttributeType | None) -> Problem:
    """
    Args:
        declared: its type by the job's `columns` or as a key; None: whatever the JSON says.
    """
    (kind,) = value
    if declared is not None and not _fits(kind, declared):
        says = f"is {_described(kind)}, and its type is to be {declared}: mend `columns`, or {_INSTEAD}"
    elif kind in _NOT_IN_JSON and declared is None:
        typed = f"give it the type {kind} in `columns`, or {_INSTEAD}"
        says = f"is {_described(kind)}, plain JSON has none: {typed}"
    else:
        says = _why_not_nested(value)
    return problem(name, "type", says)


def why_no_cell(name: str, value: Mapping[str, Any] | None, column: HeaderColumn, job: Job) -> Problem:
    """
    Args:
        value: None where the item has no such attribute.
    """
    if value is None:
        return problem(name, "empty", f"is not there, {_unlike(column, job)}: {_INSTEAD}")
    ((kind, content),) = value.items()
    instead = _AS_JSON if kind in _IN_JSON else _INSTEAD
    if kind == "NULL" or content == "":
        what = "null" if kind == "NULL" else f"empty ({kind})"
        return problem(name, "empty", f"is {what}, {_unlike(column, job)}: {instead}")
    if not _fits(kind, column.type):
        says = f"is {_described(kind)}, and its column {shown(column.title)} is of the type {column.type}"
        return problem(name, "type", f"{says}: {instead}")
    if content == job.format.null:
        return problem(name, "empty", "is the text that stands for null: set format.null to another")
    return problem(name, "type", _why_not_nested(value))


def why_no_column(name: str, value: Mapping[str, Any]) -> Problem:
    (kind,) = value
    says = f"is {_described(kind)} that has no column: give it a type in `columns`, or {_INSTEAD}"
    return problem(name, "column", says)


def _unlike(column: HeaderColumn, job: Job) -> str:
    where = f"a cell of its column {shown(column.title)}"
    return f"which {where} does not say with write.empty {str(job.empty)!r}"


def _fits(kind: str, declared: AttributeType) -> bool:
    match declared:
        case AttributeType.JSON:
            return kind in _IN_JSON
        case AttributeType.TTL:
            return kind == "N"
    return kind == declared


def _why_not_nested(value: Mapping[str, Any]) -> str:
    inner = next((kind for kind in _kinds_inside(value) if kind in _NOT_IN_JSON), None)
    if inner is None:
        return f"would be read back as something else: {_INSTEAD}"
    return f"has {_described(inner)} inside, plain JSON has none: {_INSTEAD}"


def _kinds_inside(value: Mapping[str, Any]) -> Iterator[str]:
    ((kind, content),) = value.items()
    if kind in ("L", "M"):
        for one in content if kind == "L" else content.values():
            yield from one
            yield from _kinds_inside(one)


def _described(kind: str) -> str:
    return f"{_DESCRIPTIONS[kind]} ({kind})"
