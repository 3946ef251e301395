"""Write requests that came to nothing, as rejects of their job: in the form in which the job reads its
source, so that it can load them again."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from headrace import layout
from headrace.delimited.rejects import Reject
from headrace.items.codec import RowCodec
from headrace.items.rejected import reject_line
from headrace.items.unload import RowDecoder
from headrace.messages import Header, content_of
from headrace.plan import Plan, Plans
from headrace.ports import Item, ObjectStore


@dataclass(frozen=True, slots=True)
class RejectedRequest:
    """`request`: a write request as JSON."""

    request: str
    reason: str


class RequestRejects:
    """
    Args:
        bucket: the data bucket.
    """

    def __init__(self, store: ObjectStore, plans: Plans, rng: random.Random, bucket: str) -> None:
        self._store = store
        self._plans = plans
        self._rng = rng
        self._bucket = bucket

    def keep(self, header: Header, code: str, rejected: Sequence[RejectedRequest]) -> str:
        """Puts them into a file of their own; returns its key.

        Raises MessageError: one is no write request, or the job has no plan (any more).
        """
        plan = self._plans.find(header.job)
        delivery = f"{self._rng.getrandbits(32):08x}"
        key = layout.message_rejects_key(
            header.job, header.unit, header.sequence, delivery, plan.rejects_ending
        )
        self._store.put(self._bucket, key, _file(plan, code, rejected))
        return key


def _file(plan: Plan, code: str, rejected: Sequence[RejectedRequest]) -> bytes:
    header, spell = _rows(plan) if plan.rejects_ending == "csv" else (b"", _lines(plan))
    rows = [spell(*content_of(one.request), code, one.reason) for one in rejected]
    return header + b"".join(rows)


_Spell = Callable[[str, Item, str, str], bytes]
"""From `Item` or `Key`, its content, a code and a reason."""


def _rows(plan: Plan) -> tuple[bytes, _Spell]:
    codec = RowCodec.compile(plan.header, plan.keys, plan.job, plan.inferred)
    decoder, form = RowDecoder(codec), plan.rejects_format()

    def spell(_: str, content: Item, code: str, reason: str) -> bytes:
        return form.row(Reject(None, None, code, reason, decoder.cells(content)))

    return form.header, spell


def _lines(plan: Plan) -> _Spell:
    names = _source_names(plan)

    def spell(what: str, content: Item, code: str, reason: str) -> bytes:
        named = {names.get(name, name): value for name, value in content.items()}
        return reject_line(orjson.dumps(named), what=what, code=code, reason=reason)

    return spell


def _source_names(plan: Plan) -> dict[str, str]:
    """The names that renamed attributes have in the job's source: a retry renames them again."""
    return {column.rename: name for name, column in plan.job.columns.items() if column.rename}
