"""Makes the report of a job: what its accounts say, its status and its cause.

Everything here is a function of records; `headrace.reporter` reads and writes them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from headrace.accounts import Accounts, add_up
from headrace.errors import RowsMissingError, RowsRejectedError
from headrace.export.naming import SUMMARY
from headrace.job.model import Operation, Tolerate, WriteMode
from headrace.ledger import DuplicateNote, JobRecord, RejectNote, Settled, Stop, UnitRecord, UnitState
from headrace.locations import url_of
from headrace.names import HERE
from headrace.plan import Phase, Plan, Task
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
    stop: Stop | None = None,
) -> dict[str, Any]:
    """The report of a job that was planned.

    Args:
        rejects_url: where its rejects are, if it has any.
        stop: why it was to stop, if it was.
    """
    accounts = add_up(units, settled, plan.job.operation)
    pending = _pending(record, plan, accounts)
    if stop and (any(pending.values()) or plan.phase(record.planned) is Phase.COUNT):
        missing, rows = list[str](), accounts.rows(accounts.counts.requests)
        verdict = Verdict(FAILED, stop.error, _why_stopped(record, stop, rows, pending))
    else:
        missing, rows = _missing(record, plan, accounts), accounts.rows(accounts.queued_rows())
        verdict = judge(rows, missing, plan.job.tolerate, _why(accounts))
        if missing:
            verdict = replace(verdict, cause=f"{verdict.cause}; {_how_to_resume(record)}")
    if verdict.cause and rejects_url:
        verdict = replace(verdict, cause=f"{verdict.cause}. Rejects: {rejects_url}")
    return {
        **_frame(record, verdict, ended),
        "operation": plan.job.operation,
        "source": plan.source.url if plan.source else plan.job.source,
        "target": plan.job.target or _location(plan),
        "dry_run": plan.job.dry_run,
        "resumed": record.resumed,
        "rows": rows,
        "records_planned": plan.records,
        "planned": dict(record.planned),
        "pending": pending,
        **_work(record, accounts),
        **_of_operation(plan, accounts, verdict.status == SUCCEEDED and not plan.job.dry_run),
        "duplicates": {
            "rows": accounts.tally.superseded,
            "first": _fields(accounts.tally.first_duplicate),
        },
        "rejects": _rejects(accounts) | {"rows": rows["rejected"], "location": rejects_url},
        "missing": missing,
        "suggestions": dict(islice((plan.looks_like or {}).items(), _MOST_COLUMNS)),
        "inferred": list(plan.inferred[:_MOST_COLUMNS]),
    }


def build_refusal(record: JobRecord, error: str, cause: str, ended: float) -> dict[str, Any]:
    """The report of a job that could not start."""
    return {**_frame(record, Verdict(FAILED, error, cause[:_MOST_CAUSE]), ended), "rows": _no_rows()}


def build_unplanned(record: JobRecord, stop: Stop, ended: float) -> dict[str, Any]:
    """The report of a job that was stopped before it was planned."""
    cause = f"{_told(stop)}, and was not planned yet; {_how_to_resume(record)}"
    return build_refusal(record, stop.error, cause, ended)


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


def _work(record: JobRecord, accounts: Accounts) -> dict[str, Any]:
    """What was done, and what it took."""
    return {
        "units": {
            "planned": record.units - accounts.void,
            "done": accounts.units_in(UnitState.DONE),
            "failed": accounts.units_in(UnitState.FAILED),
        },
        "messages": {
            "sent": accounts.sent(),
            "settled": accounts.settled_messages(),
            "delivered": accounts.tally.user_messages,
        },
        "consumed": {"write_units": accounts.consumed.units, "read_units": accounts.read_units},
        "throttles": dict(sorted(accounts.consumed.throttles.items())),
    }


def _rejects(accounts: Accounts) -> dict[str, Any]:
    return {
        "given_up": accounts.counts.failed,
        "reasons": dict(Counter(accounts.tally.reasons).most_common(_MOST_REASONS)),
        "first": _fields(accounts.tally.first_reject),
        "refused": [one.reason for one in accounts.settled.values() if one.reason][:_MOST_EXAMPLES],
    }


def _fields(note: RejectNote | DuplicateNote | None) -> dict[str, Any] | None:
    return asdict(note) if note else None


def _of_operation(plan: Plan, accounts: Accounts, is_whole: bool) -> dict[str, Any]:
    """What only some operations have to tell. `is_whole`: nothing is missing."""
    operation = plan.job.operation
    told: dict[str, Any] = {}
    if operation.reads_table:
        told["scan"] = _scan(accounts)
    if operation is Operation.COUNT:
        counted = {"items": accounts.counted.rows, "scanned": accounts.counted.scanned}
        told["count"] = counted | {f"table_{name}": size for name, size in plan.table.items()}
    if operation is Operation.EXPORT:
        told["export"] = _export(plan, accounts, is_whole)
    if operation is Operation.TRUNCATE or plan.job.mirror or plan.job.mode is WriteMode.DELETE:
        told["deleted"] = _deleted(plan, accounts)
    return told


def _scan(accounts: Accounts) -> dict[str, Any]:
    """What was counted before the work is left out where there is work, but for the throttles."""
    units = accounts.moving or accounts.counting
    tally = accounts.tally if accounts.moving else accounts.counted
    throttles = Counter(accounts.counted.read_throttles) + Counter(accounts.tally.read_throttles)
    return {
        "segments": len(units),
        "pages": sum(unit.page for unit in units),
        "scanned": tally.scanned,
        "throttles": dict(sorted(throttles.items())),
    }


def _export(plan: Plan, accounts: Accounts, is_whole: bool) -> dict[str, Any]:
    """An export that is not whole has no manifest."""
    parts = [part for unit in accounts.moving for part in unit.parts]
    location = _location(plan)
    return {
        "location": location,
        "manifest": location + SUMMARY if is_whole else None,
        "parts": len(parts),
        "bytes": sum(part.bytes for part in parts),
    }


def _location(plan: Plan) -> str:
    """Where an export goes."""
    return url_of(plan.bucket, plan.prefix) if plan.job.operation is Operation.EXPORT else ""


def _deleted(plan: Plan, accounts: Accounts) -> int:
    if not plan.job.mirror:
        return accounts.counts.written
    copied = sum(
        accounts.settled_of(unit).counts.written for unit in accounts.moving if unit.task == Task.MOVE
    )
    return accounts.counts.written - copied


def _no_rows() -> dict[str, int]:
    return dict.fromkeys(("read", "written", "superseded", "skipped", "rejected"), 0)


def _pending(record: JobRecord, plan: Plan, accounts: Accounts) -> dict[str, int]:
    """What is left of the job: units that did not end, and messages that are not settled. What a unit
    that did not end is still to queue, nobody knows."""
    if _is_only_planned(plan):
        return {"units": 0, "messages": 0, "rows": 0}
    return {
        "units": record.units - accounts.void - accounts.units_in(UnitState.DONE),
        "messages": sum(map(accounts.unsettled_messages, accounts.moving)),
        "rows": sum(map(accounts.unsettled_rows, accounts.moving)),
    }


def _is_only_planned(plan: Plan) -> bool:
    """A dry run that counts nothing has units, and none of them is to be worked on."""
    return plan.job.dry_run and not plan.counted


def _why_stopped(record: JobRecord, stop: Stop, rows: Mapping[str, int], pending: Mapping[str, int]) -> str:
    units, messages, queued = (f"{pending[name]:,} {name}" for name in ("units", "messages", "rows"))
    left = f"Left: {units}, and {messages} with {queued}"
    return f"{_told(stop)}. {_sum_up(rows)}. {left}; {_how_to_resume(record)}"


def _told(stop: Stop) -> str:
    """With room for what follows."""
    return stop.cause[: _MOST_CAUSE - 1000]


def _how_to_resume(record: JobRecord) -> str:
    if record.execution.startswith(HERE):
        return f"to go on: headrace resume {record.job}"
    return f'to go on, start an execution with {{"resume": "{record.job}"}}'


def _missing(record: JobRecord, plan: Plan, accounts: Accounts) -> list[str]:
    """What is not accounted for, in words; nothing where every row is."""
    if _is_only_planned(plan):
        return []
    units = accounts.units
    found = [record.error] if record.error else []
    found += [_failure(plan, unit) for unit in units if unit.state is UnitState.FAILED]
    by_number = {unit.unit: unit for unit in units}
    for number, messages in unsettled(units, accounts.settled).items():
        rows = accounts.unsettled_rows(by_number[number])
        found.append(f"unit {number}: {messages} messages with {rows} rows were never settled")
    lost = sum(accounts.unsettled_rows(unit) for unit in units if unit.state is not UnitState.DONE)
    if lost:
        found.append(f"{lost} rows of units that did not end were queued and never settled")
    planned = record.units - accounts.void
    silent = planned - sum(unit.state is not UnitState.RUNNING for unit in units)
    if silent:
        found.append(f"{silent} of {planned} units never ended")
    if not found and plan.records is not None and accounts.tally.records != plan.records:
        found.append(f"the units read {accounts.tally.records} records where the plan counted {plan.records}")
    return _some(found)


def _some(found: list[str]) -> list[str]:
    """An execution's output has room for 256 KiB."""
    more = len(found) - _MOST_EXAMPLES
    return [*found[:_MOST_EXAMPLES], f"and {more} more like these"] if more > 0 else found


def _failure(plan: Plan, unit: UnitRecord) -> str:
    place = f"page {unit.page}" if plan.job.operation.reads_table else f"row {unit.row} (byte {unit.offset})"
    return f"unit {unit.unit} failed at {place}, what follows in it may be missing: {unit.error}"


def _sum_up(rows: Mapping[str, int]) -> str:
    parts = [
        f"{rows[name]:,} {name}" for name in ("written", "superseded", "skipped", "rejected") if rows[name]
    ]
    return f"Of {rows['read']:,} rows read: {', '.join(parts) or 'none written'}"


def _why(accounts: Accounts) -> str:
    """Codes and columns, never a cell: the cause is shown to whoever may see executions."""
    counts, reasons = accounts.counts, Counter(accounts.tally.reasons)
    known = [f"{reason} ({count:,})" for reason, count in reasons.most_common(5)]
    known += [f"refused by DynamoDB ({counts.rejected:,})"] if counts.rejected else []
    known += [f"given up by the writers ({counts.failed:,})"] if counts.failed else []
    return ", ".join(known)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
