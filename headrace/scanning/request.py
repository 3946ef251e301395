"""What a segment's worker asks DynamoDB for, beside where the page starts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from headrace.job.model import Operation, Place
from headrace.plan import Plan, Segment, Task
from headrace.ports import ReadRequest

_ALIAS = re.compile(r"#\w+")
_QUEUE_PAGE = 1000
"""Messages of a page that goes to a user's queue: it has to be sent within the time that a function holds
back."""
_MOST_ITEMS = 1_000_000
"""More than DynamoDB's 1 MiB of a page can have, and no more than it takes as a limit."""
_PRUNE_PAGE = 1000
"""Items of a page whose keys are looked up one by one, for the same reason."""
_PAGE_CELLS = 10_000_000
"""Cells of a page's rows in a CSV, empty ones too: they are held all at once, and have to be spelled
within that time."""


def prunes(task: Task) -> bool:
    """It is about what a mirror has too much."""
    return task in (Task.PRUNE, Task.COUNT_PRUNE)


def table_of(plan: Plan, segment: Segment) -> tuple[str, Place]:
    """The table that the segment is of, and where it is. Of a mirror it is the copy that is pruned."""
    job = plan.job
    return (job.target, job.target_place) if prunes(segment.task) else job.reads


def key_names(plan: Plan, segment: Segment) -> tuple[str, ...]:
    """The key attributes of that table."""
    keys = [key for key in plan.keys if key.index is None] if prunes(segment.task) else plan.read_keys
    return tuple(key.name for key in keys)


def read_request(plan: Plan, segment: Segment) -> ReadRequest:
    """The request for the segment's first page. The index is the source's own: a mirror prunes by
    the filter and the key condition alone."""
    scan, task = plan.job.scan, segment.task
    projection, added = _projection(plan, segment)
    expressions = [text for text in (scan.key_condition, scan.filter, projection) if text]
    return ReadRequest(
        table_of(plan, segment)[0],
        segment.segment,
        segment.segments,
        index=None if prunes(task) else scan.index,
        key_condition=scan.key_condition,
        filter=scan.filter,
        projection=projection,
        names=_used({**scan.names, **added}, expressions),
        values=scan.values,
        consistent=scan.consistent,
        limit=_page_items(plan, segment),
        count=task is Task.COUNT,
    )


def most_items(plan: Plan, segment: Segment) -> int | None:
    """How many items the segment gives at most. What a mirror has too much is deleted all the same."""
    return None if prunes(segment.task) else plan.job.scan.limit_per_segment


def _projection(plan: Plan, segment: Segment) -> tuple[str | None, dict[str, str]]:
    """The attributes to read, and the names that this takes beside the job's."""
    if segment.task is Task.COUNT:
        return None, {}
    if prunes(segment.task) or plan.job.operation is Operation.TRUNCATE:
        aliases = _aliases(key_names(plan, segment), plan.job.scan.names)
        return ",".join(aliases), aliases
    return plan.job.scan.projection, {}


def _aliases(names: Sequence[str], taken: Mapping[str, str]) -> dict[str, str]:
    stem = "#key"
    while any(alias.startswith(stem) for alias in taken):
        stem += "_"
    return {f"{stem}{number}": name for number, name in enumerate(names)}


def _used(names: Mapping[str, str], expressions: Sequence[str]) -> dict[str, str]:
    """DynamoDB refuses names that no expression uses, such as those of a projection that is left out."""
    used = {alias for text in expressions for alias in _ALIAS.findall(text)}
    return {alias: name for alias, name in names.items() if alias in used}


def _page_items(plan: Plan, segment: Segment) -> int | None:
    asked = plan.job.scan.page_items
    if prunes(segment.task):
        return min(asked or _PRUNE_PAGE, _PRUNE_PAGE)
    if plan.job.operation is Operation.SCAN and not segment.task.counts:
        return asked or min(_QUEUE_PAGE * plan.job.scan.items_per_message, _MOST_ITEMS)
    if plan.header and not segment.task.counts:
        most = max(1, _PAGE_CELLS // len(plan.header))
        return min(asked or most, most)
    return asked
