"""Reads the documents, so that tests can run what they say.

A fenced block's info string is a language and tags: ```` ```json job full ````. A table that a test
reads has a comment before it: `<!-- table: name -->`.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_BLOCK = re.compile(r"^```(\S.*)\n((?:.*\n)*?)```$", re.MULTILINE)
_CELL = re.compile(r"(?<!\\)\|")


def page(name: str) -> Path:
    return ROOT / "docs" / f"{name}.md"


def blocks(path: Path, *tags: str) -> list[str]:
    """The blocks of a page whose info string has all these words."""
    found = _BLOCK.findall(path.read_text())
    return [text for info, text in found if set(tags) <= set(info.split())]


def block(path: Path, *tags: str) -> str:
    (only,) = blocks(path, *tags)
    return only


def table(path: Path, name: str) -> list[list[str]]:
    """The rows of the table of this name, without its head; cells as they are shown, code unquoted."""
    _, _, after = path.read_text().partition(f"<!-- table: {name} -->\n")
    lines = re.match(r"(?:\|.*\n)*", after)
    assert lines is not None
    assert lines[0], f"{path.name} has no table {name}"
    return [_cells(line) for line in lines[0].splitlines()[2:]]


def quoted(cell: str) -> list[str]:
    """What stands in backticks in a cell with more than code."""
    return re.findall(r"`([^`]+)`", cell)


def _cells(line: str) -> list[str]:
    cells = [cell.strip().replace("\\|", "|") for cell in _CELL.split(line)[1:-1]]
    return [re.sub(r"^`([^`]+)`$", r"\1", cell) for cell in cells]
