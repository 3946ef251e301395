"""The kinds of value that tell of a text's columns: the header's names, and what becomes of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from headrace.job.groups import Field, Group
from headrace.job.kinds import Choice, Flag, Text
from headrace.job.model import AttributeType, Column
from headrace.job.problems import INVALID, Problems, child, seen

# DynamoDB Developer Guide, "Quotas": attribute names are 1 byte to 64 KB long.
NAME = Text("a name of 1 to 65535 bytes", pattern=r"[\s\S]+", longest=65535)


@dataclass(frozen=True, slots=True)
class Header:
    """`true` reads as None: the first record is the header; else the names as a tuple."""

    allowed: str = "true (the first record), or a list of names, each another"

    def read(self, value: object, at: str, problems: Problems) -> Any:
        if value is True:
            return None
        if not isinstance(value, list | tuple):
            return problems.add(at, f"{seen(value)} is neither true nor a list", self.allowed)
        if not value:
            return problems.add(at, "the list is empty", self.allowed)
        names = tuple(NAME.read(name, f"{at}[{i}]", problems) for i, name in enumerate(value))
        self._find_repeated(names, at, problems)
        return names

    def _find_repeated(self, names: tuple[Any, ...], at: str, problems: Problems) -> None:
        first: dict[Any, int] = {}
        for i, name in enumerate(names):
            if name is not INVALID and first.setdefault(name, i) != i:
                fault = f"{seen(name)} is the name at {first[name]} too"
                problems.add(f"{at}[{i}]", fault, "a name once", "rename one of them")

    def schema(self) -> dict[str, Any]:
        names = {"type": "array", "items": NAME.schema(), "minItems": 1, "uniqueItems": True}
        return {"anyOf": [{"const": True}, names]}


_TYPE = Choice(tuple(AttributeType), any_case=True)
_COLUMN: Final[Mapping[str, Field]] = {
    "type": Field(
        "type", _TYPE, "What the column's text becomes; default: S, or what the header or the keys say."
    ),
    "rename": Field("rename", NAME, "The attribute's name where it is not the column's."),
    "drop": Field("drop", Flag(), "Leave the column out; goes with neither type nor rename.", False),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns by name, each an object of what may be said of it, or its type alone; reads into
    {name: Column}."""

    allowed: str
    said: tuple[str, ...] = tuple(_COLUMN)
    """Which of type, rename and drop."""

    @property
    def _column(self) -> Group:
        return Group(tuple(_COLUMN[name] for name in self.said))

    def read(self, value: object, at: str, problems: Problems) -> Any:
        if not isinstance(value, Mapping):
            return problems.add(at, f"{seen(value)} is not an object", self.allowed)
        entries = {name: self._entry(name, entry, child(at, name), problems) for name, entry in value.items()}
        self._find_clashes(entries, at, problems)
        return {name: Column(**entry) for name, entry in entries.items()}

    def _entry(self, name: object, value: object, at: str, problems: Problems) -> dict[str, Any]:
        NAME.read(name, at, problems)
        if "type" in self.said and not isinstance(value, Mapping):
            return {"type": _TYPE.read(value, at, problems)}
        entry = self._column.read(value, at, problems)
        if entry is INVALID:
            return {}
        if entry.get("drop") is True and entry.keys() & {"type", "rename"}:
            fault = "is dropped, yet has a type or a new name"
            problems.add(at, fault, "drop alone, or type and rename", "remove one of them")
        return dict(entry)

    def _find_clashes(self, entries: Mapping[Any, dict[str, Any]], at: str, problems: Problems) -> None:
        owner: dict[Any, Any] = {}
        for name, entry in entries.items():
            attribute = entry.get("rename", name)
            if entry.get("drop") is True or attribute is INVALID:
                continue
            first = owner.setdefault(attribute, name)
            if first != name:
                fault = f"would become the attribute {seen(attribute)}, as {child(at, first)} does"
                problems.add(child(at, name), fault, "one column an attribute", "rename or drop one of them")

    def schema(self) -> dict[str, Any]:
        kinds = [_TYPE.schema()] * ("type" in self.said) + [self._column_schema()]
        return {
            "type": "object",
            "propertyNames": {"minLength": 1},
            "additionalProperties": {"anyOf": kinds},
        }

    def _column_schema(self) -> dict[str, Any]:
        others = [{"required": [name]} for name in self.said if name != "drop"]
        contradiction = {"properties": {"drop": {"const": True}}, "required": ["drop"], "anyOf": others}
        return {**self._column.schema(), **({"not": contradiction} if "drop" in self.said else {})}
