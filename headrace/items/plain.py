"""What a value of plain JSON becomes where its column has a type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headrace.items.documents import JsonNumber, JsonObject, Value, checked_text, spelled, value_of
from headrace.items.text import CellError, shown
from headrace.items.types import encoder
from headrace.job.model import AttributeType as T

_SCALARS: tuple[type, ...] = (str, JsonNumber)
_TAKEN: dict[T, tuple[type, ...]] = {
    T.S: _SCALARS,
    T.N: _SCALARS,
    T.B: (str,),
    T.BOOL: (bool, *_SCALARS),
    T.NULL: (),
    T.SS: (list,),
    T.NS: (list,),
    T.BS: (list,),
    T.L: (list, str),
    T.M: (JsonObject, str),
    T.JSON: (list, JsonObject, bool, *_SCALARS),
    T.TTL: _SCALARS,
}
_NATURAL = frozenset({T.L, T.M, T.JSON})


def typed(kind: T) -> Callable[[Any], Value]:
    """From what `parse_json` read to a value of the type; raises CellError.

    A text or a number becomes what the same text becomes in a cell, so that L, M and JSON may also be
    documents inside a text. A set comes from an array. null stays null.
    """
    encode, taken = encoder(kind), _TAKEN[kind]

    def convert(found: Any) -> Value:
        if found is None:
            return {"NULL": True}
        if type(found) not in taken:
            raise CellError(f"{shown(spelled(found))} is not of the type {kind}")
        if isinstance(found, str):
            return encode(checked_text(found))
        return value_of(found) if kind in _NATURAL else encode(spelled(found))

    return convert
