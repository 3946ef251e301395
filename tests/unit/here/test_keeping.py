"""What is kept of jobs on a machine, for how long, and for whose eyes."""

from __future__ import annotations

from pathlib import Path

from headrace.here.ledger import SqliteLedger
from headrace.here.wiring import RETENTION_DAYS, Workbench
from headrace.ledger import JobRecord, Outcome, UnitRecord
from headrace.ports import Counts
from tests.fakes import FakeClock, MemoryObjectStore, MemoryPlaces

DAY = 86_400


def bench(folder: Path, clock: FakeClock) -> Workbench:
    return Workbench(folder, places=MemoryPlaces(), s3=MemoryObjectStore(), clock=clock)


def test_jobs_are_forgotten_after_a_month(tmp_path: Path) -> None:
    clock = FakeClock()
    first = bench(tmp_path, clock)
    for name, age in {"old": RETENTION_DAYS + 1, "young": RETENTION_DAYS - 1}.items():
        first.ledger.claim(JobRecord(name, f"here:{name}:1", clock.now() - age * DAY))
        first.ledger.save_unit(name, UnitRecord(0))
        first.ledger.settle(name, 0, 0, Outcome(Counts(written=1)))
        first.store.put(first.bucket, f"jobs/{name}/report.json", b"{}")
    first.close()
    later = bench(tmp_path, clock)
    assert [record.job for record in later.ledger.jobs()] == ["young"]
    assert later.ledger.units("old") == []
    assert later.ledger.settled("old") == {}
    assert later.store.list(later.bucket, "jobs/") == ["jobs/young/report.json"]
    later.close()


def test_a_job_that_runs_is_kept_however_old_it_is(tmp_path: Path) -> None:
    clock = FakeClock()
    first = bench(tmp_path, clock)
    first.ledger.claim(JobRecord("old", "here:old:1", clock.now() - 99 * DAY))
    with first.locks.hold("old"):
        assert [record.job for record in bench(tmp_path, clock).ledger.jobs()] == ["old"]


def test_other_users_of_the_machine_see_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    bench(folder, FakeClock()).close()
    assert folder.stat().st_mode & 0o077 == 0


def test_two_processes_see_the_same_ledger(tmp_path: Path) -> None:
    one, other = SqliteLedger(tmp_path / "ledger.sqlite"), SqliteLedger(tmp_path / "ledger.sqlite")
    one.claim(JobRecord("job", "here:job:1", 5.0))
    one.take_unit("job", UnitRecord(3))
    assert [record.job for record in other.jobs()] == ["job"]
    assert other.take_unit("job", UnitRecord(3)).turn == 2
    one.close()
    other.close()
