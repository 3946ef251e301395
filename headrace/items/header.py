"""What each column of a header stands for: its attribute, its type and its part in the table's keys.

Whatever does not fit is told at once, before a row is read: a person repairs a header once.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from headrace.delimited.rejects import REJECT_COLUMNS
from headrace.errors import HeaderError
from headrace.items.documents import MAX_NAME_BYTES
from headrace.items.size import text_size
from headrace.items.text import has_lone_surrogate, shown
from headrace.job.model import AttributeType, Column, Job
from headrace.ports import KeyAttribute

T = TypeVar("T")

MAX_KEY_BYTES = {"partition": 2048, "sort": 1024}
"""Source: DynamoDB Developer Guide, "Constraints", partition keys and sort keys."""


@dataclass(frozen=True, slots=True)
class HeaderColumn:
    """One column. `title` is the header's cell, `name` the same without a `:TYPE`."""

    title: str
    name: str
    attribute: str
    type: AttributeType = AttributeType.S
    dropped: bool = False
    ignored: bool = False
    """One of those that the rejects file adds, so that a mended file loads as it is; dropped as well."""
    declared: bool = False
    """The type was given by the table, the job or the header: nothing is left to infer."""
    inferred: bool = False
    primary: bool = False
    """A key of the table itself: no item can be without it."""
    max_bytes: int | None = None
    """The limit of a key's value."""

    @property
    def is_key(self) -> bool:
        return self.max_bytes is not None


def read_header(
    header: Sequence[str], keys: Sequence[KeyAttribute], job: Job, inferred: Collection[str] = ()
) -> tuple[HeaderColumn, ...]:
    """One HeaderColumn per cell of the header. Raises HeaderError with all that is wrong."""
    return _columns([_Title.read(title) for title in header], keys, job, inferred)


def named_columns(keys: Sequence[KeyAttribute], job: Job) -> tuple[HeaderColumn, ...]:
    """Of a text without a header: the columns that the job or the table names; there may be others.

    Raises HeaderError with all that is wrong."""
    renamed = {column.rename for column in job.columns.values()}
    names = dict.fromkeys([*job.columns, *(key.name for key in keys if key.name not in renamed)])
    return _columns([_Title(name, name, None, ignored=False) for name in names], keys, job)


def _columns(
    titles: Sequence[_Title], keys: Sequence[KeyAttribute], job: Job, inferred: Collection[str] = ()
) -> tuple[HeaderColumn, ...]:
    problems = [
        *_bad_names(titles),
        *_repeated_names(titles),
        *_unknown_columns(titles, job),
        *_shared_attributes(titles, job),
        *_missing_keys(titles, keys, job),
        *_dropped_keys(titles, keys, job),
        *_contradictions(titles, keys, job),
    ]
    if problems:
        raise HeaderError(problems)
    return tuple(_column(title, keys, job, inferred) for title in titles)


@dataclass(frozen=True, slots=True)
class _Title:
    text: str
    name: str
    type: AttributeType | None
    ignored: bool

    @classmethod
    def read(cls, text: str) -> _Title:
        name, colon, kind = text.rpartition(":")
        if colon and kind in AttributeType.__members__:
            return cls(text, name, AttributeType(kind), ignored=False)
        return cls(text, text, None, ignored=text in REJECT_COLUMNS)

    def said(self, job: Job) -> Column:
        return job.columns.get(self.name, Column())

    def attribute(self, job: Job) -> str:
        return self.said(job).rename or self.name

    def declared(self, job: Job) -> AttributeType | None:
        return self.said(job).type or self.type

    def dropped(self, job: Job) -> bool:
        return self.ignored or self.said(job).drop


def _column(title: _Title, keys: Sequence[KeyAttribute], job: Job, inferred: Collection[str]) -> HeaderColumn:
    attribute, dropped = title.attribute(job), title.dropped(job)
    roles = [] if dropped else [key for key in keys if key.name == attribute]
    declared = title.declared(job) or (AttributeType(roles[0].type) if roles else None)
    is_inferred = declared is None and not dropped and title.name in inferred
    return HeaderColumn(
        title=title.text,
        name=title.name,
        attribute=attribute,
        type=declared or (AttributeType.N if is_inferred else AttributeType.S),
        dropped=dropped,
        ignored=title.ignored,
        declared=declared is not None,
        inferred=is_inferred,
        primary=any(key.index is None for key in roles),
        max_bytes=min((MAX_KEY_BYTES[key.role] for key in roles), default=None),
    )


def _bad_names(titles: Sequence[_Title]) -> Iterator[str]:
    for number, title in enumerate(titles, 1):
        if not title.name:
            yield f"header: column {number} has no name; give it one, or name all columns in format.header"
        elif has_lone_surrogate(title.name):
            yield f"header: column {number}, {shown(title.name)}, is not of the encoding; set format.encoding"
        elif text_size(title.name) > MAX_NAME_BYTES:
            yield f"header: column {number}, {shown(title.name)}, is over {MAX_NAME_BYTES} bytes; shorten it"


def _repeated_names(titles: Sequence[_Title]) -> Iterator[str]:
    numbers = _grouped(enumerate(titles, 1), lambda pair: pair[1].name)
    for name, pairs in numbers.items():
        if name and len(pairs) > 1:
            where = _listed(str(number) for number, _ in pairs)
            yield f"header: columns {where} are all named {shown(name)}; name them apart, or in format.header"


def _unknown_columns(titles: Sequence[_Title], job: Job) -> Iterator[str]:
    names = [title.name for title in titles]
    for name in job.columns:
        if name not in names:
            yield f"columns: the header has no column {shown(name)}{_nearest(name, names)}"


def _shared_attributes(titles: Sequence[_Title], job: Job) -> Iterator[str]:
    kept = [title for title in titles if title.name and not title.dropped(job)]
    for attribute, group in _grouped(kept, lambda title: title.attribute(job)).items():
        names = dict.fromkeys(title.name for title in group)
        if len(names) > 1:
            where = _listed(shown(name) for name in names)
            yield f"columns: {where} all become the attribute {shown(attribute)}; rename or drop all but one"


def _missing_keys(titles: Sequence[_Title], keys: Sequence[KeyAttribute], job: Job) -> Iterator[str]:
    attributes = [title.attribute(job) for title in titles]
    for key in keys:
        if key.index is None and key.name not in attributes:
            near = _nearest(key.name, [title.name for title in titles])
            yield (
                f"header: no column for the table's {key.role} key {shown(key.name)} ({key.type}); "
                f"rename a column to it in `columns`{near}"
            )


def _dropped_keys(titles: Sequence[_Title], keys: Sequence[KeyAttribute], job: Job) -> Iterator[str]:
    kept = {title.attribute(job) for title in titles if not title.dropped(job)}
    for title in titles:
        for key in keys:
            if key.name == title.attribute(job) and title.dropped(job) and key.name not in kept:
                yield f"columns: {shown(title.name)} is dropped, but it is {described(key)}; keep it"


def _contradictions(titles: Sequence[_Title], keys: Sequence[KeyAttribute], job: Job) -> Iterator[str]:
    for title in titles:
        declared = title.declared(job)
        for key in keys:
            if key.name == title.attribute(job) and not title.dropped(job) and not _fits(declared, key):
                yield (
                    f"columns: {shown(title.name)} is declared as {declared}, but it is {described(key)} "
                    f"of type {key.type}; declare {key.type} or nothing"
                )


def _fits(declared: AttributeType | None, key: KeyAttribute) -> bool:
    """A TTL is a number, and may well be a key of an index."""
    stored = AttributeType.N if declared is AttributeType.TTL else declared
    return stored is None or stored == key.type


def described(key: KeyAttribute) -> str:
    """Which key it is, in words."""
    return f"the {key.role} key of " + (f"the index {shown(key.index)}" if key.index else "the table")


def _nearest(name: str, names: Sequence[str]) -> str:
    """A hint: the likeliest name, or all of a few."""
    folded = {other.casefold(): other for other in names}
    if near := difflib.get_close_matches(name.casefold(), list(folded), n=1):
        return f"; did you mean {shown(folded[near[0]])}?"
    return f"; the header has {_listed(shown(other) for other in names[:10])}" + ", …" * (len(names) > 10)


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(texts)


def _grouped(values: Iterable[T], name: Callable[[T], str]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = defaultdict(list)
    for value in values:
        groups[name(value)].append(value)
    return groups
