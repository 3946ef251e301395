"""What is settled: the records that make the accounts exact under retries and repeated deliveries.

A job has one record, each work unit one, and each message is settled by one conditional update that
can succeed only once. The port is `Ledger`. Whoever works on a unit takes a turn at it: a worker that
was given up, and goes on all the same, can save nothing over what a later one has done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from headrace.ports import Counts


class JobState(StrEnum):
    PLANNING = "planning"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class JobRecord:
    """`execution`: the ARN of the execution whose job it is. Times are seconds since 1970."""

    job: str
    execution: str
    started: float
    state: JobState = JobState.PLANNING
    units: int = 0
    records: int | None = None
    """Records that the plan counted, the header left out; None where it cannot (gzip)."""
    error: str | None = None
    """What went wrong outside any unit."""
    resumed: int = 0
    """How often it was resumed."""
    planned: Mapping[str, int] = field(default_factory=dict)
    """What was counted before anything was done: `items`, and `deletes` of a mirror."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a job is to stop: the name of one of our errors, and its text."""

    error: str
    cause: str


class UnitState(StrEnum):
    """VOID: another unit does its work again; it counts for nothing."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    VOID = "void"

    @property
    def is_final(self) -> bool:
        """Nobody works on the unit any more."""
        return self in (UnitState.DONE, UnitState.VOID)


@dataclass(frozen=True, slots=True)
class RejectNote:
    """The first reject of a unit, for the report."""

    row: int | None
    offset: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class DuplicateNote:
    """The first row of a unit that a later one superseded."""

    row: int
    superseded_by: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What a unit's rows became before they were queued, or without ever being."""

    records: int = 0
    """Records read, blank lines included."""
    rows: int = 0
    """Records that are not blank: `rows = requests + superseded + rejected`."""
    requests: int = 0
    superseded: int = 0
    rejected: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    """How many rejects of each `code column`."""
    first_reject: RejectNote | None = None
    first_duplicate: DuplicateNote | None = None
    delivered: int = 0
    """Rows that are at the job's target already, no writer needed: in the user's queue, in an export."""
    user_messages: int = 0
    """Messages in the user's queue."""
    scanned: int = 0
    """Items that DynamoDB looked at, before the filter."""
    read_units: float = 0.0
    read_throttles: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """An object of an export. `bytes` as stored; `md5` as base64 text."""

    key: str
    items: int
    bytes: int
    etag: str
    md5: str


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """Where a unit stands. The cursor is the window or the page that is being worked on, with how many
    of the unit's messages are sent; `tally` counts what is before it.

    `offset`, `row`, `window` are a chunk's cursor, `key` (a page's start) and `page` a segment's.
    `mark` tells whether the messages of the window or page in flight, made again, are the same;
    `pending` is how many they are at most. `void`: ranges (first, count) of message numbers that are
    given up, because what they carried could not be made again. `turn`: of the worker that has it.
    """

    unit: int
    state: UnitState = UnitState.RUNNING
    offset: int = 0
    row: int = 0
    window: int = 0
    first_message: int = 0
    sent: int = 0
    tally: Tally = Tally()
    error: str | None = None
    task: str = "move"
    key: str | None = None
    page: int = 0
    mark: str = ""
    pending: int = 0
    void: tuple[tuple[int, int], ...] = ()
    parts: tuple[Part, ...] = ()
    turn: int = 0

    @property
    def required(self) -> int:
        """The messages that have to be settled, as a bitmap."""
        numbers = (1 << self.sent) - 1
        for first, count in self.void:
            numbers &= ~(((1 << count) - 1) << first)
        return numbers


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message, or of a part of it: `parts` are the rejects files made on the way,
    `reason` why the first request that was refused or given up was."""

    counts: Counts = Counts()
    parts: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a message is written, where its writer had to put it back."""

    lines: int = 0
    outcome: Outcome = Outcome()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is known of a message that was just received."""

    settled: bool = False
    stopped: bool = False
    """The job is to stop."""
    progress: Progress = Progress()
    reason: str | None = None
    """Why the last try to write it failed."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of those messages of one unit that are settled.

    `numbers`: which they are; `parked`: which others were set aside when their job stopped. Both are
    bitmaps: bit n stands for message n."""

    numbers: int = 0
    in_progress: int = 0
    """Lines of messages that are put back half written: this moves before a message is settled."""
    counts: Counts = Counts()
    parts: tuple[str, ...] = ()
    reason: str | None = None
    """Why the first request that was refused or given up was."""
    parked: int = 0

    @property
    def messages(self) -> int:
        return self.numbers.bit_count()


class Ledger(Protocol):
    def claim(self, record: JobRecord) -> JobRecord:
        """Makes the job's record unless there is one; returns the one that is there now."""
        ...

    def job(self, job: str) -> JobRecord | None: ...

    def save_job(self, record: JobRecord) -> None:
        """Raises TurnLostError: the job was resumed since, and is another execution's."""
        ...

    def stop(self, job: str, stop: Stop) -> None:
        """Tells all who work on the job to stop. The first reason stays."""
        ...

    def stopped(self, job: str) -> Stop | None: ...

    def clear_stop(self, job: str) -> None: ...

    def unit(self, job: str, unit: int) -> UnitRecord | None: ...

    def take_unit(self, job: str, fresh: UnitRecord) -> UnitRecord:
        """The unit's record, or `fresh` where there is none, with a turn of the caller's own, saved.
        One that is done or void comes back as it is."""
        ...

    def save_unit(self, job: str, record: UnitRecord) -> None:
        """A unit that is done stays as it is, unless it is to be void.

        Raises TurnLostError: another worker has taken the unit since, done or not, or it is void."""
        ...

    def reopen_unit(self, job: str, record: UnitRecord) -> None:
        """Puts the record in the place of one that is done or failed. Where another worker has taken the
        unit since, or it is in another state, nothing changes."""
        ...

    def units(self, job: str) -> list[UnitRecord]: ...

    def delivery(self, job: str, unit: int, sequence: int) -> Delivery: ...

    def keep_progress(self, job: str, unit: int, sequence: int, progress: Progress) -> None: ...

    def note_failure(self, job: str, unit: int, sequence: int, reason: str) -> None: ...

    def settle(self, job: str, unit: int, sequence: int, outcome: Outcome) -> bool:
        """Settles a message with what became of its requests. False: it was settled before, and the
        accounts stay as they were."""
        ...

    def park(self, job: str, unit: int, sequence: int) -> None:
        """Notes that a message of a stopped job is set aside."""
        ...

    def settled(self, job: str) -> dict[int, Settled]:
        """By unit."""
        ...


def add_counts(one: Counts, other: Counts) -> Counts:
    return Counts(
        one.written + other.written,
        one.skipped + other.skipped,
        one.rejected + other.rejected,
        one.failed + other.failed,
        one.units + other.units,
        _add_maps(one.throttles, other.throttles),
    )


def add_outcomes(one: Outcome, other: Outcome) -> Outcome:
    return Outcome(add_counts(one.counts, other.counts), one.parts + other.parts, one.reason or other.reason)


def add_tallies(one: Tally, other: Tally) -> Tally:
    return Tally(
        one.records + other.records,
        one.rows + other.rows,
        one.requests + other.requests,
        one.superseded + other.superseded,
        one.rejected + other.rejected,
        _add_maps(one.reasons, other.reasons),
        one.first_reject or other.first_reject,
        one.first_duplicate or other.first_duplicate,
        one.delivered + other.delivered,
        one.user_messages + other.user_messages,
        one.scanned + other.scanned,
        one.read_units + other.read_units,
        _add_maps(one.read_throttles, other.read_throttles),
    )


def _add_maps(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}
