"""Adds up a job: the ledger's records become the report, its status and its cause.

Everything here is a function of records; `headrace.reporter` reads and writes them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import reduce
from itertools import islice
from typing import Any

from headrace.errors import RowsMissingError, RowsRejectedError
from headrace.job.model import Tolerate
from headrace.ledger import JobRecord, Settled, Tally, UnitRecord, UnitState, add_counts, add_tallies
from headrace.plan import Plan
from headrace.ports import Counts
from headrace.settling import unsettled

SUCCEEDED, FAILED = "SUCCEEDED", "FAILED"
_MOST_EXAMPLES = 10
_MOST_REASONS = 20
_MOST_COLUMNS = 200
_MOST_CAUSE = 30_000
"""Characters; Step Functions takes a cause of 32,768."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`error` is the name of one of our errors and `cause` says what happened, for a person; both are
    empty where the job succeeded."""

    status: str
    error: str = ""
    cause: str = ""


def build_report(
    record: JobRecord,
    plan: Plan,
    units: Sequence[UnitRecord],
    settled: Mapping[int, Settled],
    ended: float,
    rejects_url: str | None = None,
) -> dict[str, Any]:
    """The report of a job that was planned. `rejects_url`: where its rejects are, if it has any."""
    tally = reduce(add_tallies, (unit.tally for unit in units), Tally())
    counts = reduce(add_counts, (one.counts for one in settled.values()), Counts())
    missing = _missing(record, plan, units, settled, tally)
    rows = _rows(units, settled, tally, counts)
    verdict = Verdict(SUCCEEDED)
    if not plan.job.dry_run:
        why = _why(tally.reasons, counts)
        verdict = judge(rows, missing, plan.job.tolerate, why)
    if verdict.cause and rejects_url:
        verdict = replace(verdict, cause=f"{verdict.cause}. Rejects: {rejects_url}")
    return {
        **_frame(record, verdict, ended),
        "operation": plan.job.operation,
        "source": plan.source.url,
        "target": plan.job.target,
        "dry_run": plan.job.dry_run,
        "rows": rows,
        "records_planned": plan.records,
        "units": {
            "planned": plan.units,
            "done": sum(unit.state is UnitState.DONE for unit in units),
            "failed": sum(unit.state is UnitState.FAILED for unit in units),
        },
        "messages": {
            "sent": sum(unit.sent for unit in units),
            "settled": sum(one.messages for one in settled.values()),
        },
        "consumed": {"write_units": counts.units, "read_units": 0.0},
        "throttles": dict(sorted(counts.throttles.items())),
        "duplicates": {
            "rows": tally.superseded,
            "first": asdict(tally.first_duplicate) if tally.first_duplicate else None,
        },
        "rejects": {
            "rows": rows["rejected"],
            "given_up": counts.failed,
            "reasons": dict(Counter(tally.reasons).most_common(_MOST_REASONS)),
            "first": asdict(tally.first_reject) if tally.first_reject else None,
            "refused": [one.reason for one in settled.values() if one.reason][:_MOST_EXAMPLES],
            "location": rejects_url,
        },
        "missing": missing,
        "suggestions": dict(islice((plan.looks_like or {}).items(), _MOST_COLUMNS)),
        "inferred": list(plan.inferred[:_MOST_COLUMNS]),
    }


def build_refusal(record: JobRecord, error: str, cause: str, ended: float) -> dict[str, Any]:
    """The report of a job that could not start."""
    return {**_frame(record, Verdict(FAILED, error, cause[:_MOST_CAUSE]), ended), "rows": _no_rows()}


def judge(rows: Mapping[str, int], missing: Sequence[str], tolerate: Tolerate, why: str) -> Verdict:
    """Succeeded: every row is in the table, superseded or skipped, or within what the job tolerates."""
    if missing:
        return Verdict(FAILED, RowsMissingError.__name__, "; ".join([_sum_up(rows), *missing]))
    if rows["rejected"] > max(tolerate.rejects, rows["read"] * tolerate.rejects_percent / 100):
        return Verdict(FAILED, RowsRejectedError.__name__, f"{_sum_up(rows)}. Why: {why}")
    return Verdict(SUCCEEDED)


def _frame(record: JobRecord, verdict: Verdict, ended: float) -> dict[str, Any]:
    return {
        "job": record.job,
        "execution": record.execution,
        "status": verdict.status,
        "error": verdict.error,
        "cause": verdict.cause,
        "started": _time(record.started),
        "ended": _time(ended),
        "seconds": round(ended - record.started, 3),
    }


def _rows(
    units: Sequence[UnitRecord], settled: Mapping[int, Settled], tally: Tally, counts: Counts
) -> dict[str, int]:
    """`read` is what is known to be read: of a unit that failed, that is at least what was settled."""
    queued = {unit.unit: unit.tally.requests for unit in units}
    requests = sum(
        max(queued.get(number, 0), settled.get(number, Settled()).counts.requests)
        for number in {*queued, *settled}
    )
    return {
        "read": requests + tally.superseded + tally.rejected,
        "written": counts.written,
        "superseded": tally.superseded,
        "skipped": counts.skipped,
        "rejected": tally.rejected + counts.rejected + counts.failed,
    }


def _no_rows() -> dict[str, int]:
    return dict.fromkeys(("read", "written", "superseded", "skipped", "rejected"), 0)


def _missing(
    record: JobRecord,
    plan: Plan,
    units: Sequence[UnitRecord],
    settled: Mapping[int, Settled],
    tally: Tally,
) -> list[str]:
    """What is not accounted for, in words; nothing where every row is."""
    if plan.job.dry_run:
        return []
    found = [record.error] if record.error else []
    found += [_failure(unit) for unit in units if unit.state is UnitState.FAILED]
    open_units = unsettled(list(units), settled)
    by_number = {unit.unit: unit for unit in units}
    for number, messages in open_units.items():
        rows = _unsettled_rows(by_number[number], settled)
        found.append(f"unit {number}: {messages} messages with {rows} rows were never settled")
    lost = sum(_unsettled_rows(unit, settled) for unit in units if unit.state is not UnitState.DONE)
    if lost:
        found.append(f"{lost} rows of units that did not end were queued and never settled")
    silent = plan.units - sum(unit.state is not UnitState.RUNNING for unit in units)
    if silent:
        found.append(f"{silent} of {plan.units} units never ended")
    if not found and plan.records is not None and tally.records != plan.records:
        found.append(f"the units read {tally.records} records where the plan counted {plan.records}")
    return _some(found)


def _unsettled_rows(unit: UnitRecord, settled: Mapping[int, Settled]) -> int:
    return max(unit.tally.requests - settled.get(unit.unit, Settled()).counts.requests, 0)


def _some(found: list[str]) -> list[str]:
    """An execution's output has room for 256 KiB."""
    more = len(found) - _MOST_EXAMPLES
    return [*found[:_MOST_EXAMPLES], f"and {more} more like these"] if more > 0 else found


def _failure(unit: UnitRecord) -> str:
    return (
        f"unit {unit.unit} failed at row {unit.row} (byte {unit.offset}), what follows in it may be missing: "
        f"{unit.error}"
    )


def _sum_up(rows: Mapping[str, int]) -> str:
    parts = [
        f"{rows[name]:,} {name}" for name in ("written", "superseded", "skipped", "rejected") if rows[name]
    ]
    return f"Of {rows['read']:,} rows read: {', '.join(parts) or 'none written'}"


def _why(reasons: Mapping[str, int], counts: Counts) -> str:
    """Codes and columns, never a cell: the cause is shown to whoever may see executions."""
    known = [f"{reason} ({count:,})" for reason, count in Counter(reasons).most_common(5)]
    known += [f"refused by DynamoDB ({counts.rejected:,})"] if counts.rejected else []
    known += [f"given up by the writers ({counts.failed:,})"] if counts.failed else []
    return ", ".join(known)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
