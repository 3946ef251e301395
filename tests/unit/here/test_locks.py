"""Who works on a job is known by its lock, and nobody who only asks is taken for one who works."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from headrace.errors import JobRunningError
from headrace.here.locks import JobLocks
from tests.fakes import FakeClock


@pytest.fixture
def locks(tmp_path: Path) -> JobLocks:
    return JobLocks(tmp_path / "locks", FakeClock())


@pytest.fixture
def others(tmp_path: Path) -> JobLocks:
    """Those of another process."""
    return JobLocks(tmp_path / "locks", FakeClock())


def test_a_job_that_nobody_ever_held_is_not_held(locks: JobLocks) -> None:
    assert not locks.is_held("one")


def test_a_job_is_held_until_its_process_lets_go(locks: JobLocks, others: JobLocks) -> None:
    with locks.hold("one"):
        assert (locks.is_held("one"), others.is_held("one"), others.is_held("two")) == (True, True, False)
    assert (locks.is_held("one"), others.is_held("one")) == (False, False)


def test_only_one_holds_a_job(locks: JobLocks, others: JobLocks) -> None:
    with locks.hold("one"), pytest.raises(JobRunningError, match="'one' is running on this machine"):
        others.hold("one").__enter__()


def test_two_who_ask_do_not_take_each_other_for_a_worker(locks: JobLocks, others: JobLocks) -> None:
    with others.hold("one"):
        pass
    with open(locks._path("one")) as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        assert not others.is_held("one")


def test_whoever_wants_a_job_waits_for_one_who_only_asks(tmp_path: Path) -> None:
    class Clock(FakeClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            asking.close()

    locks = JobLocks(tmp_path, Clock())
    asking = open(locks._path("one"), "a+")  # noqa: SIM115 - closed while somebody waits
    fcntl.flock(asking, fcntl.LOCK_SH)
    with locks.hold("one"):
        assert locks.is_held("one")
