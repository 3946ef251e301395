"""Rejects as JSON lines: items, keys, and lines of text that could not become items.

Fields that start with `_headrace_` say why. Whoever reads JSON lines leaves them out, and takes the
text of `_headrace_line` where there is one; so a file of rejects can be loaded like its source.
"""

from __future__ import annotations

import json
from typing import Any

from headrace.items.documents import JsonNumber, JsonObject, parse_json
from headrace.items.text import CellError, has_lone_surrogate
from headrace.ports import Item

REJECT_FIELDS = "_headrace_"
"""What the names of a reject's own fields start with."""
LINE_FIELD = REJECT_FIELDS + "line"


def reject_line(
    content: Item, *, what: str = "Item", row: int | None = None, code: str, reason: str
) -> bytes:
    """A line for an item or a key, ending in a newline.

    Args:
        what: `Item`, or `Key` of one that was to be deleted.
        row: None where it is not known.
    """
    return _line([_field(what, content)], row, code, reason)


def reject_text(text: str, *, row: int | None = None, code: str, reason: str) -> bytes:
    """A line for a line of text: the same object with the reason behind its own fields, every digit of
    it kept; of text that is no object, the text itself in `_headrace_line`."""
    try:
        own = _fields_of(text)
    except (CellError, RecursionError):
        own = [_field(LINE_FIELD, text)]
    return _line(own, row, code, reason)


def _fields_of(text: str) -> list[str]:
    pairs = parse_json(text)
    if not isinstance(pairs, JsonObject):
        raise CellError("no object")
    return [f"{_text(name)}:{_spell(value)}" for name, value in pairs if not name.startswith(REJECT_FIELDS)]


def _line(own: list[str], row: int | None, code: str, reason: str) -> bytes:
    added = [] if row is None else [_field(f"{REJECT_FIELDS}row", row)]
    added += [_field(f"{REJECT_FIELDS}code", code), _field(f"{REJECT_FIELDS}reason", reason)]
    return ("{" + ",".join([*own, *added]) + "}\n").encode()


def _field(name: str, value: object) -> str:
    return f"{_text(name)}:{_text(value)}"


def _text(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(value, separators=(",", ":")) if has_lone_surrogate(text) else text


def _spell(found: Any) -> str:
    """What `parse_json` read, as it was spelled."""
    if isinstance(found, JsonNumber):
        return str(found)
    if isinstance(found, JsonObject):
        return "{" + ",".join(f"{_text(name)}:{_spell(value)}" for name, value in found) + "}"
    if isinstance(found, list):
        return "[" + ",".join(map(_spell, found)) + "]"
    return _text(found)
