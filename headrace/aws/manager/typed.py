"""Tells values in DynamoDB's types from plain ones, where a call takes both.

An item or a key is in DynamoDB's types where each of its values is, such as `{"S": "text"}`. That cannot
be mistaken: a key is never a map, so a plain item always has a value that is no dict. Other values of a
statement go by its item or key; where they look like what they would not be, they are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from headrace.aws.manager.values import Typed, typed_values
from headrace.items.number import number_text
from headrace.items.text import CellError
from headrace.job.problems import Problems, child


def is_typed(value: object) -> bool:
    """Whether it has the form of a value with its type: one type, and what belongs to it."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((kind, content),) = value.items()
    return kind in _FITS and _FITS[kind](content)


def is_typed_item(item: object) -> TypeGuard[dict[str, Typed]]:
    """Whether all values of an item or a key are in DynamoDB's types."""
    return isinstance(item, dict) and bool(item) and all(map(is_typed, item.values()))


def either_item(item: object, at: str, problems: Problems) -> dict[str, Typed]:
    """An item or a key in DynamoDB's types, from either form."""
    return item if is_typed_item(item) else typed_values(item, at, problems)


def either_values(values: object, of_typed: bool, at: str, problems: Problems) -> dict[str, Typed]:
    """Expression values in DynamoDB's types.

    Args:
        of_typed: whether the item or key of their statement is in DynamoDB's types.
    """
    if not isinstance(values, Mapping):
        return typed_values(values, at, problems)
    typed = {name: value for name, value in values.items() if is_typed(value)}
    plain = {name: value for name, value in values.items() if name not in typed}
    odd = [name for name, value in plain.items() if isinstance(value, dict)] if of_typed else list(typed)
    for name in odd:
        seen = "a plain dict" if of_typed else "a value in DynamoDB's types"
        other = "is in DynamoDB's types" if of_typed else "is plain"
        problems.add(child(at, name), f"{seen} where the key or item {other}", "one form in a statement")
    return typed | typed_values(plain, at, problems)


def _is_number(content: object) -> bool:
    try:
        return isinstance(content, str) and bool(number_text(content))
    except CellError:
        return False


def _is_text(content: object) -> bool:
    return isinstance(content, str)


def _is_binary(content: object) -> bool:
    return isinstance(content, bytes | bytearray)


def _each(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda content: isinstance(content, list) and all(map(fits, content))


_FITS: dict[str, Callable[[Any], bool]] = {
    "S": _is_text,
    "N": _is_number,
    "B": _is_binary,
    "BOOL": lambda content: isinstance(content, bool),
    "NULL": lambda content: content is True,
    "L": _each(is_typed),
    "M": lambda content: isinstance(content, dict) and all(map(is_typed, content.values())),
    "SS": _each(_is_text),
    "NS": _each(_is_number),
    "BS": _each(_is_binary),
}
