"""What a load comes to, as who called a loader wants to know it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from headrace.delimited.dialect import csv_reader
from headrace.items.rejected import REJECT_FIELDS
from headrace.ledger import Ledger
from headrace.library.following import Report
from headrace.library.refusals import error_of, raise_if_refused
from headrace.locations import FILE
from headrace.plan import Plan, Plans
from headrace.progress import read_progress

MOST_ERRORS = 1000
"""That a result holds; the rejects file has all."""
_END_OF_LINE = re.compile(
    rf'(?:"{REJECT_FIELDS}row":(\d+),)?"{REJECT_FIELDS}code":"[^"]*","{REJECT_FIELDS}reason":(".*")}}\n'
)
"""Of a reject as a line of JSON; inside a text all quotes are escaped, so nothing else looks like it."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of a file's records: `total_records = successful_writes + superseded + skipped +
    failed_writes`.

    `superseded`: records with the key of a later one, which is written in their place. `skipped`: left
    alone, as the table has their keys (`write={"mode": "insert"}`). `errors`: why records failed, a text
    each, 1,000 at most. `report`: see docs/the-report.md; the files that it names are there if the loader
    has a `folder`."""

    total_records: int
    successful_writes: int
    failed_writes: int
    duration_seconds: float
    errors: list[str] = field(default_factory=list)
    superseded: int = 0
    skipped: int = 0
    report: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def success_rate(self) -> float:
        """Percent of the records that did not fail; 100.0 of none."""
        if not self.total_records:
            return 100.0
        return 100.0 * (self.total_records - self.failed_writes) / self.total_records


def result_of(report: Report, ledger: Ledger, plans: Plans) -> LoadResult:
    """Of a load that had to stop, what was not read any more, or not written, failed too.

    Raises the JobError or the TransientError for which it could not start, or had to stop, if nobody can
    tell how many records are left: those of gzip are known once all are read."""
    raise_if_refused(report)
    job, rows = report["job"], report["rows"]
    why = _why_incomplete(report, ledger)
    left = _left(report, ledger, plans) if why else 0
    errors = [*why, f"{left:,} records were not loaded"] if why else []
    return LoadResult(
        total_records=rows["read"] + left,
        successful_writes=rows["written"],
        failed_writes=rows["rejected"] + left,
        duration_seconds=report["seconds"],
        errors=[*errors, *islice(_reasons(report, plans.find(job)), MOST_ERRORS - len(errors))],
        superseded=rows["superseded"],
        skipped=rows["skipped"],
        report=report,
    )


def _why_incomplete(report: Report, ledger: Ledger) -> list[str]:
    """Nothing where all records became something. The report's cause says how to go on as well, which is
    no use to a loader that keeps nothing."""
    stop = ledger.stopped(report["job"]) if any(report["pending"].values()) else None
    return [stop.cause] if stop else list(report["missing"])


def _left(report: Report, ledger: Ledger, plans: Plans) -> int:
    progress = read_progress(ledger, plans, report["job"])
    if progress.total is None:
        raise error_of(report)
    return progress.total - progress.done


def _reasons(report: Report, plan: Plan) -> Iterator[str]:
    """Why each of the rejects is one, with its row where that is known."""
    location = report["rejects"]["location"]
    if location is None:
        return
    file = Path(location.removeprefix(FILE))
    with file.open(encoding=plan.codec, errors="replace", newline="") as lines:
        for row, reason in _of_lines(lines) if plan.rejects_ending == "jsonl" else _of_rows(lines, plan):
            yield f"row {row}: {reason}" if row else reason


def _of_rows(lines: Iterable[str], plan: Plan) -> Iterator[tuple[str, str]]:
    rows = csv_reader(lines, plan.job.format)
    return ((row, reason) for row, _, reason, *_ in islice(rows, 1, None))


def _of_lines(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Only the end of a line is read: an item may have levels that no parser likes."""
    for line in lines:
        found = _END_OF_LINE.search(line)
        assert found is not None, "all rejects have a reason"
        yield found[1] or "", orjson.loads(found[2])
