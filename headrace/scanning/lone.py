"""A segment that is scanned without a job, for the event of a plain scanner:
`{"current_segment": 10, "total_segments": 300, "limit_of_rows": 3000}`.

Nothing is kept between its invocations: the answer has the cursor, and the same event with that
`cursor` beside goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson

from headrace import layout
from headrace.job.model import Format, Job, Operation, Scan, Shape
from headrace.job.problems import INVALID, Problems, seen
from headrace.ledger import Stop, Tally, UnitRecord
from headrace.plan import Plan, Segment

MAX_SEGMENTS = 1_000_000
"""DynamoDB's limit of TotalSegments."""
_FIELDS = ("current_segment", "total_segments", "limit_of_rows", "cursor")
_CURSOR = "the `cursor` of the answer before, as it was"


@dataclass(frozen=True, slots=True)
class Cursor:
    """`key`: where the next page starts; the rest counts what came before it."""

    key: str | None = None
    page: int = 0
    rows: int = 0
    messages: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class SegmentEvent:
    """`most`: rows after which the segment ends; None: all of it is read."""

    segment: Segment
    most: int | None
    cursor: Cursor

    def plan(self, name: str, table: str, queue: str) -> Plan:
        """A plan as for a job of that name, each item a message in DynamoDB JSON."""
        scan = Scan(limit_per_segment=self.most)
        job = Job(table, queue, Operation.SCAN, format=Format(shape=Shape.DYNAMODB_JSON), scan=scan)
        return Plan(name, job, None, codec="utf-8", zipped=False, header=(), keys=())

    def ledger(self) -> OneRecord:
        at = self.cursor
        tally = Tally(records=at.rows, rows=at.rows, user_messages=at.messages, rejected=at.rejected)
        return OneRecord(UnitRecord(self.segment.unit, key=at.key, page=at.page, tally=tally))

    def answer(self, record: UnitRecord, job: str) -> dict[str, Any]:
        """Rows and messages count from the segment's start; `rejects`: where those are that no message
        can hold, if there are any."""
        tally = record.tally
        cursor = Cursor(record.key, record.page, tally.records, tally.user_messages, tally.rejected)
        more = not record.state.is_final
        answer = {
            "current_segment": self.segment.segment,
            "rows": tally.records,
            "messages": tally.user_messages,
            "more": more,
            "cursor": orjson.dumps(asdict(cursor)).decode() if more else None,
        }
        if tally.rejected:
            answer |= {"rejected": tally.rejected, "rejects": layout.reject_parts_prefix(job)}
        return answer


class OneRecord:
    """The ledger of one segment, for as long as an invocation lasts."""

    def __init__(self, record: UnitRecord) -> None:
        self._record = record

    def take_unit(self, job: str, fresh: UnitRecord) -> UnitRecord:  # noqa: ARG002
        return replace(self._record, unit=fresh.unit, task=fresh.task)

    def save_unit(self, job: str, record: UnitRecord) -> None:  # noqa: ARG002
        self._record = record

    def stopped(self, job: str) -> Stop | None:  # noqa: ARG002
        return None


def read_segment_event(event: Mapping[str, Any]) -> SegmentEvent:
    """Raises JobInvalidError with all that is wrong with the event."""
    problems = Problems()
    for name in sorted(set(event) - set(_FIELDS)):
        problems.add(str(name), "unknown", ", ".join(_FIELDS))
    segments = _whole(problems, event, "total_segments", 1, MAX_SEGMENTS)
    last = MAX_SEGMENTS - 1 if segments is INVALID else segments - 1
    segment = _whole(problems, event, "current_segment", 0, last)
    most = None if event.get("limit_of_rows") is None else _whole(problems, event, "limit_of_rows", 1, None)
    cursor = _cursor(problems, event.get("cursor"))
    problems.raise_if_any()
    return SegmentEvent(Segment(0, segment, segments), most, cursor)


def _whole(problems: Problems, event: Mapping[str, Any], name: str, least: int, most: int | None) -> Any:
    value = event.get(name)
    if type(value) is int and least <= value and (most is None or value <= most):
        return value
    upper = f"{least} or more" if most is None else f"{least} to {most}"
    fault = seen(value) if name in event else "missing"
    return problems.add(name, fault, f"a whole number, {upper}")


def _cursor(problems: Problems, text: Any) -> Any:
    if text is None:
        return Cursor()
    try:
        cursor = Cursor(**orjson.loads(text))
    except (orjson.JSONDecodeError, TypeError):
        return problems.add("cursor", seen(text), _CURSOR)
    kinds = [type(value) for value in asdict(cursor).values()]
    return cursor if kinds == [str, int, int, int, int] else problems.add("cursor", seen(text), _CURSOR)
