"""Tells lines of JSON that are plainly fine: short, and of nothing but texts, numbers, booleans and nulls.

Most lines of an export are. All others are for whoever reads everything, and tells what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from headrace.items.number import is_surely_canonical, is_surely_fine
from headrace.items.rejected import REJECT_FIELDS
from headrace.ports import Item

_MOST_CHARACTERS = 16_000
"""Of a line: no name in it is too long, and neither is the item."""
_FINE: dict[str, Callable[[Any], bool]] = {
    "S": lambda content: type(content) is str,
    "N": lambda content: type(content) is str and is_surely_fine(content),
    "BOOL": lambda content: type(content) is bool,
    "NULL": lambda content: content is True,
}
_CANONICAL: dict[str, Callable[[Any], bool]] = _FINE | {"S": lambda _: True, "N": is_surely_canonical}


def quick_item(line: str) -> Item | None:
    """The item of a line, wrapped in `{"Item": ...}` or not; None: it takes a closer look."""
    if len(line) > _MOST_CHARACTERS or REJECT_FIELDS in line:
        return None
    try:
        text = line.encode()
        found = orjson.loads(text)
    except (UnicodeEncodeError, orjson.JSONDecodeError):
        return None
    # Spelled again it is another text where a key stands twice in it.
    if type(found) is not dict or orjson.dumps(found) != text:
        return None
    item = found["Item"] if found.keys() == {"Item"} else found
    return item if type(item) is dict and all(map(_is_fine, item, item.values())) else None


def is_read_alike(line: str, item: Item, types: Mapping[str, str]) -> bool:
    """Whether the line of an item in plain JSON is surely read as that item; False: it may well be, too.

    Args:
        item: as a table gives it.
        types: of attributes that have one, whatever the line says.
    """
    if len(line) > _MOST_CHARACTERS or REJECT_FIELDS in line:
        return False
    return all(_is_canonical(name, value, types.get(name)) for name, value in item.items())


def _is_canonical(name: str, value: Mapping[str, Any], declared: str | None) -> bool:
    ((kind, content),) = value.items()
    is_known = kind in _CANONICAL and declared in (None, kind)
    return bool(name) and is_known and _CANONICAL[kind](content)


def _is_fine(name: str, value: Any) -> bool:
    if not name or type(value) is not dict or len(value) != 1:
        return False
    ((kind, content),) = value.items()
    return kind in _FINE and _FINE[kind](content)
