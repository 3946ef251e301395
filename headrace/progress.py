"""How far a job is, from what its ledger says at the moment, and how fast it goes.

A job that runs on this machine and one that the pipeline runs are followed by the same numbers, and
those of a job that ended are those of its report.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from headrace.accounts import Accounts, add_up
from headrace.job.model import Operation
from headrace.ledger import JobRecord, JobState, Ledger, Settled, UnitRecord, UnitState
from headrace.plan import Phase, Plan, Plans
from headrace.ports import Clock


class JobPhase(StrEnum):
    """COUNTING: something has to be counted before it is done. SETTLING: all is read, and the writers are
    still at it."""

    PLANNING = "planning"
    COUNTING = "counting"
    WORKING = "working"
    SETTLING = "settling"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Progress:
    """`operation` is None until the job is planned. `read` to `rejected` are rows, as in the report: `read`
    may be ahead of the other four together as long as the job runs.

    `done` of `total` is the way behind the job, in records: rows that are accounted for, blank lines,
    and items that the filter left out; where the job only counts, items that it looked at. `total` is
    None where nobody knows it, and `is_estimate` tells that it is what DynamoDB said, some hours old.

    `units` of which `units_done` and `units_failed`; messages to the write queue; `counted` items;
    `throttles` by DynamoDB's reason, of writes and reads; what was consumed, in write and read units.
    """

    job: str
    phase: JobPhase = JobPhase.PLANNING
    operation: Operation | None = None
    read: int = 0
    written: int = 0
    superseded: int = 0
    skipped: int = 0
    rejected: int = 0
    done: int = 0
    total: int | None = None
    is_estimate: bool = False
    units: int = 0
    units_done: int = 0
    units_failed: int = 0
    messages_sent: int = 0
    messages_settled: int = 0
    counted: int = 0
    throttles: Mapping[str, int] = field(default_factory=dict)
    write_units: float = 0.0
    read_units: float = 0.0

    @property
    def accounted(self) -> int:
        """Rows of which it is known what became of them."""
        return self.written + self.superseded + self.skipped + self.rejected


def read_progress(ledger: Ledger, plans: Plans, job: str) -> Progress:
    """How far a job is; one that has no record yet is in its planning.

    Raises TransientError: trying again may help."""
    record = ledger.job(job)
    if record is None:
        return Progress(job)
    plan = plans.find(job) if record.units else None
    if plan is None:
        return Progress(job, _phase_of_unplanned(record))
    is_stopped = record.state is JobState.ENDED and ledger.stopped(job) is not None
    return progress_of(record, plan, ledger.units(job), ledger.settled(job), is_stopped)


def progress_of(
    record: JobRecord,
    plan: Plan,
    units: Sequence[UnitRecord],
    settled: Mapping[int, Settled],
    is_stopped: bool = False,
) -> Progress:
    """
    Args:
        is_stopped: the job ended before its end: what is queued and not settled is not read, as the
            report has it.
    """
    accounts = add_up(units, settled, plan.job.operation)
    done = _done(record, plan, accounts)
    total, is_estimate = _total(record, plan, accounts, done)
    return Progress(
        job=record.job,
        phase=_phase(record, plan, accounts),
        operation=plan.job.operation,
        **accounts.rows(accounts.counts.requests if is_stopped else accounts.queued_rows()),
        done=done,
        total=total,
        is_estimate=is_estimate,
        units=record.units - accounts.void,
        units_done=accounts.units_in(UnitState.DONE),
        units_failed=accounts.units_in(UnitState.FAILED),
        messages_sent=accounts.sent(),
        messages_settled=accounts.settled_messages(),
        counted=accounts.counted.rows,
        throttles=_throttles(accounts),
        write_units=accounts.consumed.units,
        read_units=accounts.read_units,
    )


def _phase_of_unplanned(record: JobRecord) -> JobPhase:
    return JobPhase.ENDED if record.state is JobState.ENDED else JobPhase.PLANNING


def _phase(record: JobRecord, plan: Plan, accounts: Accounts) -> JobPhase:
    if record.state is JobState.ENDED:
        return JobPhase.ENDED
    if plan.phase(record.planned) is Phase.COUNT:
        return JobPhase.COUNTING
    ended = accounts.units_in(UnitState.DONE) + accounts.units_in(UnitState.FAILED)
    return JobPhase.SETTLING if ended == record.units - accounts.void else JobPhase.WORKING


def _done(record: JobRecord, plan: Plan, accounts: Accounts) -> int:
    if _only_counts(record, plan):
        return accounts.counted.scanned
    tally = accounts.tally
    accounted = accounts.rows(accounts.counts.requests)["read"]
    return accounted + max(tally.records, tally.scanned) - tally.rows


def _only_counts(record: JobRecord, plan: Plan) -> bool:
    is_count = plan.job.operation is Operation.COUNT or plan.job.dry_run
    return is_count or plan.phase(record.planned) is Phase.COUNT


def _total(record: JobRecord, plan: Plan, accounts: Accounts, done: int) -> tuple[int | None, bool]:
    """The total, and whether it is an estimate."""
    if not plan.job.operation.reads_table:
        return plan.records, False
    if record.planned:
        return max(accounts.counted.scanned, done), False
    items = None if _reads_a_part(plan) else plan.table.get("items")
    return (max(items, done), True) if items else (None, False)


def _reads_a_part(plan: Plan) -> bool:
    """Or of a mirror two tables: the size of the one tells nothing."""
    scan = plan.job.scan
    return plan.job.mirror or any((scan.key_condition, scan.index, scan.limit_per_segment))


def _throttles(accounts: Accounts) -> Mapping[str, int]:
    met: Counter[str] = Counter()
    for throttles in (
        accounts.consumed.throttles,
        accounts.counted.read_throttles,
        accounts.tally.read_throttles,
    ):
        met.update(throttles)
    return dict(sorted(met.items()))


class Pace:
    """Records a second over the last while, and from them the time that is left.

    Args:
        window: seconds that are looked back.
    """

    def __init__(self, clock: Clock, window: float = 30.0) -> None:
        self._clock = clock
        self._window = window
        self._looks: deque[tuple[float, int]] = deque()
        self._last: Progress | None = None

    def see(self, progress: Progress) -> None:
        """Takes a look into account. A phase that starts its records anew starts the pace anew."""
        now = self._clock.now()
        if self._looks and progress.done < self._looks[-1][1]:
            self._looks.clear()
        self._looks.append((now, progress.done))
        while len(self._looks) > 2 and self._looks[1][0] <= now - self._window:
            self._looks.popleft()
        self._last = progress

    @property
    def per_second(self) -> float | None:
        """None before two looks at different times."""
        if not self._looks:
            return None
        (start, first), (end, last) = self._looks[0], self._looks[-1]
        return (last - first) / (end - start) if end > start else None

    @property
    def seconds_left(self) -> float | None:
        """None where nobody knows: no total, or nothing moves."""
        if self._last is None or self._last.total is None or not self.per_second:
            return None
        return max(self._last.total - self._last.done, 0) / self.per_second
