"""Takes a job on again where it stopped: lists what is left of it, and nothing that is done.

All that a resumption is to do is written down under its number before any of it is done, and the
job's record, which makes it hold, is saved last. So it may fail at any point and be tried again. The
stop is cleared before anything is looked at: writers park no message that nobody would see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import orjson

from headrace import layout
from headrace.errors import JobNotFoundError, JobRunningError
from headrace.ledger import JobRecord, JobState, Ledger, Settled, UnitRecord, UnitState
from headrace.plan import Phase, Plan, Plans, Segment, Unit, Work, work_of
from headrace.ports import Clock, Executions, ObjectStore

RESEND_MESSAGES = 500
"""Messages of a unit that sends parked ones again."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """`gave_up`: the job had ended by itself; a message that is neither settled nor parked is lost."""

    number: int
    gave_up: bool


@dataclass(frozen=True, slots=True)
class _Step:
    """What a resumption does beside its list of units.

    `units`: how many the job has from now on. `reset`: those that failed and are to be worked on
    again; `void`: those whose work others do again."""

    units: int
    reset: tuple[int, ...] = ()
    void: tuple[int, ...] = ()


class Resuming:
    """
    Args:
        bucket: the data bucket.
    """

    def __init__(
        self,
        store: ObjectStore,
        ledger: Ledger,
        plans: Plans,
        executions: Executions,
        clock: Clock,
        bucket: str,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._plans = plans
        self._executions = executions
        self._clock = clock
        self._bucket = bucket

    def take_over(self, job: str, execution: str) -> JobRecord:
        """Makes the job that of this execution, with what is left of it under `layout.units_key`; a job
        that has no plan yet is to be planned. The same call again changes nothing.

        Raises:
            JobNotFoundError: there is no such job.
            JobRunningError: another execution works on it.
        """
        known = self._find(job)
        if known.execution == execution:
            return known
        claim = self._claim(known, execution)
        self._ledger.clear_stop(job)
        record = self._find(job)
        plan = self._plans.read(job) if record.units else None
        step = self._step(record, plan, claim) if plan else _Step(record.units)
        self._carry_out(job, step)
        state = JobState.RUNNING if plan else JobState.PLANNING
        resumed = replace(
            record, execution=execution, resumed=claim.number, units=step.units, state=state, error=None
        )
        self._ledger.save_job(resumed)
        return resumed

    def _find(self, job: str) -> JobRecord:
        record = self._ledger.job(job)
        if record is None:
            raise JobNotFoundError(f"resume: there is no job {job!r}, or its records have expired")
        return record

    def _claim(self, record: JobRecord, execution: str) -> _Claim:
        """A resumption of this execution's alone, also where several begin at once. One that died before
        it had begun leaves its number unused; how it found the job still counts, as it may have cleared
        the stop."""
        self._check_ended(record, record)
        gave_up = record.state is JobState.ENDED and self._ledger.stopped(record.job) is None
        found, number = JobState.ENDED if gave_up else JobState.RUNNING, record.resumed
        while True:
            number += 1
            mark = JobRecord(f"{record.job}/resumption/{number}", execution, self._clock.now(), found)
            claimed = self._ledger.claim(mark)
            if claimed.execution == execution:
                return _Claim(number, claimed.state is JobState.ENDED)
            self._check_ended(record, claimed)
            found = claimed.state

    def _check_ended(self, record: JobRecord, worker: JobRecord) -> None:
        if self._executions.is_running(worker.execution):
            raise JobRunningError(
                f"resume: job {record.job!r} is running, in execution {worker.execution}; wait until it "
                f'ends, or stop it first: start an execution with {{"cancel": "{record.job}"}}'
            )

    def _step(self, record: JobRecord, plan: Plan, claim: _Claim) -> _Step:
        key = layout.resumption_key(record.job, claim.number)
        kept = self._store.get(self._bucket, key)
        if kept is not None:
            return _Step(**orjson.loads(kept))
        phase = plan.phase(record.planned)
        units, step = self._look(record, phase, claim.gave_up)
        list_key = layout.units_key(record.job, phase, claim.number)
        self._store.put(self._bucket, list_key, orjson.dumps(units))
        self._store.put(self._bucket, key, orjson.dumps(step))
        return step

    def _look(self, record: JobRecord, phase: Phase, gave_up: bool) -> tuple[list[Work], _Step]:
        known = {unit.unit: unit for unit in self._ledger.units(record.job)}
        settled = self._ledger.settled(record.job)
        works = self._listed(record, phase)
        left = _Left(record.job, record.units, known, settled, gave_up)
        for work in works.values():
            left.add(work)
        left.add_parked(works)
        # A Map wants something to do; a unit that is done is done at once.
        units = left.units or list(works.values())[-1:]
        return units, _Step(left.next, tuple(left.reset), tuple(left.void))

    def _listed(self, record: JobRecord, phase: Phase) -> dict[int, Work]:
        """All units of the phase that the job has so far, by number."""
        found: dict[int, Work] = {}
        for resumed in range(record.resumed + 1):
            text = self._store.get(self._bucket, layout.units_key(record.job, phase, resumed))
            for fields in orjson.loads(text or b"[]"):
                work = work_of(fields)
                if work.unit < record.units:
                    found[work.unit] = replace(work, again=False) if isinstance(work, Unit) else work
        return found

    def _carry_out(self, job: str, step: _Step) -> None:
        for number in step.reset:
            unit = self._ledger.take_unit(job, UnitRecord(number))
            self._ledger.save_unit(job, replace(unit, state=UnitState.RUNNING, error=None))
        for number in step.void:
            unit = self._ledger.take_unit(job, UnitRecord(number))
            self._ledger.save_unit(job, replace(unit, state=UnitState.VOID))


class _Left:
    """Gathers what is left of a job.

    Args:
        first: the number of the next new unit.
        gave_up: see `_Claim`.
    """

    def __init__(
        self,
        job: str,
        first: int,
        known: Mapping[int, UnitRecord],
        settled: Mapping[int, Settled],
        gave_up: bool,
    ) -> None:
        self.units: list[Work] = []
        self.reset: list[int] = []
        self.void: list[int] = []
        self.next = first
        self._job = job
        self._known = known
        self._settled = settled
        self._gave_up = gave_up

    def add(self, work: Work) -> None:
        """Lists the unit, if something of it is left."""
        record = self._known.get(work.unit)
        if record is not None and record.state.is_final and not self._lost(record):
            return
        if isinstance(work, Unit) and work.resend:
            self.void.append(work.unit)  # what it has not sent is parked still
        elif record is not None and self._lost(record):
            self._again(work)
        else:
            self._go_on(work, record)

    def add_parked(self, works: Iterable[int]) -> None:
        """Lists units that send again what was parked of the units of these numbers."""
        keys = [key for unit in works for key in self._parked(unit)]
        for at in range(0, len(keys), RESEND_MESSAGES):
            resend = tuple(keys[at : at + RESEND_MESSAGES])
            self.units.append(Unit(self._new(), 0, 0, 0, 0, resend=resend))

    def _go_on(self, work: Work, record: UnitRecord | None) -> None:
        if record is not None and record.state is UnitState.FAILED:
            self.reset.append(work.unit)
        self.units.append(work)

    def _again(self, work: Work) -> None:
        if isinstance(work, Segment):
            self.void.append(work.unit)
            self.units.append(replace(work, unit=self._new()))
        else:
            self.units.append(replace(work, again=True))

    def _new(self) -> int:
        self.next += 1
        return self.next - 1

    def _lost(self, record: UnitRecord) -> int:
        """The messages of the unit that nobody will see again, as a bitmap."""
        one = self._settled.get(record.unit, Settled())
        is_over = self._gave_up and record.state is not UnitState.VOID
        return record.required & ~(one.numbers | one.parked) if is_over else 0

    def _parked(self, unit: int) -> Iterator[str]:
        """Of the page or the window in flight nothing is sent again: its worker makes it anew."""
        record = self._known.get(unit)
        if record is None or record.state is UnitState.VOID or unit in self.void:
            return
        one = self._settled.get(unit, Settled())
        parked = record.required & one.parked & ~one.numbers
        for sequence in range(parked.bit_length()):
            if parked >> sequence & 1:
                yield layout.parked_key(self._job, unit, sequence)
