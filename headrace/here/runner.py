"""Runs a job on this machine: what the state machine does, as a loop over threads.

A process that is killed leaves what it had in its queue to the job's resumption, which finds it in the
ledger: sent, neither settled nor set aside.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any

import orjson

from headrace.backoff import full_jitter
from headrace.errors import (
    JobCancelledError,
    JobError,
    JobExistsError,
    RowsMissingError,
    TransientError,
)
from headrace.here.crew import Crew
from headrace.here.locks import JobLocks, new_execution
from headrace.here.queue import HereQueue
from headrace.here.workers import MessageWorker, Stopping, UnitWorker, until
from headrace.job.naming import job_name
from headrace.ledger import JobState, Ledger, Stop
from headrace.line_writer import Width
from headrace.plan import Work, work_of
from headrace.planner import Execution, Planner
from headrace.ports import Clock, ObjectStore
from headrace.reporter import Reporter
from headrace.settling import look

HOME = "arn:aws:dynamodb:here:000000000000:table/"
"""Stands for the account and the region that this machine's own credentials are of."""
PLAN_TRIES = 5
STALL_SECONDS = 900.0
LOOK_SECONDS = 0.25
TEXT_AT_ONCE = 1
"""Chunks of text that are worked on at once. More would take more memory, and as much time: only one thread
at a time makes items of rows."""
_LOOK_SHARE = 50
"""Of the time that is told of a job, one part of so many goes into looking."""
_RESERVE_SECONDS = 1.0

OnLook = Callable[[str], object]
"""Called again and again with the job's name while it runs."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run works with; made for one run. `stopping` is the workers' too, and `width` the writers'."""

    store: ObjectStore
    ledger: Ledger
    planner: Planner
    reporter: Reporter
    units: UnitWorker
    messages: MessageWorker
    queue: HereQueue
    width: Width
    locks: JobLocks
    clock: Clock
    rng: random.Random
    stopping: Stopping


class Runner:
    """Runs one job, once.

    Args:
        workers: how many messages are written at once, and at most how many segments are read.
        on_look: what is to be told of the job while it runs.
        stall_seconds: how long nothing may move before the job is stopped.
        processor: seconds of it that this process has used.
    """

    def __init__(
        self,
        parts: Parts,
        workers: int,
        on_look: OnLook = lambda _: None,
        stall_seconds: float = STALL_SECONDS,
        processor: Callable[[], float] = time.process_time,
    ) -> None:
        self._parts = parts
        self._workers = workers
        self._on_look = on_look
        self._stall_seconds = stall_seconds
        self._processor = processor
        self._interrupted = False
        self._next_look = 0.0
        self._crew: Crew | None = None

    def interrupt(self) -> None:
        """Stops the job: workers end at their next page or batch, what is queued is set aside, and `run`
        returns the report. May be called from a signal's handler and from any thread."""
        self._interrupted = True
        self._parts.stopping.set()

    def run(self, document: Mapping[str, Any], name: str) -> dict[str, Any]:
        """The report; or, of a document that starts no job, what the planner says of it.

        Args:
            document: a job, or `{"resume": "<job>"}`.
            name: of the job, if it is a new one.

        Raises:
            JobRunningError: a process of this machine works on the job.
            JobExistsError: the name was used before.
            HeadraceError: this machine fails: its ledger or its folder.
        """
        job = job_name(document, name)
        with self._parts.locks.hold(job):
            self._take(job, is_new="resume" not in document)
            by = Execution(new_execution(job), name, HOME)
            with ThreadPoolExecutor(self._workers, "headrace-writer") as pool:
                work, width = self._parts.messages.work, self._parts.width
                self._crew = Crew(pool, work, self._workers, width, self._parts.clock, self._processor)
                try:
                    return self._run(document, by)
                finally:
                    self._end()

    def _take(self, job: str, is_new: bool) -> None:
        """Ends a job whose process was killed: all that it had queued is lost, whether it was to stop or
        not."""
        record = self._parts.ledger.job(job)
        if record is None:
            return
        if is_new:
            raise JobExistsError(
                f"there is a job {job!r} on this machine already: give this one another name"
            )
        if record.state is not JobState.ENDED:
            self._parts.ledger.clear_stop(job)
            self._parts.ledger.save_job(replace(record, state=JobState.ENDED))

    def _run(self, document: Mapping[str, Any], by: Execution) -> dict[str, Any]:
        name, again = job_name(document, by.name), True
        while again:
            try:
                planned = self._plan(document, by)
            except (JobError, TransientError) as error:
                return self._parts.reporter.report(name, by.arn, (type(error).__name__, str(error)))
            if planned["status"] not in ("PLANNED", "DRY_RUN", "ENDED"):
                return planned
            again = planned["status"] == "PLANNED" and planned["again"]
            if planned["status"] == "PLANNED":
                self._work(planned)
        self._settle(name)
        return self._parts.reporter.report(name, by.arn)

    def _plan(self, document: Mapping[str, Any], by: Execution) -> dict[str, Any]:
        """Planning that is interrupted keeps what it has found; the next call sees that it is to stop. Before
        the first one, a job that is resumed is still stopped."""
        tries = 0
        while True:
            try:
                planned = self._parts.planner.plan(
                    document, by, until(self._parts.stopping), _RESERVE_SECONDS
                )
            except TransientError:
                tries += 1
                if tries == PLAN_TRIES:
                    raise
                self._parts.clock.sleep(full_jitter(tries, self._parts.rng))
                continue
            self._look(job_name(document, by.name))
            if planned["status"] != "PLANNING":
                return planned

    def _work(self, planned: Mapping[str, Any]) -> None:
        """The Map over the list of units. Once the job is to stop, no more of them are begun."""
        job = planned["job"]
        listed = orjson.loads(self._parts.store.get(planned["bucket"], planned["units_key"]) or b"[]")
        at_once = min(planned["concurrency"], self._at_once(listed))
        units = map(work_of, listed)
        with ThreadPoolExecutor(at_once, "headrace-unit") as pool:
            try:
                pending: set[Future[None]] = set()
                while pending := pending | self._begun(pool, job, islice(units, at_once - len(pending))):
                    done, pending = wait(pending, LOOK_SECONDS, FIRST_COMPLETED)
                    _check(done)
                    self._look(job)
            except BaseException:
                self._end()
                raise

    def _at_once(self, listed: Sequence[Mapping[str, Any]]) -> int:
        has_segments = any("segment" in fields for fields in listed)
        return self._workers if has_segments else TEXT_AT_ONCE

    def _begun(self, pool: ThreadPoolExecutor, job: str, units: Iterable[Work]) -> set[Future[None]]:
        if self._parts.stopping.is_set():
            return set()
        return {pool.submit(self._parts.units.work, job, unit) for unit in units}

    def _end(self) -> None:
        """All workers end, whatever there is still to do."""
        self._parts.stopping.set()
        self._parts.queue.close()

    def _settle(self, job: str) -> None:
        """Waits until nothing is queued any more. Where nothing moves for long, the job is stopped, and what
        is left is set aside for its resumption."""
        self._look(job)  # an interruption after the last look has kept units from being begun
        watch: Mapping[str, Any] | None = None
        while not self._parts.queue.wait_until_empty(LOOK_SECONDS):
            now = self._parts.clock.now()
            watch = asdict(look(self._parts.ledger, job, watch, now, self._stall_seconds).watch)
            if now - watch["moved"] >= self._stall_seconds:
                cause = f"the table took nothing for {self._stall_seconds:.0f} s"
                self._parts.ledger.stop(job, Stop(RowsMissingError.__name__, cause))
            self._look(job)

    def _look(self, job: str) -> None:
        if self._crew:
            self._crew.check()
            if self._parts.queue.has_waiting():
                self._crew.grow()
        if self._interrupted:
            self._parts.ledger.stop(job, Stop(JobCancelledError.__name__, "interrupted"))
        if self._parts.ledger.stopped(job):
            self._parts.stopping.set()
        self._tell(job)

    def _tell(self, job: str) -> None:
        """Looking takes longer the more units there are, and is done the less often."""
        before = self._parts.clock.now()
        if before >= self._next_look:
            self._on_look(job)
            after = self._parts.clock.now()
            self._next_look = after + max(LOOK_SECONDS, (after - before) * _LOOK_SHARE)


def _check(ended: Iterable[Future[None]]) -> None:
    """Raises what one of them raised: nothing that the engine knows."""
    for future in ended:
        future.result()
