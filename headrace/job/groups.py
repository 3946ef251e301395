"""A group of fields, and which of them mean something for an operation and its format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, Final

from headrace.job.kinds import Either, Kind
from headrace.job.model import Operation, Shape
from headrace.job.problems import Problems, child, seen

NO_DEFAULT: Final[Any] = object()
ALL_OPERATIONS: Final = frozenset(Operation)
ALL_SHAPES: Final = frozenset(Shape)

_WITH: Final[Mapping[Shape, str]] = {
    Shape.JSONL: "with format.preset jsonl",
    Shape.DYNAMODB_JSON: "with format.preset dynamodb-json",
    Shape.FOUND: "without format.preset",
}
_NOTHING: Final = object()


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the table of fields. `default` is told, not applied: the model applies it.

    `of`: the operations for which it means something. `shapes`: the same of the format's shapes. Several
    lines may have one name, each for other operations."""

    name: str
    kind: Kind
    doc: str
    default: Any = NO_DEFAULT
    required: bool = False
    of: frozenset[Operation] = ALL_OPERATIONS
    shapes: frozenset[Shape] = ALL_SHAPES

    def narrowed(self, operation: Operation | None, shape: Shape | None) -> Field:
        """With only those inner fields that mean something."""
        if not isinstance(self.kind, Group):
            return self
        return replace(self, kind=self.kind.of(operation, shape))

    def schema(self) -> dict[str, Any]:
        default = {} if self.default is NO_DEFAULT else {"default": self.default}
        title = self.name.replace("_", " ").capitalize()
        return {"title": title, "description": self.doc, **self.kind.schema(), **default}


@dataclass(frozen=True, slots=True)
class Group:
    """A JSON object of known fields; reads into a dict of those that are there."""

    fields: tuple[Field, ...]
    others: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Fields that mean nothing here: why not, and what to do."""

    def of(self, operation: Operation | None, shape: Shape | None = None) -> Group:
        """Only the fields that mean something there, one of each name. None: it is not known (yet)."""
        kept, others = [], {}
        for name in dict.fromkeys(line.name for line in self.fields):
            lines = [line for line in self.fields if line.name == name]
            known = [line for line in lines if operation is None or operation in line.of]
            fit = [line for line in known if shape is None or shape in line.shapes]
            if fit:
                kept.append(_united(fit, operation).narrowed(operation, shape))
            elif known and shape:
                others[name] = f"means nothing {_WITH[shape]}", "remove it, or set format.preset to csv"
            else:
                others[name] = f"means nothing for {operation}", "remove it"
        return Group(tuple(kept), others)

    @property
    def names(self) -> str:
        return ", ".join(line.name for line in self.fields) or "nothing"

    @property
    def allowed(self) -> str:
        return f"an object with {self.names}"

    def read(self, value: object, at: str, problems: Problems) -> Any:
        if not isinstance(value, Mapping):
            return problems.add(at, f"{seen(value)} is not an object", self.allowed)
        self._find_missing(value, at, problems)
        self._find_unknown(value, at, problems)
        return {
            line.name: line.kind.read(value[line.name], child(at, line.name), problems)
            for line in self.fields
            if line.name in value
        }

    def _find_missing(self, value: Mapping[object, object], at: str, problems: Problems) -> None:
        for line in self.fields:
            if line.required and line.name not in value:
                problems.add(child(at, line.name), "is missing", line.kind.allowed, "add it")

    def _find_unknown(self, value: Mapping[Any, object], at: str, problems: Problems) -> None:
        known = {line.name for line in self.fields}
        for key in value:
            if key not in known:
                fault, todo = self.others.get(key) or ("is not a known field", self._advice(key))
                problems.add(child(at, key), fault, self.names, todo)

    def _advice(self, key: object) -> str:
        places = dict(self._places())
        near = get_close_matches(str(key)[:80].lower(), places, n=1, cutoff=0.7)
        return f"did you mean {places[near[0]]}?" if near else "remove it"

    def _places(self) -> Iterator[tuple[str, str]]:
        """Where each field's name belongs: the groups' inner fields first, so that own names win."""
        for line in self.fields:
            if isinstance(line.kind, Group):
                yield from ((inner.name, f"{line.name}.{inner.name}") for inner in line.kind.fields)
        yield from ((line.name, line.name) for line in self.fields)

    def select(self, full: Mapping[str, Any]) -> dict[str, Any]:
        """Those members of a JSON object that are fields here; no group without any."""
        found = {
            line.name: _selected(line.kind, full[line.name]) for line in self.fields if line.name in full
        }
        return {name: value for name, value in found.items() if value is not _NOTHING}

    def schema(self) -> dict[str, Any]:
        required = [line.name for line in self.fields if line.required]
        return {
            "type": "object",
            "properties": {line.name: line.schema() for line in self.fields},
            "additionalProperties": False,
            **({"required": required} if required else {}),
        }


def _selected(kind: Kind, value: Any) -> Any:
    return kind.select(value) or _NOTHING if isinstance(kind, Group) else value


def _united(lines: Sequence[Field], operation: Operation | None) -> Field:
    """One field for all. Where the operation is not known, only what every operation needs is required."""
    first = lines[0]
    required = first.required and (operation is not None or first.of == ALL_OPERATIONS)
    kinds = [line.kind for line in lines]
    distinct = tuple(kind for n, kind in enumerate(kinds) if kind not in kinds[:n])
    return replace(first, kind=distinct[0] if len(distinct) == 1 else Either(distinct), required=required)
