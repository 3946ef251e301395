"""Rejects as JSON lines: items, keys, and lines of text that could not become items.

Fields that start with `_headrace_` say why. Whoever reads JSON lines leaves them out, and takes the
text of `_headrace_line` where there is one; so a file of rejects can be loaded like its source.
"""

from __future__ import annotations

import sys

from headrace.items.documents import JsonObject, parse_json, spelled
from headrace.items.text import CellError

REJECT_FIELDS = "_headrace_"
"""What the names of a reject's own fields start with."""
LINE_FIELD = REJECT_FIELDS + "line"


def reject_line(
    content: bytes, *, what: str = "Item", row: int | None = None, code: str, reason: str
) -> bytes:
    """A line for an item or a key, ending in a newline.

    Args:
        content: compact JSON, which is not read.
        what: `Item`, or `Key` of one that was to be deleted.
        row: None where it is not known.
    """
    return _line([f"{spelled(what)}:{content.decode()}"], row, code, reason)


def reject_text(text: str, *, row: int | None = None, code: str, reason: str) -> bytes:
    """A line for a line of text: the same object with the reason behind its own fields, every digit of
    it kept; of text that is no object, the text itself in `_headrace_line`."""
    text = source_line(text)
    try:
        own = _fields_of(text)
    except (CellError, RecursionError):
        own = [_field(LINE_FIELD, text)]
    return _line(own, row, code, reason)


def source_line(text: str) -> str:
    """The line itself; of a reject's that keeps a line in a field, that one."""
    while f'"{LINE_FIELD}"' in text:
        try:
            found = parse_json(text, sys.maxsize)
        except CellError:
            return text
        own = dict(found).get(LINE_FIELD) if isinstance(found, JsonObject) else None
        if type(own) is not str:
            return text
        text = own
    return text


def _fields_of(text: str) -> list[str]:
    pairs = parse_json(text)
    if not isinstance(pairs, JsonObject):
        raise CellError("no object")
    return [
        f"{spelled(name)}:{spelled(value)}" for name, value in pairs if not name.startswith(REJECT_FIELDS)
    ]


def _line(own: list[str], row: int | None, code: str, reason: str) -> bytes:
    added = [] if row is None else [_field(f"{REJECT_FIELDS}row", row)]
    added += [_field(f"{REJECT_FIELDS}code", code), _field(f"{REJECT_FIELDS}reason", reason)]
    return ("{" + ",".join([*own, *added]) + "}\n").encode()


def _field(name: str, value: object) -> str:
    return f"{spelled(name)}:{spelled(value)}"
