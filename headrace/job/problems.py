"""Collects everything that is wrong with a document, so that a person can repair it in one go."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from headrace.errors import HeadraceError, JobInvalidError

INVALID: Final[Any] = object()
"""Stands for a value that has been reported: later checks leave it alone."""

_LONGEST_TEXT = 60
_LARGEST_NUMBER = 10**18
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_$-]{1,60}")


class Problems:
    """A list of problems, each `path: what was seen; allowed: ...; what to do`.

    Args:
        error: what is raised if there are any.
    """

    def __init__(self, error: Callable[[Sequence[str]], HeadraceError] = JobInvalidError) -> None:
        self._error = error
        self._texts: list[str] = []

    def add(self, at: str, fault: str, allowed: str, todo: str = "") -> Any:
        """Records a problem and returns INVALID; `at` is empty for the document itself."""
        parts = (f"{at or 'job'}: {fault}", f"allowed: {allowed}", todo)
        self._texts.append("; ".join(filter(None, parts)))
        return INVALID

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._texts)

    def raise_if_any(self) -> None:
        """Raises the error with all that was recorded."""
        if self._texts:
            raise self._error(self._texts)


def child(at: str, name: object) -> str:
    """The path of the member `name`: `at.name`, or `at["odd name"]`."""
    if isinstance(name, str) and _PLAIN_NAME.fullmatch(name):
        return f"{at}.{name}" if at else name
    return f"{at}[{seen(name)}]"


def seen(value: object) -> str:
    """The value as a person knows it from JSON, short and safe to print."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int) and abs(value) >= _LARGEST_NUMBER:
        return "a very large number"
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    return f"a Python {type(value).__name__}"


def _quoted(text: str) -> str:
    short = text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
    return '"' + "".join(map(_spelled, short)) + '"'


def _spelled(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else ascii(char)[1:-1]
