"""The fields of a report, by the names that the pages give them."""

from __future__ import annotations

from typing import Any

_OPEN = ("throttles", "scan.throttles", "planned", "rejects.reasons", "suggestions")
"""Whose own fields have names of DynamoDB's or of the user's, or are not always there."""


def names_of(value: Any, path: str = "") -> set[str]:
    """Dotted names."""
    if isinstance(value, dict) and path not in _OPEN:
        return {name for key in value for name in names_of(value[key], f"{path}.{key}".lstrip("."))}
    return {path}
