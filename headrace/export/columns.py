"""The columns of a CSV export: which attributes, in which order, of which type.

Every title is `name:TYPE`, so that a load gives the same items back without being told anything. What
an empty cell says depends on `write.empty`, of the export and of the load alike:

| `write.empty` | no attribute | empty text or binary | NULL |
|---|---|---|---|
| `drop` | an empty cell | - | - |
| `keep` | an empty cell; not in columns of type S and B | an empty cell | the text of `format.null` |
| `null` | - | - | an empty cell |

Where a dash stands the item is rejected. With `drop` and `keep` columns of type JSON tell all three
apart: nothing, `""` and `null`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from headrace.job.model import AttributeType, Column, Job
from headrace.ports import Item, KeyAttribute


def export_header(items: Iterable[Item], keys: Sequence[KeyAttribute], job: Job) -> tuple[str, ...]:
    """The titles: those of the job's `columns` first, then the table's keys, then all others by name.

    Args:
        items: a sample.
        keys: of the table and of its indexes, the table's partition key first.
    """
    seen = _types_seen(items)
    primary = [key.name for key in keys if key.index is None]
    others = sorted({*seen, *(key.name for key in keys)})
    names = dict.fromkeys([*job.columns, *primary, *others])
    return tuple(f"{name}:{_type(name, keys, job, seen.get(name, {}))}" for name in names)


def _types_seen(items: Iterable[Item]) -> dict[str, Counter[str]]:
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for item in items:
        for name, value in item.items():
            seen[name].update(value.keys())
    return seen


def _type(name: str, keys: Sequence[KeyAttribute], job: Job, seen: Mapping[str, int]) -> str:
    declared = job.columns.get(name, Column()).type
    key = next((key.type for key in keys if key.name == name), None)
    return declared or key or _most_seen(seen)


def _most_seen(seen: Mapping[str, int]) -> str:
    """NULL only where there is nothing else."""
    rivals = {kind: count for kind, count in seen.items() if kind != AttributeType.NULL}
    return max(sorted(rivals), key=rivals.__getitem__) if rivals else next(iter(seen), AttributeType.S)
