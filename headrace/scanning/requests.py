"""The write requests that a page's items become.

Where nothing of an item is to be changed, its text goes into the request as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import orjson

from headrace.items.codec import Problem, RowRejected
from headrace.items.size import WRITE_UNIT_BYTES, item_size, write_units
from headrace.job.model import WriteMode
from headrace.messages import delete_request, delete_requests, put_request, put_requests
from headrace.plan import Plan
from headrace.ports import Item, KeyAttribute, Page
from headrace.scanning.rejects import Rejected
from headrace.scanning.renaming import Renaming


@dataclass(frozen=True, slots=True)
class Made:
    """Requests as JSON, which have distinct keys as their items have. `units`: the write units that each
    takes; None: one for each."""

    bodies: list[bytes]
    units: list[int] | None = None
    rejected: list[Rejected] = field(default_factory=list)


Make = Callable[[Page], Made]


def copying(plan: Plan) -> Make:
    """Puts of the items, renamed; deletes of their keys where the job says that."""
    renaming = Renaming(plan.job.columns)
    keys = [key.name for key in plan.keys if key.index is None]
    if plan.job.mode is WriteMode.DELETE:
        return _one_by_one(renaming, keys, _delete)
    # Every item that is read whole has its table's key.
    as_it_is = not (renaming.changes or plan.job.scan.projection) and set(keys) <= _names(plan.read_keys)
    return _as_they_are if as_it_is else _one_by_one(renaming, keys, _put)


def truncating(page: Page) -> Made:
    """Deletes of items of which nothing but the key was read."""
    return Made(delete_requests(page.texts))


def pruning(keys: Sequence[str], chosen: Callable[[list[Item]], Iterable[Item]]) -> Make:
    """Deletes of those of the items' keys that are chosen."""
    return lambda page: Made(list(map(delete_request, chosen(keys_of(page, keys)))))


def keys_of(page: Page, keys: Sequence[str]) -> list[Item]:
    return [_key(orjson.loads(text), keys) for text in page.texts]


def _as_they_are(page: Page) -> Made:
    is_small = max(map(len, page.texts), default=0) <= WRITE_UNIT_BYTES
    return Made(put_requests(page.texts), None if is_small else list(map(_units, page.texts)))


def _units(text: bytes) -> int:
    """An item is never larger than its JSON."""
    return 1 if len(text) <= WRITE_UNIT_BYTES else write_units(item_size(orjson.loads(text)))


def _one_by_one(
    renaming: Renaming, keys: Sequence[str], spell: Callable[[Item, Sequence[str]], tuple[bytes, int]]
) -> Make:
    def make(page: Page) -> Made:
        bodies, units, rejected = list[bytes](), list[int](), list[Rejected]()
        for text in page.texts:
            try:
                body, cost = spell(_with_key(renaming.apply(orjson.loads(text)), keys), keys)
            except RowRejected as refused:
                rejected.append(Rejected(text, refused.problems[0]))
            else:
                bodies.append(body)
                units.append(cost)
        return Made(bodies, units, rejected)

    return make


def _names(keys: Iterable[KeyAttribute]) -> set[str]:
    return {key.name for key in keys}


def _key(item: Item, keys: Sequence[str]) -> Item:
    return {name: item[name] for name in keys}


def _with_key(item: Item, keys: Sequence[str]) -> Item:
    """The item itself. Raises RowRejected: it has no key."""
    missing = [name for name in keys if name not in item]
    if missing:
        raise RowRejected([_without_key(name) for name in missing])
    return item


def _without_key(name: str) -> Problem:
    return Problem("key", name, f"attribute {name!r}: the target's key is not among the item's attributes")


def _put(item: Item, _: Sequence[str]) -> tuple[bytes, int]:
    return put_request(item), write_units(item_size(item))


def _delete(item: Item, keys: Sequence[str]) -> tuple[bytes, int]:
    """One write unit, as the size of what is deleted is not known here."""
    return delete_request(_key(item, keys)), 1
