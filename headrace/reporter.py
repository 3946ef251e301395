"""Ends a job: reads its ledger, joins its rejects, writes its report and tells that it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from headrace import layout
from headrace.accounts import add_up
from headrace.errors import JobNotFoundError, MessageError
from headrace.export.manifest import write_manifests
from headrace.ledger import JobRecord, JobState, Ledger, Settled, Stop, UnitRecord
from headrace.locations import url_of
from headrace.plan import Plan, Plans
from headrace.ports import Clock, Events, ObjectStore
from headrace.report_page import report_page
from headrace.reporting import build_refusal, build_report, build_unplanned


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
        """The report, as it is written to `report.json`; where the job is another execution's, or there
        is none, only told.

        Args:
            error: name and text of what kept the job from starting.
        """
        now = self._clock.now()
        known = self._ledger.job(job)
        record = known or JobRecord(job, execution, now)
        if error and (record.execution != execution or error[0] == JobNotFoundError.__name__):
            return build_refusal(JobRecord(job, execution, now), *error, now)
        report = build_refusal(record, *error, now) if error else self._add_up(record, now)
        return self._publish(record, report)

    def report_stopped(self, job: str, execution: str, stop: Stop) -> dict[str, Any] | None:
        """The report of a job whose execution ended without one, which stops the job; None where the
        job is none of that execution's, or has its report."""
        record = self._ledger.job(job)
        if record is None or record.execution != execution or record.state is JobState.ENDED:
            return None
        self._ledger.stop(job, stop)
        return self._publish(record, self._add_up(record, self._clock.now()))

    def _publish(self, record: JobRecord, report: dict[str, Any]) -> dict[str, Any]:
        job = record.job
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
        stop = self._ledger.stopped(record.job)
        if stop and not record.units:
            return build_unplanned(record, stop, now)
        plan = self._plans.find(record.job)
        units, settled = self._ledger.units(record.job), self._ledger.settled(record.job)
        url = self._join_rejects(plan, units, settled)
        report = build_report(record, plan, units, settled, now, url, stop)
        if "export" in report and report["export"]["manifest"]:
            write_manifests(self._store, plan, record, units, now)
        return report

    def _join_rejects(
        self, plan: Plan, units: Iterable[UnitRecord], settled: Mapping[int, Settled]
    ) -> str | None:
        """One rejects file of all parts that the ledger knows of."""
        accounts = add_up(units, settled, plan.job.operation)
        behind = {unit.unit: unit.window + unit.page for unit in accounts.moving if unit.tally.rejected}
        listed = self._store.list(self._bucket, layout.reject_parts_prefix(plan.job_id))
        parts = [key for key in listed if layout.is_committed_part(key, behind)]
        parts += [part for one in accounts.settled.values() for part in one.parts]
        if not parts:
            return None
        key = layout.rejects_key(plan.job_id, plan.rejects_ending)
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
        return url_of(self._bucket, key)
