"""When two items are one and the same to DynamoDB, however they are spelled."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from headrace.items.number import canonical_number
from headrace.ports import Item


def same_items(one: Item, other: Item) -> bool:
    """Numbers by their value, sets in any order."""
    return one == other or canonical_item(one) == canonical_item(other)


def canonical_item(item: Item) -> frozenset[Hashable]:
    """Equal for items that are the same; also of a key."""
    return frozenset((name, canonical_value(value)) for name, value in item.items())


def canonical_value(value: Mapping[str, Any]) -> Hashable:
    """Equal for values that are the same, such as `{"N": "1"}` and `{"N": "1.0"}`."""
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return kind, canonical_number(content)
        case "NS":
            return kind, frozenset(map(canonical_number, content))
        case "SS" | "BS":
            return kind, frozenset(content)
        case "L":
            return kind, tuple(map(canonical_value, content))
        case "M":
            return kind, canonical_item(content)
    return kind, content
