"""Ends a job: reads its ledger, joins its rejects, writes its report and tells that it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from headrace import layout
from headrace.errors import MessageError
from headrace.ledger import JobRecord, JobState, Ledger, Settled, UnitRecord
from headrace.plan import Plan, Plans
from headrace.ports import Clock, Events, ObjectStore
from headrace.report_page import report_page
from headrace.reporting import build_refusal, build_report


class Reporter:
    """
    Args:
        bucket: the data bucket, where the report goes.
    """

    def __init__(
        self, store: ObjectStore, ledger: Ledger, plans: Plans, events: Events, clock: Clock, bucket: str
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._plans = plans
        self._events = events
        self._clock = clock
        self._bucket = bucket

    def report(self, job: str, execution: str, error: tuple[str, str] | None = None) -> dict[str, Any]:
        """The report, as it is written to `report.json`; where the job is another execution's, only told.

        Args:
            error: name and text of what kept the job from starting.
        """
        now = self._clock.now()
        record = self._ledger.job(job) or JobRecord(job, execution, now)
        if error and record.execution != execution:
            return build_refusal(JobRecord(job, execution, now), *error, now)
        report = build_refusal(record, *error, now) if error else self._add_up(record, now)
        report |= {
            "report": self._url(layout.report_key(job)),
            "page": self._url(layout.report_page_key(job)),
        }
        self._store.put(
            self._bucket, layout.report_key(job), orjson.dumps(report, option=orjson.OPT_INDENT_2)
        )
        self._store.put(self._bucket, layout.report_page_key(job), report_page(report).encode())
        self._ledger.save_job(replace(record, state=JobState.ENDED))
        self._events.publish(report)
        return report

    def _add_up(self, record: JobRecord, now: float) -> dict[str, Any]:
        plan = self._plans.find(record.job)
        units, settled = self._ledger.units(record.job), self._ledger.settled(record.job)
        url = self._join_rejects(plan, units, settled)
        return build_report(record, plan, units, settled, now, url)

    def _join_rejects(
        self, plan: Plan, units: Iterable[UnitRecord], settled: Mapping[int, Settled]
    ) -> str | None:
        """One rejects file of all parts that the ledger knows of."""
        listed = set(self._store.list(self._bucket, layout.reject_parts_prefix(plan.job_id)))
        windows = [
            layout.window_rejects_key(plan.job_id, unit.unit, window)
            for unit in units
            if unit.tally.rejected
            for window in range(unit.window)
        ]
        parts = [key for key in windows if key in listed]
        parts += [part for one in settled.values() for part in one.parts]
        if not parts:
            return None
        key = layout.rejects_key(plan.job_id)
        self._store.put_stream(self._bucket, key, self._joined(plan, sorted(parts)))
        return self._url(key)

    def _joined(self, plan: Plan, parts: list[str]) -> Iterator[bytes]:
        spell = plan.rejects_format()
        yield spell.mark + spell.header
        for part in parts:
            file = self._store.get(self._bucket, part)
            if file is None:
                raise MessageError(f"the rejects {part} are not in the bucket any more")
            yield spell.without_header(file)

    def _url(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"
