"""The list of commands: what is shown of each, and where it is. It alone is imported for `--help`."""

from __future__ import annotations

from typing import Final

from headrace.cli.lazy import Entry

_MOVE, _JOBS, _TABLES, _STACK = "Move data", "Jobs", "Tables", "The pipeline"


def _operation(name: str) -> str:
    return f"headrace.cli.commands.operations:{name}"


ENTRIES: Final = {
    "load": Entry(_operation("load"), "Load a file of CSV or JSON lines into a table.", _MOVE),
    "scan": Entry(_operation("scan"), "Send a table's items into a queue.", _MOVE),
    "export": Entry(_operation("export"), "Export a table into files.", _MOVE),
    "restore": Entry(_operation("restore"), "Restore an export into a table.", _MOVE),
    "copy": Entry(_operation("copy"), "Copy a table, or a part of it, into another.", _MOVE),
    "truncate": Entry(_operation("truncate"), "Delete a table's items.", _MOVE),
    "count": Entry(_operation("count"), "Count a table's items.", _MOVE),
    "plan": Entry("headrace.cli.commands.plan:plan", "Tell what a job would do and cost.", _MOVE),
    "jobs": Entry("headrace.cli.commands.jobs:jobs", "List jobs, the newest first.", _JOBS),
    "status": Entry("headrace.cli.commands.jobs:status", "Tell where a job stands.", _JOBS),
    "follow": Entry("headrace.cli.commands.control:follow", "Follow a job to its end.", _JOBS),
    "report": Entry("headrace.cli.commands.results:report", "Show a job's report.", _JOBS),
    "rejects": Entry("headrace.cli.commands.results:rejects", "Fetch a job's rejects.", _JOBS),
    "retry": Entry("headrace.cli.commands.control:retry", "Load a job's rejects again.", _JOBS),
    "cancel": Entry("headrace.cli.commands.control:cancel", "Stop a job.", _JOBS),
    "resume": Entry("headrace.cli.commands.control:resume", "Go on with a job that was stopped.", _JOBS),
    "query": Entry("headrace.cli.commands.query:query", "Show items by their keys.", _TABLES),
    "tables": Entry("headrace.cli.commands.tables:tables", "List tables.", _TABLES),
    "capacity": Entry("headrace.cli.commands.capacity:capacity", "Show and change capacity.", _TABLES),
    "up": Entry("headrace.cli.commands.stack:up", "Start an emulator of AWS on this machine.", _STACK),
    "down": Entry("headrace.cli.commands.stack:down", "Stop it.", _STACK),
    "deploy": Entry(
        "headrace.cli.commands.stack:deploy", "Deploy the stack to an account or an emulator.", _STACK
    ),
    "completion": Entry(
        "headrace.cli.commands.completion:completion", "Let your shell complete commands.", _STACK
    ),
}
