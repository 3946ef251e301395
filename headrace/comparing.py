"""Whether the items of a copy's source fit its target: every mismatch, before anything is read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headrace.errors import TablesDifferError
from headrace.job.model import Column, Job, Scan
from headrace.ports import KeyAttribute, TableSchema

_ROLES = ("partition", "sort")
_UNCHANGED = Column()


def compare_tables(job: Job, source: TableSchema, target: TableSchema) -> None:
    """Raises TablesDifferError with every mismatch."""
    if source.arn == target.arn:
        raise TablesDifferError([f"source and target are the same table, {source.arn}: name another target"])
    problems = [
        *_keys(job, source, target),
        *_key_columns(job, source, target),
        *_index_keys(job, source, target),
        *(_mirror(job, source) if job.mirror else ()),
    ]
    if problems:
        raise TablesDifferError(problems)


def projected_names(scan: Scan) -> frozenset[str] | None:
    """The attributes that the projection asks for whole; None where it asks for all."""
    if scan.projection is None:
        return None
    paths = (path.strip() for path in scan.projection.split(","))
    return frozenset(scan.names.get(path, path) for path in paths)


def _column(job: Job, name: str) -> Column:
    return job.columns.get(name, _UNCHANGED)


def _keys(job: Job, source: TableSchema, target: TableSchema) -> Iterator[str]:
    """What stands for each part of the primary key."""
    here, there = ({key.role: key for key in schema.primary} for schema in (source, target))
    for role in _ROLES:
        own, other = here.get(role), there.get(role)
        if own and other:
            yield from _pair(job, own, other)
        elif own or other:
            yield f"the {role} key is {_told(own)} in the source and {_told(other)} in the target"


def _pair(job: Job, own: KeyAttribute, other: KeyAttribute) -> Iterator[str]:
    if (_column(job, own.name).rename or own.name, own.type) == (other.name, other.type):
        return
    new_name = _column(job, own.name).rename
    renamed = f", renamed to {new_name!r}," if new_name else ""
    yield f"the {own.role} key is {_told(own)}{renamed} in the source and {_told(other)} in the target"


def _told(key: KeyAttribute | None) -> str:
    return f"{key.name!r} ({key.type})" if key else "missing"


def _key_columns(job: Job, source: TableSchema, target: TableSchema) -> Iterator[str]:
    """Keys that do not come along, and columns that would come in their place."""
    projected = projected_names(job.scan)
    keys = {key.name for key in source.primary}
    for key in source.primary:
        if _column(job, key.name).drop:
            yield f"columns.{key.name}: the {key.role} key cannot be dropped"
        if projected is not None and key.name not in projected:
            yield f"scan.projection: the {key.role} key {key.name!r} is missing; add it"
    for name, column in job.columns.items():
        if name not in keys and column.rename in {key.name for key in target.primary}:
            yield f"columns.{name}: would take the place of the target's key {column.rename!r}"


def _index_keys(job: Job, source: TableSchema, target: TableSchema) -> Iterator[str]:
    """Attributes whose type is known on both sides, as an index or the primary key has them."""
    primary = {key.name for key in target.primary}
    known = {
        _column(job, key.name).rename or key.name: key
        for key in source.keys
        if not _column(job, key.name).drop
    }
    for key in target.keys:
        own = known.get(key.name)
        if key.index and own and own.type != key.type and key.name not in primary:
            yield f"{_told(own)} of the source is {_told(key)} in the target's index {key.index!r}"


def _mirror(job: Job, source: TableSchema) -> Iterator[str]:
    """The target is read by the same conditions, and its keys are looked up in the source."""
    for key in source.primary:
        if _column(job, key.name).rename:
            yield f"columns.{key.name}: mirror cannot tell items apart whose {key.role} key is renamed"
    for name in sorted(_names_in_conditions(job.scan) & {*job.columns}):
        yield f"columns.{name}: mirror reads the target by the same condition, where {name!r} is another"
    if job.scan.index and job.scan.key_condition:
        yield "scan.index: mirror reads the target by its primary key; use a condition on that, or a filter"


def _names_in_conditions(scan: Scan) -> set[str]:
    text = " ".join(filter(None, (scan.filter, scan.key_condition)))
    return {scan.names.get(name, name) for name in re.findall(r"(?<![:\w.-])#?[\w-]+", text)}
