"""The write requests that a page's items become."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from headrace.items.codec import Problem, RowRejected
from headrace.items.size import item_size, write_units
from headrace.job.model import WriteMode
from headrace.messages import Request, delete_request, put_request
from headrace.plan import Plan
from headrace.ports import Item, Page
from headrace.scanning.rejects import Rejected
from headrace.scanning.renaming import Renaming


@dataclass(frozen=True, slots=True)
class Made:
    """The requests of one page have distinct keys, as its items have."""

    requests: list[Request] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


Make = Callable[[Page], Made]


def copying(plan: Plan) -> Make:
    """Puts of the items, renamed; deletes of their keys where the job says that."""
    renaming = Renaming(plan.job.columns)
    keys = [key.name for key in plan.keys if key.index is None]
    spell = _delete if plan.job.mode is WriteMode.DELETE else _put

    def make(page: Page) -> Made:
        made = Made()
        for number, item in enumerate(page.items):
            try:
                made.requests.append(spell(_with_key(renaming.apply(item), keys), keys, number))
            except RowRejected as rejected:
                made.rejected.append(Rejected(item, rejected.problems[0]))
        return made

    return make


def deleting(keys: Sequence[str], chosen: Callable[[list[Item]], Iterable[Item]] = list) -> Make:
    """Deletes of the items' keys.

    Args:
        chosen: picks those keys that are to be deleted.
    """

    def make(page: Page) -> Made:
        found = enumerate(chosen(keys_of(page, keys)))
        return Made([_delete(key, keys, number) for number, key in found])

    return make


def keys_of(page: Page, keys: Sequence[str]) -> list[Item]:
    return [_key(item, keys) for item in page.items]


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


def _put(item: Item, _: Sequence[str], number: int) -> Request:
    return Request(put_request(item), write_units(item_size(item)), number)


def _delete(item: Item, keys: Sequence[str], number: int) -> Request:
    """One write unit, as the size of what is deleted is not known here."""
    return Request(delete_request(_key(item, keys)), 1, number)
