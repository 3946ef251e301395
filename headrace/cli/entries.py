"""The list of commands: what is shown of each, and where it is. It alone is imported for `--help`."""

from __future__ import annotations

from typing import Final

from headrace.cli.lazy import Entry

_MOVE, _JOBS, _TABLES, _STACK = "Move data", "Jobs", "Tables", "The pipeline"


def _jobs(name: str) -> str:
    return f"headrace.cli.commands.operations:{name}"


ENTRIES: Final = {
    "load": Entry(_jobs("load"), "Load a file of CSV or JSON lines into a table.", _MOVE),
    "scan": Entry(_jobs("scan"), "Send a table's items into a queue.", _MOVE),
    "export": Entry(_jobs("export"), "Export a table into files.", _MOVE),
    "restore": Entry(_jobs("restore"), "Restore an export into a table.", _MOVE),
    "copy": Entry(_jobs("copy"), "Copy a table, or a part of it, into another.", _MOVE),
    "truncate": Entry(_jobs("truncate"), "Delete a table's items.", _MOVE),
    "count": Entry(_jobs("count"), "Count a table's items.", _MOVE),
}
