"""Commands of a page with what the page says that they print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

_SHOWN = re.compile(r"^```sh\n(headrace .*)\n```\n\n```text\n((?:.*\n)*?)```$", re.MULTILINE)


def shown(path: Path) -> list[tuple[list[str], str]]:
    """Arguments of `headrace`, and its standard output."""
    return [(shlex.split(command)[1:], output) for command, output in _SHOWN.findall(path.read_text())]
