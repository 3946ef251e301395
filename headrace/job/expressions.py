"""What a job's expressions refer to: names, and values in DynamoDB JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from headrace.items.documents import parse_json
from headrace.items.number import number_text
from headrace.items.text import CellError
from headrace.items.wire import wire_value
from headrace.job.columns import NAME
from headrace.job.kinds import Each, Text
from headrace.job.problems import INVALID, Problems, child, seen

# Amazon DynamoDB Developer Guide, "Constraints", expression parameters.
EXPRESSION: Final = Text("an expression of DynamoDB, of 1 to 4096 bytes", r"[\s\S]*\S[\s\S]*", longest=4096)

_EXPRESSIONS = ("filter", "projection", "key_condition")
_REFERENCE = re.compile(r"[#:][A-Za-z0-9_]+")
_MARKS = {"#": "names", ":": "values"}


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """A value in DynamoDB JSON, or a plain text, number, true or false; reads into DynamoDB JSON."""

    allowed: str = 'a text, a number, true, false, or DynamoDB JSON such as {"N": "1"}'

    def read(self, value: object, at: str, problems: Problems) -> Any:
        try:
            return _as_wire(value)
        except CellError as error:
            return problems.add(at, str(error), self.allowed)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean", "object"]}


def _as_wire(value: object) -> dict[str, Any]:
    """Raises CellError."""
    match value:
        case bool():
            return {"BOOL": value}
        case int() | float():
            return {"N": number_text(_json(value))}
        case str():
            value = {"S": value}
    return wire_value(parse_json(_json(value)))


def _json(value: object) -> str:
    try:
        return json.dumps(value)
    except ValueError as error:  # Python refuses numbers of more than 4300 digits
        raise CellError("a number has too many digits") from error


NAMES: Final = Each(
    Text("# and a name of a-z A-Z 0-9 _", r"#[A-Za-z0-9_]{1,254}"),
    NAME,
    'an object such as {"#state": "state"}',
)
VALUES: Final = Each(
    Text(": and a name of a-z A-Z 0-9 _", r":[A-Za-z0-9_]{1,254}"),
    AttributeValue(),
    'an object such as {":least": 100, ":open": {"S": "open"}}',
)


def find_loose_ends(scan: Mapping[str, Any], problems: Problems) -> None:
    """Reports what expressions refer to that is not there, and what is there that none refers to."""
    texts = {name: scan[name] for name in _EXPRESSIONS if name in scan}
    for mark, group in _MARKS.items():
        there = scan.get(group, {})
        if there is INVALID:
            continue
        used = {name: _references(text, mark) for name, text in texts.items() if text is not INVALID}
        for name, references in used.items():
            _find_missing(f"scan.{name}", references, group, there, problems)
        if len(used) == len(texts):
            _find_unused(group, there, set().union(*used.values()), problems)


def _references(text: str, mark: str) -> list[str]:
    return [found for found in dict.fromkeys(_REFERENCE.findall(text)) if found[0] == mark]


def _find_missing(
    at: str, references: Iterable[str], group: str, there: Iterable[str], problems: Problems
) -> None:
    for reference in references:
        if reference not in there:
            fault = f"{seen(reference)} is not in scan.{group}"
            problems.add(at, fault, ", ".join(map(seen, there)) or "none", "add it there")


def _find_unused(group: str, there: Iterable[str], used: Collection[str], problems: Problems) -> None:
    for name in there:
        if name not in used:
            at = child(f"scan.{group}", name)
            problems.add(
                at, "no expression refers to it", ", ".join(map(seen, sorted(used))) or "none", "remove it"
            )
