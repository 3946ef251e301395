"""JSON text to and from nested DynamoDB values, digit by digit: numbers never pass through a float."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

from headrace.items.number import canonical_number, number_text
from headrace.items.size import MAX_ITEM_BYTES, text_size
from headrace.items.text import CellError, has_lone_surrogate, shown

Value = dict[str, Any]

MAX_LEVELS = 31
"""Lists and maps inside each other, the outermost counted. DynamoDB's limit of 32 levels (Developer
Guide, "Constraints") counts the value inside them too; DynamoDB Local draws the line here."""

MAX_NAME_BYTES = 65_535
"""Source: Developer Guide, "Constraints", attribute names."""

_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


MOST_MARKS = MAX_ITEM_BYTES + 64 * 1024
"""Of plain JSON: each stands for a byte of the item at least, but for those in text around the item."""


class JsonNumber(str):
    """The text of a number in a JSON document."""

    __slots__ = ()


class JsonObject(list[tuple[str, Any]]):
    """An object of a JSON document, before its keys are checked."""

    __slots__ = ()


def parse_json(text: str, most_marks: int = MOST_MARKS) -> Any:
    """The document with numbers as JsonNumber and objects as pairs. Raises CellError.

    Args:
        most_marks: `,`, `[` and `{` that it may have; each takes many times its size in memory.
    """
    if len(text) > most_marks and sum(map(text.count, ",[{")) > most_marks:
        raise CellError(f"more values than an item of {MAX_ITEM_BYTES} bytes can have", "size")
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise CellError(f"{shown(text)} is not JSON: {error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise CellError(_TOO_DEEP, "nesting") from error


def document(text: str) -> Value:
    """The value that a JSON document stands for: object -> M, array -> L, and so on. Raises CellError."""
    return value_of(parse_json(text))


def value_of(found: Any, level: int = 1) -> Value:
    """The value that a part of a document stands for. Raises CellError.

    Args:
        found: what `parse_json` read.
        level: how deep it stands, lists and maps counted.
    """
    return _READERS[type(found)](found, level)


def json_text(value: Value) -> str:
    """The JSON document of a value. JSON has no binary and no sets: base64 text and arrays stand for them."""
    ((kind, content),) = value.items()
    return _WRITERS[kind](content)


def spelled(found: Any) -> str:
    """The JSON of what `parse_json` read, or of any other JSON: every digit as it was."""
    if isinstance(found, JsonNumber):
        return str(found)
    if isinstance(found, JsonObject):
        return "{" + ",".join(f"{spelled(name)}:{spelled(value)}" for name, value in found) + "}"
    if isinstance(found, list):
        return "[" + ",".join(map(spelled, found)) + "]"
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(found, separators=(",", ":")) if has_lone_surrogate(text) else text


def checked_text(text: str) -> str:
    """The text itself, if UTF-8 can hold it. Raises CellError."""
    if has_lone_surrogate(text):
        raise CellError(f"{shown(text)} has half of a surrogate pair, which is not a character")
    return text


def check_level(level: int) -> None:
    """Raises CellError: a list or a map stands too deep."""
    if level > MAX_LEVELS:
        raise CellError(_TOO_DEEP, "nesting")


def check_name(name: str, names: Value) -> None:
    """Raises CellError: a map or an item that has `names` cannot have this one too."""
    if name in names:
        raise CellError(f"the key {shown(name)} stands twice in one object")
    if not 1 <= text_size(checked_text(name)) <= MAX_NAME_BYTES:
        raise CellError(f"the key {shown(name)} is not between 1 and {MAX_NAME_BYTES} bytes long")


def _refuse_constant(name: str) -> NoReturn:
    raise CellError(f"{name} is not a number that DynamoDB can keep")


_DECODER = json.JSONDecoder(
    object_pairs_hook=JsonObject,
    parse_int=JsonNumber,
    parse_float=JsonNumber,
    parse_constant=_refuse_constant,
)
_quoted = json.JSONEncoder(ensure_ascii=False).encode
_TOO_DEEP = f"nested too deep; DynamoDB keeps at most {MAX_LEVELS} lists and maps inside each other"


def _list(found: list[Any], level: int) -> Value:
    check_level(level)
    return {"L": [value_of(element, level + 1) for element in found]}


def _map(found: JsonObject, level: int) -> Value:
    check_level(level)
    values: Value = {}
    for name, element in found:
        check_name(name, values)
        values[name] = value_of(element, level + 1)
    return {"M": values}


_READERS: dict[type, Callable[[Any, int], Value]] = {
    str: lambda found, _: {"S": checked_text(found)},
    JsonNumber: lambda found, _: {"N": number_text(found)},
    bool: lambda found, _: {"BOOL": found},
    type(None): lambda *_: {"NULL": True},
    list: _list,
    JsonObject: _map,
}


def _digits(number: str) -> str:
    """As it is spelled, where that is JSON."""
    return number if _JSON_NUMBER.fullmatch(number) else canonical_number(number)


def _array(elements: list[str]) -> str:
    return f"[{','.join(elements)}]"


def _object(values: dict[str, Value]) -> str:
    return "{" + ",".join(f"{_quoted(name)}:{json_text(value)}" for name, value in values.items()) + "}"


_WRITERS: dict[str, Callable[[Any], str]] = {
    "S": _quoted,
    "N": _digits,
    "B": _quoted,
    "BOOL": lambda content: "true" if content else "false",
    "NULL": lambda _: "null",
    "L": lambda values: _array([json_text(value) for value in values]),
    "M": _object,
    "SS": lambda members: _array([_quoted(member) for member in members]),
    "NS": lambda members: _array([_digits(member) for member in members]),
    "BS": lambda members: _array([_quoted(member) for member in members]),
}
