"""The kinds of value that hold others: a group of fields, the header's names and the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from headrace.job.kinds import Choice, Flag, Kind, Text
from headrace.job.model import AttributeType, Column
from headrace.job.problems import INVALID, Problems, child, seen

NO_DEFAULT: Final[Any] = object()


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the table of fields. `default` is told, not applied: the model applies it."""

    name: str
    kind: Kind
    doc: str
    default: Any = NO_DEFAULT
    required: bool = False

    def schema(self) -> dict[str, Any]:
        default = {} if self.default is NO_DEFAULT else {"default": self.default}
        title = self.name.replace("_", " ").capitalize()
        return {"title": title, "description": self.doc, **self.kind.schema(), **default}


@dataclass(frozen=True, slots=True)
class Group:
    """A JSON object of known fields; reads into a dict of those that are there."""

    fields: tuple[Field, ...]

    @property
    def allowed(self) -> str:
        return "an object with " + ", ".join(field.name for field in self.fields)

    def read(self, value: object, at: str, problems: Problems) -> Any:
        if not isinstance(value, Mapping):
            return problems.add(at, f"{seen(value)} is not an object", self.allowed)
        self._find_missing(value, at, problems)
        self._find_unknown(value, at, problems)
        return {
            field.name: field.kind.read(value[field.name], child(at, field.name), problems)
            for field in self.fields
            if field.name in value
        }

    def _find_missing(self, value: Mapping[object, object], at: str, problems: Problems) -> None:
        for field in self.fields:
            if field.required and field.name not in value:
                problems.add(child(at, field.name), "is missing", field.kind.allowed, "add it")

    def _find_unknown(self, value: Mapping[object, object], at: str, problems: Problems) -> None:
        names = [field.name for field in self.fields]
        for key in value:
            if key not in names:
                problems.add(child(at, key), "is not a known field", ", ".join(names), self._advice(key))

    def _advice(self, key: object) -> str:
        places = dict(self._places())
        near = get_close_matches(str(key)[:80].lower(), places, n=1, cutoff=0.7)
        return f"did you mean {places[near[0]]}?" if near else "remove it"

    def _places(self) -> Iterator[tuple[str, str]]:
        """Where each field's name belongs: the groups' inner fields first, so that own names win."""
        for field in self.fields:
            if isinstance(field.kind, Group):
                yield from ((inner.name, f"{field.name}.{inner.name}") for inner in field.kind.fields)
        yield from ((field.name, field.name) for field in self.fields)

    def schema(self) -> dict[str, Any]:
        required = [field.name for field in self.fields if field.required]
        return {
            "type": "object",
            "properties": {field.name: field.schema() for field in self.fields},
            "additionalProperties": False,
            **({"required": required} if required else {}),
        }


# DynamoDB Developer Guide, "Quotas": attribute names are 1 byte to 64 KB long.
_NAME = Text("a name of 1 to 65535 bytes", pattern=r"[\s\S]+", longest=65535)


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
        names = tuple(_NAME.read(name, f"{at}[{i}]", problems) for i, name in enumerate(value))
        self._find_repeated(names, at, problems)
        return names

    def _find_repeated(self, names: tuple[Any, ...], at: str, problems: Problems) -> None:
        first: dict[Any, int] = {}
        for i, name in enumerate(names):
            if name is not INVALID and first.setdefault(name, i) != i:
                fault = f"{seen(name)} is the name at {first[name]} too"
                problems.add(f"{at}[{i}]", fault, "a name once", "rename one of them")

    def schema(self) -> dict[str, Any]:
        names = {"type": "array", "items": _NAME.schema(), "minItems": 1, "uniqueItems": True}
        return {"anyOf": [{"const": True}, names]}


_TYPE = Choice(tuple(AttributeType), any_case=True)
_COLUMN = Group(
    (
        Field(
            "type", _TYPE, "What the column's text becomes; default: S, or what the header or the keys say."
        ),
        Field("rename", _NAME, "The attribute's name where it is not the column's."),
        Field("drop", Flag(), "Leave the column out; goes with neither type nor rename.", False),
    )
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns by name, each a type or {type, rename, drop}; reads into {name: Column}."""

    allowed: str = 'an object such as {"price": "N", "name": {"rename": "title"}, "note": {"drop": true}}'

    def read(self, value: object, at: str, problems: Problems) -> Any:
        if not isinstance(value, Mapping):
            return problems.add(at, f"{seen(value)} is not an object", self.allowed)
        entries = {name: self._entry(name, entry, child(at, name), problems) for name, entry in value.items()}
        self._find_clashes(entries, at, problems)
        return {name: Column(**entry) for name, entry in entries.items()}

    def _entry(self, name: object, value: object, at: str, problems: Problems) -> dict[str, Any]:
        _NAME.read(name, at, problems)
        if not isinstance(value, Mapping):
            return {"type": _TYPE.read(value, at, problems)}
        entry = _COLUMN.read(value, at, problems)
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
        contradiction = {
            "properties": {"drop": {"const": True}},
            "required": ["drop"],
            "anyOf": [{"required": ["type"]}, {"required": ["rename"]}],
        }
        column = {**_COLUMN.schema(), "not": contradiction}
        return {
            "type": "object",
            "propertyNames": {"minLength": 1},
            "additionalProperties": {"anyOf": [_TYPE.schema(), column]},
        }
