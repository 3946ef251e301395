"""Python's values to and from DynamoDB's types, no digit lost.

Differs from boto3's own in that floats are taken, as they are written; in that all that is wrong with an
item is told at once, with its path; and in that binary values come back as bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import Binary

from headrace.errors import RequestInvalidError
from headrace.items.documents import check_level, check_name, checked_text
from headrace.items.number import number_key, number_text
from headrace.items.text import CellError
from headrace.job.problems import Problems, child

Typed = dict[str, Any]
"""A value with its type, such as `{"N": "12"}`; binary as bytes."""

_ALLOWED = (
    "None, bool, str, int, float, Decimal, bytes, lists and tuples, dicts with names as keys, "
    "and sets of str, of numbers or of bytes"
)
_ALLOWED_NUMBERS = "finite numbers of at most 38 digits, from 1E-130 to 9.99E+125"
_NUMBERS = (int, float, Decimal)
_BYTES: tuple[type[Any], ...] = (bytes, bytearray, memoryview, Binary)


def typed_item(item: Mapping[str, Any], at: str = "item") -> dict[str, Typed]:
    """The item in DynamoDB's types. Raises RequestInvalidError with every value that cannot be stored.

    >>> typed_item({"Name": "Ann", "Price": 19.9, "Tags": {"new"}})
    {'Name': {'S': 'Ann'}, 'Price': {'N': '19.9'}, 'Tags': {'SS': ['new']}}
    """
    problems = Problems(RequestInvalidError)
    typed = typed_values(item, at, problems)
    problems.raise_if_any()
    return typed


def typed_values(values: object, at: str, problems: Problems) -> dict[str, Typed]:
    """The same for a part of a call: what is wrong is added to `problems`."""
    if not isinstance(values, Mapping):
        problems.add(at, f"a {type(values).__name__}", "a dict from names to values")
        return {}
    return _map(values, at, problems, level=0)


def plain_item(typed: Mapping[str, Typed]) -> dict[str, Any]:
    """The item as Python's values: numbers as Decimal, binary as bytes.

    >>> plain_item({"Name": {"S": "Ann"}, "Price": {"N": "19.9"}})
    {'Name': 'Ann', 'Price': Decimal('19.9')}
    """
    return {name: _plain(value) for name, value in typed.items()}


def _plain(typed: Typed) -> Any:
    ((kind, content),) = typed.items()
    return _READERS[kind](content)


_READERS: dict[str, Callable[[Any], Any]] = {
    "S": str,
    "N": Decimal,
    "B": bytes,
    "BOOL": bool,
    "NULL": lambda _: None,
    "L": lambda values: [_plain(value) for value in values],
    "M": plain_item,
    "SS": set,
    "NS": lambda members: set(map(Decimal, members)),
    "BS": lambda members: set(map(bytes, members)),
}


def _map(values: Mapping[Any, Any], at: str, problems: Problems, level: int) -> dict[str, Typed]:
    typed: dict[str, Typed] = {}
    for name, value in values.items():
        try:
            if not isinstance(name, str):
                raise CellError(f"the name {name!r} is a {type(name).__name__}")
            check_name(name, typed)
        except CellError as error:
            problems.add(at, str(error), "names that are a str")
            continue
        typed[name] = _value(value, child(at, name), problems, level + 1)
    return typed


def _value(value: object, at: str, problems: Problems, level: int) -> Typed:
    try:
        return _typed(value, at, problems, level)
    except CellError as error:
        problems.add(at, str(error), _ALLOWED_NUMBERS if isinstance(value, _NUMBERS) else _ALLOWED)
        return {"NULL": True}


def _typed(value: object, at: str, problems: Problems, level: int) -> Typed:
    """Raises CellError."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case set() | frozenset():
            return _set(value)
        case list() | tuple():
            check_level(level)
            return {
                "L": [_value(one, f"{at}[{place}]", problems, level + 1) for place, one in enumerate(value)]
            }
        case Mapping():
            check_level(level)
            return {"M": _map(value, at, problems, level)}
    return _scalar(value)


def _scalar(value: object) -> Typed:
    if isinstance(value, str):
        return {"S": checked_text(value)}
    if isinstance(value, _NUMBERS) and not isinstance(value, bool):
        return {"N": number_text(_digits(value))}
    if isinstance(value, _BYTES):
        return {"B": bytes(value)}
    raise CellError(f"a {type(value).__name__} cannot be stored")


def _digits(number: object) -> str:
    try:
        return str(number)
    except ValueError as error:  # Python spells no integer of more than 4300 digits
        raise CellError("the number has too many digits") from error


def _set(values: set[Any] | frozenset[Any]) -> Typed:
    members = [_scalar(value) for value in values]
    kinds = {kind for member in members for kind in member}
    if len(kinds) != 1:
        raise CellError("a set of several types" if kinds else "an empty set, which DynamoDB does not keep")
    (kind,) = kinds
    contents = [member[kind] for member in members]
    if kind == "N":
        contents = list({number_key(text): text for text in contents}.values())
    return {f"{kind}S": contents}
