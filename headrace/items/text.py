"""What every check of a cell needs: how to show a cell to a person, and whether it is text at all."""

from __future__ import annotations

import re

SHOWN_CHARACTERS = 40

_SURROGATE = re.compile("[\ud800-\udfff]")


class CellError(ValueError):
    """A cell that cannot become a value; `str()` is the reason, `code` one short stable word for it."""

    def __init__(self, reason: str, code: str = "type") -> None:
        self.code = code
        super().__init__(reason)


def shown(text: str) -> str:
    """The text quoted as Python would, at most 40 characters of it."""
    if len(text) > SHOWN_CHARACTERS:
        text = text[: SHOWN_CHARACTERS - 1] + "…"
    return repr(text)


def has_lone_surrogate(text: str) -> bool:
    """True where a U+D800 to U+DFFF stands: a byte that was not of the object's encoding, or a broken
    escape in JSON. UTF-8 has no such characters, and so no item can have one."""
    return not text.isascii() and _SURROGATE.search(text) is not None
