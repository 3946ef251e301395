"""What the text of a cell becomes, one encoder per type. An encoder never guesses: text that is not
plainly of its type is a CellError, and the row a reject."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from headrace.items.documents import JsonNumber, checked_text, document, parse_json
from headrace.items.number import number_key, number_text
from headrace.items.text import CellError, shown
from headrace.job.model import AttributeType

Encoder = Callable[[str], dict[str, Any]]
"""From a cell's text to a value in DynamoDB JSON; raises CellError."""

SET_SEPARATOR = "|"

_TRUE = frozenset({"true", "yes", "t", "y", "1"})
_FALSE = frozenset({"false", "no", "f", "n", "0"})
_NULL = frozenset({"", "null", "true", "1"})
_SECONDS = re.compile(r"(-?)0*([0-9]+)(?:\.[0-9]*)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MAX_EPOCH_DIGITS = 11
"""Seconds of more digits would be after the year 5138: they are milliseconds."""


def encoder(kind: AttributeType) -> Encoder:
    return _ENCODERS[kind]


def _string(cell: str) -> dict[str, Any]:
    return {"S": cell}


def _number(cell: str) -> dict[str, Any]:
    return {"N": number_text(cell)}


def _binary(cell: str) -> dict[str, Any]:
    return {"B": _base64(cell)}


def _base64(text: str) -> str:
    """The text as it is, spaces around it aside: each sequence of bytes has exactly one."""
    encoded = text.strip()
    try:
        exact = base64.b64encode(binascii.a2b_base64(encoded)).decode() == encoded
    except ValueError:
        exact = False
    if not exact:
        raise CellError(f"{shown(text)} is not base64 (standard alphabet, padded with =)")
    return encoded


def _bool(cell: str) -> dict[str, Any]:
    word = cell.strip().lower()
    if word in _TRUE or word in _FALSE:
        return {"BOOL": word in _TRUE}
    raise CellError(f"{shown(cell)} is not true or false; allowed: true/false, yes/no, t/f, y/n, 1/0")


def _null(cell: str) -> dict[str, Any]:
    if cell.strip().lower() in _NULL:
        return {"NULL": True}
    raise CellError(f"{shown(cell)} is not null; allowed: nothing, null, true or 1")


def _list(cell: str) -> dict[str, Any]:
    return _document_of("L", "a JSON array", cell)


def _map(cell: str) -> dict[str, Any]:
    return _document_of("M", "a JSON object", cell)


def _document_of(kind: str, description: str, cell: str) -> dict[str, Any]:
    value = document(cell)
    if kind not in value:
        raise CellError(f"{shown(cell)} is not {description}")
    return value


def _time_to_live(cell: str) -> dict[str, Any]:
    match = _SECONDS.fullmatch(cell.strip())
    return {"N": _seconds_as_typed(cell, *match.groups()) if match else _seconds_of_date(cell)}


def _seconds_as_typed(cell: str, sign: str, seconds: str) -> str:
    if sign:
        raise CellError(_before_1970(cell))
    if len(seconds) > MAX_EPOCH_DIGITS:
        raise CellError(f"{shown(cell)} looks like milliseconds; allowed: ISO 8601 or seconds since 1970")
    return seconds


def _seconds_of_date(cell: str) -> str:
    try:
        moment = datetime.fromisoformat(cell.strip())
    except ValueError as error:
        raise CellError(f"{shown(cell)} is not a time; allowed: ISO 8601 or seconds since 1970") from error
    # Not timestamp(): that is a float, and a naive time would be of the machine's zone.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = (aware - _EPOCH) // timedelta(seconds=1)
    if seconds < 0:
        raise CellError(_before_1970(cell))
    return str(seconds)


def _before_1970(cell: str) -> str:
    return f"{shown(cell)} is before 1970; DynamoDB's time to live counts seconds from there"


def _string_set(cell: str) -> dict[str, Any]:
    members = _members(cell, "strings", str)
    return {"SS": list(dict.fromkeys(checked_text(member) for member in members))}


def _number_set(cell: str) -> dict[str, Any]:
    first: dict[str, str] = {}
    for member in _members(cell, "numbers", JsonNumber, str):
        first.setdefault(number_key(member), number_text(member))
    return {"NS": list(first.values())}


def _binary_set(cell: str) -> dict[str, Any]:
    members = _members(cell, "base64 strings", str)
    return {"BS": list(dict.fromkeys(_base64(member) for member in members))}


def _members(cell: str, description: str, *kinds: type) -> list[str]:
    """The members of a set: a JSON array, or values with `|` between them."""
    if not cell.lstrip().startswith("["):
        members = cell.split(SET_SEPARATOR) if cell else []
    else:
        members = parse_json(cell)
        if not all(type(member) in kinds for member in members):
            raise CellError(f"{shown(cell)} has a member of another type; allowed: {description}")
    if not members:
        raise CellError("an empty set; DynamoDB keeps none")
    return members


_ENCODERS: dict[AttributeType, Encoder] = {
    AttributeType.S: _string,
    AttributeType.N: _number,
    AttributeType.B: _binary,
    AttributeType.BOOL: _bool,
    AttributeType.NULL: _null,
    AttributeType.SS: _string_set,
    AttributeType.NS: _number_set,
    AttributeType.BS: _binary_set,
    AttributeType.L: _list,
    AttributeType.M: _map,
    AttributeType.JSON: document,
    AttributeType.TTL: _time_to_live,
}
