"""The kinds of value that a job's field can have: each knows how to read and to describe itself."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from headrace.job.problems import INVALID, Problems, child, seen


class Kind(Protocol):
    """What a field's value may be."""

    @property
    def allowed(self) -> str: ...

    def read(self, value: object, at: str, problems: Problems) -> Any:
        """The value in the engine's form, or INVALID after telling `problems` why not."""
        ...

    def schema(self) -> dict[str, Any]:
        """The same rule as JSON Schema."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A text that matches `pattern` as a whole; where `nullable`, JSON null stays None."""

    allowed: str
    pattern: str = r"[\s\S]*"
    longest: int | None = None
    """Bytes of UTF-8."""
    nullable: bool = False

    def read(self, value: object, at: str, problems: Problems) -> Any:
        if value is None and self.nullable:
            return None
        fault = self._fault(value)
        return problems.add(at, f"{seen(value)} {fault}", self.allowed) if fault else value

    def _fault(self, value: object) -> str | None:
        if not isinstance(value, str):
            return "is not a text"
        if any("\ud800" <= char <= "\udfff" for char in value):
            return "holds half of a surrogate pair"
        if self.longest is not None and len(value.encode()) > self.longest:
            return "is too long"
        return None if re.fullmatch(self.pattern, value) else "is not of the form that is asked for"

    def schema(self) -> dict[str, Any]:
        limit = {"maxLength": self.longest} if self.longest is not None else {}
        return {
            "type": ["string", "null"] if self.nullable else "string",
            "pattern": f"^(?:{self.pattern})$",
            **limit,
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some texts; `any_case`: however they are written; `null`: what JSON null stands for."""

    values: tuple[str, ...]
    any_case: bool = False
    null: str | None = None

    @property
    def allowed(self) -> str:
        return ", ".join(self.values)

    def read(self, value: object, at: str, problems: Problems) -> Any:
        if value is None and self.null is not None:
            return self.null
        for choice in self.values:
            if value == choice or (
                self.any_case and isinstance(value, str) and value.lower() == choice.lower()
            ):
                return choice
        return problems.add(at, f"{seen(value)} is none of the choices", self.allowed)

    def schema(self) -> dict[str, Any]:
        values: list[str | None] = [str(value) for value in self.values]
        if not self.any_case:
            return {"enum": values + [None] * (self.null is not None)}
        return {"anyOf": [{"enum": values}, {"type": "string", "pattern": f"^(?:{self._spellings()})$"}]}

    def _spellings(self) -> str:
        return "|".join("".join(f"[{c.upper()}{c.lower()}]" for c in value) for value in self.values)


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""

    allowed: str = "true, false"

    def read(self, value: object, at: str, problems: Problems) -> Any:
        if isinstance(value, bool):
            return value
        return problems.add(at, f"{seen(value)} is neither true nor false", self.allowed)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number within limits, both included. As in JSON Schema 5.0 is a whole number; true is none."""

    lowest: int
    highest: int | None = None
    whole: bool = True
    unit: str = ""

    @property
    def allowed(self) -> str:
        kind = "whole number" if self.whole else "number"
        unit = f" of {self.unit}" if self.unit else ""
        upper = f" to {self.highest}" if self.highest is not None else ""
        return f"a {kind}{unit} from {self.lowest}{upper}"

    def read(self, value: object, at: str, problems: Problems) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return problems.add(at, f"{seen(value)} is not a number", self.allowed)
        if fault := self._fault(value):
            return problems.add(at, f"{seen(value)} is {fault}", self.allowed)
        return int(value) if self.whole else float(value)

    def _fault(self, value: float) -> str | None:
        if isinstance(value, float) and not math.isfinite(value):
            return "not a finite number"
        if self.whole and isinstance(value, float) and not value.is_integer():
            return "not a whole number"
        if value < self.lowest:
            return "too small"
        return "too large" if self.highest is not None and value > self.highest else None

    def schema(self) -> dict[str, Any]:
        upper = {"maximum": self.highest} if self.highest is not None else {}
        return {"type": "integer" if self.whole else "number", "minimum": self.lowest, **upper}


@dataclass(frozen=True, slots=True)
class Either:
    """What any of the kinds takes, where it is not known which is meant."""

    kinds: tuple[Kind, ...]

    @property
    def allowed(self) -> str:
        return "; or ".join(kind.allowed for kind in self.kinds)

    def read(self, value: object, at: str, problems: Problems) -> Any:
        for kind in self.kinds:
            found = kind.read(value, at, attempt := Problems())
            if not attempt:
                return found
        return problems.add(at, f"{seen(value)} is right for no operation", self.allowed)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [kind.schema() for kind in self.kinds]}


@dataclass(frozen=True, slots=True)
class Each:
    """An object of any names of one form, with values of one kind."""

    name: Text
    value: Kind
    allowed: str

    def read(self, value: object, at: str, problems: Problems) -> Any:
        if not isinstance(value, Mapping):
            return problems.add(at, f"{seen(value)} is not an object", self.allowed)
        for name in value:
            self.name.read(name, child(at, name), problems)
        return {name: self.value.read(inner, child(at, name), problems) for name, inner in value.items()}

    def schema(self) -> dict[str, Any]:
        names = {key: rule for key, rule in self.name.schema().items() if key != "type"}
        return {"type": "object", "propertyNames": names, "additionalProperties": self.value.schema()}


_ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",  # a byte order mark is stripped in any case
    "iso8859-1": "latin-1",
    "cp1252": "cp1252",
    "utf-16": "utf-16",
}
"""By the name that Python's registry gives to every alias."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by any of its usual names."""

    allowed: str = "utf-8, utf-8-sig, latin-1, cp1252, utf-16"

    def read(self, value: object, at: str, problems: Problems) -> Any:
        known = _ENCODINGS.get(_registered(value), INVALID)
        return (
            problems.add(at, f"{seen(value)} is not such an encoding", self.allowed)
            if known is INVALID
            else known
        )

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "examples": self.allowed.split(", ")}


def _registered(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_:. -]{1,40}", value):
        return ""
    try:
        return codecs.lookup(value).name
    except LookupError:
        return ""
