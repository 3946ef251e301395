"""Runs the Python of a page, block by block, as its reader does."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

_BLOCK = re.compile(r"^```(python|text)\n((?:.*\n)*?)```$", re.MULTILINE)


def check_prints(page: Path) -> list[str]:
    """What the page says that its blocks print: each block of text is what the Python before it prints."""
    names: dict[str, Any] = {}
    told, printed = [], ""
    for language, text in _BLOCK.findall(page.read_text()):
        if language == "python":
            assert not printed, "a block that prints is followed by what it prints"
            printed = _run(text, page.name, names)
        else:
            assert printed == text, f"printed:\n{printed}"
            told.append(text)
            printed = ""
    assert not printed, "a block that prints is followed by what it prints"
    return told


def _run(code: str, name: str, names: dict[str, Any]) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, name, "exec"), names)
    return printed.getvalue()
