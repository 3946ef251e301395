"""Which jobs run on this machine: a process that runs one holds its lock, and a dead process holds none."""

from __future__ import annotations

import fcntl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headrace.clock import SystemClock
from headrace.errors import JobRunningError
from headrace.names import HERE
from headrace.ports import Clock

_TRIES, _PAUSE_SECONDS = 5, 0.02
"""Of holding a lock: somebody who only looks whether it is held has it for a moment."""


def new_execution(job: str) -> str:
    """What an execution's ARN is to the state machine: the name of one process's work on a job."""
    return f"{HERE}{job}:{uuid.uuid4().hex}"


class JobLocks:
    """The port `Executions` for this machine.

    Args:
        folder: where the locks are; it is made where there is none.
    """

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._folder = folder
        self._clock = clock or SystemClock()
        self._held: set[str] = set()

    @contextmanager
    def hold(self, job: str) -> Iterator[None]:
        """Raises JobRunningError: another process works on the job."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with open(self._path(job), "a+") as file:
            if not self._lock(file.fileno()):
                raise JobRunningError(
                    f"job {job!r} is running on this machine; wait until it ends, or cancel it"
                )
            self._held.add(job)
            try:
                yield
            finally:
                self._held.discard(job)

    def is_held(self, job: str) -> bool:
        """Whether a process works on the job, this one or another."""
        if job in self._held:
            return True
        try:
            with open(self._path(job)) as file:
                return not _lock(file.fileno(), fcntl.LOCK_SH)
        except FileNotFoundError:
            return False

    def is_running(self, arn: str) -> bool:
        """Of the jobs that this process holds, no other execution runs."""
        job = arn.removeprefix(HERE).rpartition(":")[0]
        return job not in self._held and self.is_held(job)

    def _lock(self, descriptor: int) -> bool:
        for _ in range(_TRIES):
            if _lock(descriptor, fcntl.LOCK_EX):
                return True
            self._clock.sleep(_PAUSE_SECONDS)
        return False

    def _path(self, job: str) -> Path:
        return self._folder / f"{job}.lock"


def _lock(descriptor: int, kind: int) -> bool:
    """Until the file is closed."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
