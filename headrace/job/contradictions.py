"""What two fields of a job cannot say together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headrace.job.columns import NAME
from headrace.job.expressions import find_loose_ends
from headrace.job.located import table_name
from headrace.job.model import Column, WriteMode
from headrace.job.problems import INVALID, Problems, child, seen

_FIFO = ".fifo"


def find_contradictions(given: Mapping[str, Any], problems: Problems) -> None:
    """Reports them all. `given`: the fields that were read, some of them INVALID."""
    scan, write = _group(given, "scan"), _group(given, "write")
    find_loose_ends(scan, problems)
    _find_needless_segments(scan, _group(given, "parallel"), problems)
    _find_needless_message_group(scan, given.get("target"), problems)
    _find_unknown_newer(write, problems)
    _find_lost_newer(write.get("newer_by"), given.get("columns"), problems)
    if given.get("mirror") is True and write.get("mode") is WriteMode.DELETE:
        fault = "the target cannot become the same as a source whose items are deleted there"
        problems.add("mirror", fault, "with write.mode put, insert, newer", "remove mirror or write.mode")
    _find_unconfirmed(given.get("confirm", INVALID), given.get("target"), problems)


def _group(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = given.get(name, INVALID)
    return {} if found is INVALID else dict(found)


def _find_needless_segments(scan: Mapping[str, Any], parallel: Mapping[str, Any], problems: Problems) -> None:
    if "key_condition" in scan and "segments" in parallel:
        fault = "means nothing with scan.key_condition: a Query has one segment"
        problems.add("parallel.segments", fault, "without scan.key_condition only", "remove one of them")


def _find_needless_message_group(scan: Mapping[str, Any], target: Any, problems: Problems) -> None:
    if "message_group" in scan and isinstance(target, tuple) and not target[0].endswith(_FIFO):
        fault = f"means nothing for the queue {seen(target[0].rpartition('/')[2])}"
        problems.add("scan.message_group", fault, f"for a queue whose name ends in {_FIFO}", "remove it")


def _find_unknown_newer(write: Mapping[str, Any], problems: Problems) -> None:
    mode = write.get("mode", WriteMode.PUT)
    if mode is WriteMode.NEWER and "newer_by" not in write:
        fault = "is missing, and write.mode is newer"
        problems.add("write.newer_by", fault, NAME.allowed, "add the attribute that grows with each change")
    if mode not in (WriteMode.NEWER, INVALID) and "newer_by" in write:
        fault = f"means nothing with write.mode {mode}"
        problems.add(
            "write.newer_by", fault, "with write.mode newer only", "remove it, or set write.mode to newer"
        )


def _find_lost_newer(newer_by: Any, columns: Any, problems: Problems) -> None:
    """An attribute that no item has any more once its column is dropped or renamed."""
    if not isinstance(newer_by, str) or not isinstance(columns, Mapping):
        return
    column = columns.get(newer_by, Column())
    becomes = [other.rename for other in columns.values()]
    if (column.drop or column.rename) and newer_by not in becomes:
        fault = (
            f"{seen(newer_by)} is {'dropped' if column.drop else 'renamed'} by {child('columns', newer_by)}"
        )
        problems.add(
            "write.newer_by", fault, "an attribute that the items have in the target", "name another"
        )


def _find_unconfirmed(confirm: Any, target: Any, problems: Problems) -> None:
    if confirm is INVALID or not isinstance(target, tuple):
        return
    if confirm != (name := table_name(target[0])):
        fault = f"{seen(confirm)} is not the name of the table that would be emptied"
        problems.add("confirm", fault, name, "write that name, if all of its items are to be deleted")
