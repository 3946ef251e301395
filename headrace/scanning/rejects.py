"""Items of a page that cannot go where they should: kept with the reason, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from headrace import layout
from headrace.items.codec import Problem
from headrace.items.rejected import reject_line
from headrace.ledger import RejectNote, UnitRecord
from headrace.ports import ObjectStore


@dataclass(frozen=True, slots=True)
class Rejected:
    """`item`: as the source has it, compact JSON."""

    item: bytes
    problem: Problem


class PageRejects:
    """Of one segment, in one invocation of its worker.

    Args:
        bucket: the data bucket.
    """

    def __init__(self, store: ObjectStore, bucket: str, job: str) -> None:
        self._store = store
        self._bucket = bucket
        self._job = job
        self._is_first = True

    def keep(self, record: UnitRecord, rejected: Sequence[Rejected]) -> dict[str, Any]:
        """What the rejects of the page at which the record stands add to its tally.

        A page that may have been read before can have left rejects that are none any more."""
        may_be_there, self._is_first = self._is_first and record.turn > 1, False
        if rejected or may_be_there:
            key = layout.page_rejects_key(self._job, record.unit, record.page)
            self._store.put(self._bucket, key, b"".join(map(_line, rejected)))
        reasons = Counter(f"{one.problem.code} {one.problem.column or ''}".strip() for one in rejected)
        first = RejectNote(None, None, rejected[0].problem.reason) if rejected else None
        return {"rejected": len(rejected), "reasons": dict(reasons), "first_reject": first}


def _line(rejected: Rejected) -> bytes:
    return reject_line(rejected.item, code=rejected.problem.code, reason=rejected.problem.reason)
