"""What the functions are to the state machine: a unit is worked on, and a message is written, again and again
until that is done or given up."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from headrace.backoff import full_jitter
from headrace.dead_letters import DeadLetters
from headrace.errors import HeadraceError, JobError, TurnLostError
from headrace.failures import note_unit_failure, refusal
from headrace.here.queue import HereQueue, Received
from headrace.ledger import Ledger, UnitRecord, UnitState
from headrace.loader import Loader
from headrace.plan import Plans, Segment, Work
from headrace.ports import Clock, Remaining
from headrace.scanning.scanner import Scanner
from headrace.stopping import stop_for
from headrace.writer import Writer

UNIT_TRIES = 7
MAX_RECEIVES = 5
_MESSAGE_SECONDS = 30.0
"""After which a message that its table does not take makes room for another."""
_RESERVE_SECONDS = 1.0


class Stopping:
    """Whether the job is to stop. Unlike an Event it takes no lock, so that a signal's handler may set it:
    the thread that the signal interrupts could hold that lock."""

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        self._is_set = True

    def is_set(self) -> bool:
        return self._is_set


@dataclass(frozen=True, slots=True)
class UnitWorker:
    """
    Args:
        stopping: set when the job is to stop.
    """

    loader: Loader
    scanner: Scanner
    plans: Plans
    ledger: Ledger
    clock: Clock
    rng: random.Random
    stopping: Stopping

    def work(self, job: str, work: Work) -> None:
        """Works on the unit until it is done, or its job is to stop. What no second try can mend is noted,
        and stops the job."""
        tries = 0
        while True:
            try:
                record = self._call(job, work)
            except TurnLostError:
                return
            except HeadraceError as error:
                tries += 1
                if tries == UNIT_TRIES:
                    note_unit_failure(self.ledger, job, work, refusal(error))
                    return
                self.clock.sleep(full_jitter(tries, self.rng))
            else:
                if record.state is not UnitState.RUNNING or self.ledger.stopped(job):
                    return

    def _call(self, job: str, work: Work) -> UnitRecord:
        plan = self.plans.find(job)
        try:
            if isinstance(work, Segment):
                return self.scanner.scan(plan, work, until(self.stopping), _RESERVE_SECONDS)
            return self.loader.load(plan, work, until(self.stopping), _RESERVE_SECONDS)
        except JobError as error:
            stop_for(self.ledger, job, error)
            return note_unit_failure(self.ledger, job, work, refusal(error))


@dataclass(frozen=True, slots=True)
class MessageWorker:
    """
    Args:
        stopping: set when the job is to stop.
    """

    queue: HereQueue
    writer: Writer
    dead_letters: DeadLetters
    clock: Clock
    stopping: Stopping

    def work(self) -> None:
        """Writes messages until the queue is closed."""
        while (received := self.queue.receive()) is not None:
            is_done = self._try(partial(self._write, received))
            if not is_done and received.receives >= MAX_RECEIVES:
                is_done = self._try(partial(self.dead_letters.take, received.receipt, received.body))
            if is_done:
                self.queue.delete(received)
            else:
                self.queue.give_back(received)

    def _write(self, received: Received) -> None:
        remaining = until(self.stopping, self.clock, self.clock.now() + _MESSAGE_SECONDS)
        self.writer.take(received.body, received.receipt, received.receives, remaining, _RESERVE_SECONDS)

    def _try(self, act: Callable[[], None]) -> bool:
        """What failed is in the ledger, and comes again or becomes a dead letter."""
        try:
            act()
        except HeadraceError:
            return False
        return True


def until(stopping: Stopping, clock: Clock | None = None, end: float = math.inf) -> Remaining:
    """The time until `end`, and none any more once the job is to stop."""

    def remaining() -> float:
        if stopping.is_set():
            return 0.0
        return end - clock.now() if clock else math.inf

    return remaining
