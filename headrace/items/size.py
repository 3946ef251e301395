"""The size of an item as DynamoDB counts it: for its limit and for the write units that an item costs.

Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats". It calls the size of a number
approximate; the exact rule here, pairs of digits counted from the decimal point, is what
DynamoDB Local counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from headrace.items.number import canonical_number
from headrace.ports import Item

MAX_ITEM_BYTES = 409_600
WRITE_UNIT_BYTES = 1024

_CONTAINER_BYTES = 3
_MAX_NUMBER_BYTES = 21


def item_size(item: Item) -> int:
    """Bytes of names and values together."""
    names = text_size("".join(item))
    return names + sum(_SIZES[kind](content) for value in item.values() for kind, content in value.items())


def write_units(size: int) -> int:
    """Write units that a put of `size` bytes takes, indexes not counted: one per started KiB."""
    return max(1, -(-size // WRITE_UNIT_BYTES))


def text_size(text: str) -> int:
    """Bytes in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def value_size(value: Mapping[str, Any]) -> int:
    """Bytes of one value in DynamoDB JSON, such as `{"N": "12"}`."""
    ((kind, content),) = value.items()
    return _SIZES[kind](content)


def number_size(text: str) -> int:
    """A byte, a byte for each started pair of significant digits, and one if it is negative."""
    plain = canonical_number(text) if "e" in text.lower() else text
    whole, _, fraction = plain.lstrip("-").partition(".")
    digits = (whole + fraction + "0" * (len(fraction) % 2)).lstrip("0")
    zeros = len(digits) - len(digits.rstrip("0"))
    is_negative = bool(digits) and plain.startswith("-")
    return min(_MAX_NUMBER_BYTES, 1 + (len(digits) + 1) // 2 - zeros // 2 + is_negative)


def binary_size(encoded: str) -> int:
    """Bytes that padded base64 text stands for."""
    return len(encoded) // 4 * 3 - encoded[-2:].count("=")


def _one(_: object) -> int:
    return 1


def _list_size(values: Iterable[Mapping[str, Any]]) -> int:
    return _CONTAINER_BYTES + sum(1 + value_size(value) for value in values)


def _map_size(values: Mapping[str, Mapping[str, Any]]) -> int:
    return _CONTAINER_BYTES + sum(1 + text_size(name) + value_size(value) for name, value in values.items())


def _set_size(member_size: Callable[[str], int]) -> Callable[[Iterable[str]], int]:
    return lambda members: sum(map(member_size, members))


_SIZES: dict[str, Callable[[Any], int]] = {
    "S": text_size,
    "N": number_size,
    "B": binary_size,
    "BOOL": _one,
    "NULL": _one,
    "L": _list_size,
    "M": _map_size,
    "SS": _set_size(text_size),
    "NS": _set_size(number_size),
    "BS": _set_size(binary_size),
}
