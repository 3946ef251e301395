"""A segment's items as gzipped objects in S3: the parts of an export.

A part is an object that nobody sees before it is whole. Its entry in the unit's record and the cursor
behind its last page are saved at once, so that each item is in exactly one of the record's parts,
whatever fails between: a part that was made and not recorded is made again, under the same name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from headrace import layout
from headrace.export.gzipped import PartWriter
from headrace.export.naming import part_key
from headrace.export.spelling import Spelling, spelling_of
from headrace.items.codec import Problem, RowRejected
from headrace.items.rejected import reject_line
from headrace.ledger import RejectNote, UnitRecord
from headrace.plan import Plan, Segment
from headrace.ports import ObjectStore, Page
from headrace.scanning.sink import UnitLedger, advanced

PART_BYTES = 64 * 1024 * 1024
PARTS_OF_A_SIZE = 200
"""After so many parts the next ones are twice as large: the unit's record has room for some 1,500."""
MAX_REJECT_BYTES = 8 * 1024 * 1024
"""A part ends here too, as its rejects are held in memory."""
_MOST_REASONS = 100
_MOST_CHARACTERS = 1000
"""Of the reject that a unit's record keeps."""


class ExportSink:
    """
    Args:
        bucket: the data bucket, for rejects.
        part_bytes: of text; a part ends with the page that reaches it. See PARTS_OF_A_SIZE.

    Raises:
        HeaderError: see `headrace.export.spelling`.
    """

    def __init__(
        self,
        store: ObjectStore,
        ledger: UnitLedger,
        bucket: str,
        plan: Plan,
        segment: Segment,
        part_bytes: int = PART_BYTES,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._bucket = bucket
        self._plan = plan
        self._segment = segment
        self._part_bytes = part_bytes
        self._spelling = spelling_of(plan)
        self._is_first = True
        self._start: UnitRecord | None = None
        """The record at the first page of what is not saved yet."""
        self._part: PartWriter | None = None
        self._rejects = bytearray()

    def take(self, record: UnitRecord, page: Page) -> UnitRecord:
        self._start = self._start or record
        spelled = _Spelled.of(page, self._spelling)
        if spelled.items:
            self._part_of(record).write(spelled.text, spelled.items)
        self._rejects += b"".join(spelled.rejects)
        record = advanced(record, page, **spelled.tally(record.tally.reasons))
        return self.leave(record) if self._is_full(len(record.parts)) else record

    def leave(self, record: UnitRecord) -> UnitRecord:
        if self._start:
            # Whoever has lost the unit learns it here, before anything of the other's is replaced.
            self._ledger.save_unit(self._plan.job_id, self._start)
            self._keep_rejects(self._start)
        if self._part:
            record = replace(record, parts=(*record.parts, self._part.commit()))
        self._ledger.save_unit(self._plan.job_id, record)
        self._start, self._part = None, None
        self._rejects.clear()
        return record

    def abandon(self) -> None:
        if self._part:
            self._part.abort()

    def _part_of(self, record: UnitRecord) -> PartWriter:
        """There is none before its first item."""
        if self._part is None:
            plan, number = self._plan, len(record.parts)
            key = part_key(plan.prefix, self._segment.segment, number, plan.job.format.shape)
            self._part = PartWriter(self._store.writer(plan.bucket, key), key, self._spelling.opening)
        return self._part

    def _keep_rejects(self, start: UnitRecord) -> None:
        """A part that may have been made before can have left rejects that are none any more."""
        may_be_there, self._is_first = self._is_first and start.turn > 1, False
        if self._rejects or may_be_there:
            key = layout.page_rejects_key(self._plan.job_id, start.unit, start.page)
            self._store.put(self._bucket, key, bytes(self._rejects))

    def _is_full(self, parts: int) -> bool:
        written = self._part.text_bytes if self._part else 0
        most = self._part_bytes << parts // PARTS_OF_A_SIZE
        return written >= most or len(self._rejects) >= MAX_REJECT_BYTES


@dataclass(frozen=True, slots=True)
class _Spelled:
    """A page's items: the lines of those that can be spelled, how many they are, and rejects with the
    problems of each."""

    text: bytes
    items: int
    rejects: Sequence[bytes] = ()
    problems: Sequence[Sequence[Problem]] = ()

    @classmethod
    def of(cls, page: Page, spelling: Spelling) -> _Spelled:
        if (text := spelling.lines(page.texts)) is not None:
            return cls(text, len(page.texts))
        lines, rejects, problems = list[bytes](), list[bytes](), list[Sequence[Problem]]()
        for item in page.texts:
            try:
                lines.append(spelling.line(orjson.loads(item)))
            except RowRejected as rejected:
                code = rejected.problems[0].code
                rejects.append(reject_line(item, code=code, reason=str(rejected)))
                problems.append(rejected.problems)
        return cls(b"".join(lines), len(lines), rejects, problems)

    def tally(self, known: Mapping[str, int]) -> dict[str, Any]:
        """
        Args:
            known: the unit's reasons so far.
        """
        first = "; ".join(problem.reason for problem in self.problems[0]) if self.problems else ""
        return {
            "delivered": self.items,
            "rejected": len(self.problems),
            "reasons": _reasons(self.problems, known),
            "first_reject": RejectNote(None, None, first[:_MOST_CHARACTERS]) if first else None,
        }


def _reasons(rejects: Sequence[Sequence[Problem]], known: Mapping[str, int]) -> dict[str, int]:
    """How many rejects there are of each reason. Attributes are named only until there are many: every
    item can have others."""
    counts: Counter[str] = Counter()
    seen = set(known)
    for problems in rejects:
        names = {_reason(problem, seen) for problem in problems}
        counts.update(names)
        seen |= names
    return dict(counts)


def _reason(problem: Problem, seen: Collection[str]) -> str:
    name = f"{problem.code} {problem.column or ''}".strip()
    return name if name in seen or len(seen) < _MOST_REASONS else problem.code
