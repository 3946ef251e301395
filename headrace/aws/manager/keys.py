"""Key attributes of a table that is being defined: each has one type, wherever it is a key."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Literal

from headrace.job.problems import Problems, seen

KeyType = Literal["S", "N", "B"]

_TYPES = ("S", "N", "B")
_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")


class Keys:
    """
    Args:
        problems: where what is wrong is told.
    """

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self._types: dict[str, str] = {}

    def schema(self, *keys: tuple[str, object, object]) -> list[dict[str, str]]:
        """
        Args:
            keys: partition key first, each with what problems call it, its name and its type.
        """
        roles = ("HASH", "RANGE")
        return [self._key(*key, role) for key, role in zip(keys, roles, strict=False)]

    def definitions(self) -> list[dict[str, str]]:
        return [{"AttributeName": name, "AttributeType": kind} for name, kind in self._types.items()]

    def _key(self, at: str, name: object, kind: object, role: str) -> dict[str, str]:
        check_one_of(kind, _TYPES, f"{at} (type)", self.problems)
        if not isinstance(name, str) or not name:
            self.problems.add(at, seen(name), "the name of an attribute")
            return {}
        if (first := self._types.setdefault(name, str(kind))) != kind:
            self.problems.add(at, f"{name!r} is of type {kind} here and {first} elsewhere", "one type")
        return {"AttributeName": name, "KeyType": role}


def check_name(name: object, at: str, problems: Problems) -> None:
    """Of a table or an index. Source: Amazon DynamoDB Developer Guide, "Naming rules"."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        problems.add(at, seen(name), "3 to 255 of a-z A-Z 0-9 _ - .")


def check_one_of(value: object, allowed: Collection[Any], at: str, problems: Problems) -> None:
    if value not in allowed:
        problems.add(at, seen(value), ", ".join(allowed))
