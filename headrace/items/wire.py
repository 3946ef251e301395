"""Values that come as DynamoDB JSON: checked, and passed on as they are, no number spelled anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headrace.items.documents import JsonNumber, JsonObject, Value, check_level, check_name, checked_text
from headrace.items.number import number_key, number_text
from headrace.items.text import CellError, shown
from headrace.items.types import encoder
from headrace.job.model import AttributeType

_KINDS = {
    str: "a text",
    JsonNumber: "a number",
    bool: "true or false",
    type(None): "null",
    list: "an array",
    JsonObject: "an object",
}


def wire_value(found: Any, level: int = 1) -> Value:
    """The value itself. Raises CellError: DynamoDB would not take it.

    Args:
        found: what `parse_json` read.
        level: how deep it stands, lists and maps counted.
    """
    if type(found) is not JsonObject or len(found) != 1:
        seen = f"an object of {len(found)} fields" if type(found) is JsonObject else kind_of(found)
        raise CellError(f'{seen} where a value of DynamoDB JSON is expected, such as {{"S": "text"}}')
    ((kind, content),) = found
    if kind not in _READERS:
        raise CellError(f"{shown(kind)} is not a type of DynamoDB; allowed: {', '.join(_READERS)}")
    return {kind: _READERS[kind](content, level)}


def is_wire_value(found: Any) -> bool:
    """Whether it has the form of a value: an object of one field, whose name is a type."""
    return type(found) is JsonObject and len(found) == 1 and found[0][0] in _READERS


def kind_of(found: Any) -> str:
    """What kind of JSON it is, in words."""
    return _KINDS[type(found)]


def _expect(kind: type, found: Any, what: str) -> None:
    if type(found) is not kind:
        raise CellError(f"{kind_of(found)} where {what} is expected")


def _string(found: Any, _: int = 1) -> str:
    _expect(str, found, "a text")
    return checked_text(found)


def _number(found: Any, _: int = 1) -> str:
    _expect(str, found, "a number as a text")
    if found != found.strip():
        raise CellError(f"{shown(found)} has spaces around the number")
    number_text(found)
    return str(found)


def _binary(found: Any, _: int = 1) -> str:
    _expect(str, found, "base64 as a text")
    if _AS_BINARY(found)["B"] != found:
        raise CellError(f"{shown(found)} has spaces around the base64")
    return str(found)


def _bool(found: Any, _: int) -> bool:
    _expect(bool, found, "true or false")
    return bool(found)


def _null(found: Any, _: int) -> bool:
    if found is not True:
        raise CellError("the value of NULL is true, and no other")
    return True


def _list(found: Any, level: int) -> list[Value]:
    _expect(list, found, "an array")
    check_level(level)
    return [wire_value(element, level + 1) for element in found]


def _map(found: Any, level: int) -> dict[str, Value]:
    _expect(JsonObject, found, "an object")
    check_level(level)
    values: dict[str, Value] = {}
    for name, element in found:
        check_name(name, values)
        values[name] = wire_value(element, level + 1)
    return values


def _set_of(read: Callable[[Any], str], key: Callable[[str], str]) -> Callable[[Any, int], list[str]]:
    def read_set(found: Any, _: int) -> list[str]:
        _expect(list, found, "an array")
        members = [read(member) for member in found]
        if not members:
            raise CellError("an empty set; DynamoDB keeps none")
        if len(set(map(key, members))) < len(members):
            raise CellError("a set with a member twice; DynamoDB takes each once")
        return members

    return read_set


_AS_BINARY = encoder(AttributeType.B)
_READERS: dict[str, Callable[[Any, int], Any]] = {
    "S": _string,
    "N": _number,
    "B": _binary,
    "BOOL": _bool,
    "NULL": _null,
    "L": _list,
    "M": _map,
    "SS": _set_of(_string, str),
    "NS": _set_of(_number, number_key),
    "BS": _set_of(_binary, str),
}
