"""Plans a job: looks at all that it is about, cuts it into units, and goes from phase to phase."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from headrace import layout
from headrace.allowed import Allowed
from headrace.errors import JobCancelledError, JobInvalidError, JobNotFoundError
from headrace.job.control import read_control
from headrace.job.naming import job_name
from headrace.job.parse import parse_job
from headrace.job.start import Upload, decode_options, is_control_object, read_upload, upload_job
from headrace.ledger import JobRecord, JobState, Ledger, Stop, UnitRecord, UnitState
from headrace.plan import Phase, Plan, Plans, Task, Work
from headrace.planning.tables import TablePlanner, work_units
from headrace.planning.texts import TextPlanner
from headrace.ports import Clock, Executions, ObjectStore, Places, Remaining
from headrace.resuming import Resuming


@dataclass(frozen=True, slots=True)
class Execution:
    """The state machine's execution that asks; `home`: see `Allowed`."""

    arn: str
    name: str
    home: str


class Planner:
    """
    Args:
        bucket: the data bucket, where the plan goes.
        allowed: the stack's settings `tables`, `queues` and `roles`.
    """

    def __init__(
        self,
        store: ObjectStore,
        places: Places,
        ledger: Ledger,
        executions: Executions,
        clock: Clock,
        bucket: str,
        allowed: Allowed,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._clock = clock
        self._bucket = bucket
        self._plans = Plans(store, bucket)
        self._texts = TextPlanner(store, places, bucket, allowed)
        self._tables = TablePlanner(store, places, bucket, allowed)
        self._resuming = Resuming(store, ledger, self._plans, executions, clock, bucket)

    def plan(
        self, document: object, execution: Execution, remaining: Remaining, reserve: float
    ) -> dict[str, Any]:
        """What the state machine goes on with; `status` says how. However often a call is tried again,
        it answers the same.

        - PLANNED: the units are in `bucket`, `units_key`; `again`: to be called again once they are done
        - DRY_RUN: nothing is to be done
        - PLANNING: time ran out; the same call again goes on
        - ENDED: the job was stopped, or what it had to count could not be counted
        - DUPLICATE: another execution has this upload already
        - IGNORED: the upload is no data
        - CANCELLING: the input was to cancel a job, and it will

        Raises:
            JobError: the job cannot run; all that is wrong with it, if it is more than one thing.
            TransientError: trying again may help.
            TurnLostError: another execution has resumed the job.
        """
        control = read_control(document)
        if control and control.verb == "cancel":
            return self._cancel(control.job, execution)
        upload = read_upload(document)
        if upload and is_control_object(upload.key):
            return {"status": "IGNORED"}
        name = job_name(document, execution.name)
        record = (
            self._resuming.take_over(name, execution.arn) if control else self._claim(document, execution)
        )
        if record.execution != execution.arn:
            return {"status": "DUPLICATE", "job": name, "execution": record.execution}
        if self._ledger.stopped(name):
            return {"status": "ENDED", "job": name}
        plan = self._plans.read(name) if record.units else None
        if plan:
            return self._go_on(record, plan)
        return self._begin(record, execution.home, remaining, reserve)

    def _claim(self, document: object, execution: Execution) -> JobRecord:
        """The job's record, this execution's if it is the first. What the job is to do is kept before there
        is a record, so that whatever has one can be resumed."""
        name = job_name(document, execution.name)
        self._store.put(self._bucket, layout.document_key(name), json.dumps(document).encode())
        return self._ledger.claim(JobRecord(name, execution.arn, self._clock.now()))

    def _cancel(self, job: str, execution: Execution) -> dict[str, Any]:
        record = self._ledger.job(job)
        if record is None:
            raise JobNotFoundError(f"cancel: there is no job {job!r}, or its records have expired")
        if record.state is JobState.ENDED:
            raise JobInvalidError([f"cancel: job {job!r} has ended; nothing of it is running"])
        self._ledger.stop(job, Stop(JobCancelledError.__name__, f"cancelled by execution {execution.name}"))
        return {"status": "CANCELLING", "job": job}

    def _begin(self, record: JobRecord, home: str, remaining: Remaining, reserve: float) -> dict[str, Any]:
        job = parse_job(self._document(record.job))
        draft = (
            self._tables.plan(record.job, job, home)
            if job.operation.reads_table
            else self._texts.plan(record.job, job, home, remaining, reserve)
        )
        if draft is None:
            return {"status": "PLANNING", "job": record.job}
        plan, units = draft.plan, draft.units
        self._plans.save(plan)
        running = replace(record, state=JobState.RUNNING, units=len(units), records=plan.records)
        return self._start(running, plan, units)

    def _document(self, job: str) -> object:
        """The job as it was started; an upload's with the options of its folder."""
        text = self._store.get(self._bucket, layout.document_key(job))
        if text is None:
            raise JobNotFoundError(f"resume: what job {job!r} was to do has expired: start it anew")
        document = json.loads(text)
        upload = read_upload(document)
        return self._with_options(upload) if upload else document

    def _with_options(self, upload: Upload) -> dict[str, Any]:
        text = self._store.get(upload.bucket, upload.options_key)
        if text is None:
            return upload_job(upload, None)
        return upload_job(upload, decode_options(text, f"s3://{upload.bucket}/{upload.options_key}"))

    def _start(self, record: JobRecord, plan: Plan, units: Sequence[Work]) -> dict[str, Any]:
        """Starts a phase. The record comes last: as long as it is as it was, all of this is done again."""
        key = layout.units_key(record.job, plan.phase(record.planned), record.resumed)
        self._store.put(self._bucket, key, orjson.dumps(units))
        self._ledger.save_job(record)
        return self._answer(record, plan)

    def _go_on(self, record: JobRecord, plan: Plan) -> dict[str, Any]:
        if plan.phase(record.planned) is Phase.WORK:
            return self._answer(record, plan)
        # Whoever has resumed the job meanwhile may have begun to work: that is none of what was counted.
        units = [unit for unit in self._ledger.units(record.job) if Task(unit.task).counts]
        if any(unit.state is UnitState.FAILED for unit in units):
            return {"status": "ENDED", "job": record.job}
        if sum(unit.state is UnitState.DONE for unit in units) < plan.counted:
            return self._answer(record, plan)
        return self._work(replace(record, planned=_add_up(units)), plan, units)

    def _work(self, record: JobRecord, plan: Plan, counted: Sequence[UnitRecord]) -> dict[str, Any]:
        """Goes on to the phase `work`, now that all is counted."""
        if plan.job.dry_run:
            self._ledger.save_job(record)
            return self._answer(record, plan)
        units = work_units(plan, plan.counted, Counter(Task(unit.task) for unit in counted))
        return self._start(replace(record, units=plan.counted + len(units)), plan, units)

    def _answer(self, record: JobRecord, plan: Plan) -> dict[str, Any]:
        phase = plan.phase(record.planned)
        return {
            "status": "DRY_RUN" if plan.job.dry_run and phase is Phase.WORK else "PLANNED",
            "again": phase is Phase.COUNT,
            "job": record.job,
            "bucket": self._bucket,
            "units_key": layout.units_key(record.job, phase, record.resumed),
            "units": record.units,
            "concurrency": plan.job.concurrency,
        }


def _add_up(counted: Iterable[UnitRecord]) -> dict[str, int]:
    """What is to be moved, and what a mirror is to delete."""
    items: Counter[str] = Counter()
    for unit in counted:
        items["deletes" if unit.task == Task.COUNT_PRUNE else "items"] += unit.tally.rows
    return dict(items)
