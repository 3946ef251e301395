"""The pipeline on this machine for one's own Python: runs jobs, follows them, and keeps what they leave."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from headrace.errors import JobNotFoundError
from headrace.here.machine import HereMachine
from headrace.job.control import check_job_name
from headrace.job.model import MIB, Operation, Place
from headrace.library.deployed import Deployed
from headrace.library.following import Report
from headrace.library.jobs import JobStatus, JobSummary
from headrace.library.naming import job_name_of
from headrace.library.pipeline import JobDocument, Pipeline, ignore
from headrace.library.starting import check_job
from headrace.locations import FILE
from headrace.plan import Plan
from headrace.progress import Progress, read_progress
from headrace.retrying import retry_job

if TYPE_CHECKING:
    from headrace.here.runner import Runner
    from headrace.here.wiring import Workbench

DEFAULT_WORKERS = 10
_SMALL, _WINDOW_BYTES = {"chunk_bytes": 8 * MIB, "message_bytes": 120 * 1024}, MIB
"""Of a job that does not say them: on one machine small windows and messages keep the memory small: see
`_BLOCK` in headrace/here/folders.py. Messages of half the size would cost a tenth more CPU."""
_LATE_SECONDS = 0.0
"""A process writes its job's report itself: of one that ended without, none comes."""
READS_TEXT = (Operation.LOAD, Operation.RESTORE)

OnProgress = Callable[[Progress], object]


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where jobs of this machine are kept: `HEADRACE_HOME`, or headrace/ in the user's folder for state."""
    if home := environment.get("HEADRACE_HOME"):
        return Path(home).absolute()
    return Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "headrace"


def url_of_path(path: str | Path) -> str:
    """A file or a folder of this machine as a job names it; what is a URL stays as it is."""
    if isinstance(path, str) and "://" in path:
        return path
    absolute = Path(path).expanduser().absolute()
    is_folder = absolute.is_dir() or str(path).endswith("/")
    return f"{FILE}{absolute}{'/' if is_folder else ''}"


class LocalPipeline:
    """Jobs that run on this machine, with threads, and with this machine's own credentials.

    >>> with LocalPipeline() as pipeline:
    ...     report = pipeline.run({"operation": "count", "source": "orders"})
    >>> report["count"]["items"]
    4

    Args:
        folder: where jobs are kept, so that they can be resumed; by default see `state_folder`.
        region, profile: by default what the environment and the AWS configuration say.
        endpoint: URL of an emulator; by default AWS, or `AWS_ENDPOINT_URL`.
        workers: batches that are written at once, and segments that are read at once.
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        *,
        region: str | None = None,
        profile: str | None = None,
        endpoint: str | None = None,
        workers: int = DEFAULT_WORKERS,
    ) -> None:
        place = Place(region=region, profile=profile, endpoint=endpoint)
        self._use(_workbench(Path(folder).absolute() if folder else state_folder(), place), workers)

    @classmethod
    def of(cls, bench: Workbench, workers: int = DEFAULT_WORKERS) -> Self:
        """The pipeline that has these parts."""
        pipeline = cls.__new__(cls)
        pipeline._use(bench, workers)
        return pipeline

    def _use(self, bench: Workbench, workers: int) -> None:
        self._bench = bench
        self._workers = workers
        self._runner: Runner | None = None
        self._interrupted = False
        machine = HereMachine(bench.ledger, bench.locks, bench.store, bench.bucket)
        self._view = Pipeline.of(
            Deployed(machine, bench.store, bench.ledger, bench.clock, bench.rng, bench.bucket, _LATE_SECONDS)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._bench.close()

    def run(self, job: JobDocument, name: str | None = None, on_progress: OnProgress | None = None) -> Report:
        """Runs a job to its end; returns its report, also that of one that failed.

        Args:
            job: its `source` or `target` may be a file or a folder, as `file:///folder/name`.
            name: 1 to 80 characters, never used before; by default one that says what the job does, with
                which table, and when.
            on_progress: called several times a second.

        Raises:
            JobInvalidError: everything that is wrong with the job, before anything is called.
            JobExistsError: the name was used before.
        """
        checked = check_job(job, name)
        name = name or job_name_of(checked.job, self._bench.clock.now(), self._bench.rng)
        document = made_small(checked.document) if checked.job.operation in READS_TEXT else checked.document
        return self._run(document, name, on_progress)

    def resume(self, job: str, on_progress: OnProgress | None = None) -> Report:
        """Goes on with a job that was interrupted, that failed, or whose process was killed.

        Raises JobNotFoundError, JobRunningError."""
        check_job_name(job)
        if self._bench.ledger.job(job) is None:
            raise JobNotFoundError(f"resume: there is no job {job!r} on this machine")
        return self._run({"resume": job}, job, on_progress)

    def retry(
        self, job: str, mended: str | Path | None = None, on_progress: OnProgress | None = None
    ) -> Report:
        """Loads the rejects of a job again, in a job of their own.

        Args:
            mended: the rejects file, mended; by default the one that the job left, as it is.

        Raises NothingToRetryError, JobRunningError, JobNotFoundError.
        """
        return self.run(self.retry_job(job, mended), on_progress=on_progress)

    def retry_job(self, job: str, mended: str | Path | None = None) -> dict[str, Any]:
        """The job that `retry` runs."""
        again = retry_job(self.report(job), self.plan(job))
        return again if mended is None else again | {"source": url_of_path(mended)}

    def interrupt(self) -> None:
        """Stops the job that runs, from a signal's handler or another thread; `run` then gives its report.
        Where none runs yet, the next one is stopped when it begins."""
        self._interrupted = True
        if runner := self._runner:
            runner.interrupt()

    def jobs(self, limit: int = 20) -> list[JobSummary]:
        """The last jobs, the newest first."""
        return self._view.jobs(limit)

    def status(self, job: str) -> JobStatus:
        """Where a job stands. Raises JobNotFoundError."""
        return self._view.status(job)

    def wait(self, job: str, on_progress: OnProgress | None = None, timeout: float | None = None) -> Report:
        """Waits until a job that another process runs is over; see `Pipeline.wait`."""
        return self._view.wait(job, on_progress or ignore, timeout)

    def report(self, job: str) -> Report:
        """The report of a job. Raises JobNotFoundError, JobRunningError."""
        return self._view.report(job)

    def rejects(self, job: str, path: str | Path) -> Path | None:
        """Copies the rejects of a job that has ended; see `Pipeline.rejects`."""
        return self._view.rejects(job, path)

    def page(self, job: str, path: str | Path) -> Path:
        """Copies the report of a job as a page; see `Pipeline.page`."""
        return self._view.page(job, path)

    def plan(self, job: str) -> Plan:
        """What a job was planned to be. Raises JobNotFoundError: it was never planned."""
        plan = self._bench.plans.read(job)
        if plan is None:
            raise JobNotFoundError(f"job {job!r} was never planned")
        return plan

    def cancel(self, job: str) -> str:
        """Stops a job that another process runs. Raises JobInvalidError: it has ended already."""
        return self._view.cancel(job)

    def _run(self, document: Mapping[str, Any], name: str, on_progress: OnProgress | None) -> Report:
        ledger, plans = self._bench.ledger, self._bench.plans

        def tell(job: str) -> None:
            if on_progress:
                on_progress(read_progress(ledger, plans, job))

        self._runner = self._bench.runner(self._workers, tell)
        try:
            if self._interrupted:
                self._runner.interrupt()
            report = self._runner.run(document, name)
        finally:
            self._runner, self._interrupted = None, False
        tell(name)
        return report


def made_small(document: Mapping[str, Any]) -> dict[str, Any]:
    """A job that reads text, as it runs on one machine."""
    own = document.get("parallel", {})
    # Who says how long a chunk is may have rows in it that are to meet.
    windows = {} if "chunk_bytes" in own else {"window_bytes": _WINDOW_BYTES}
    return {**document, "parallel": {**_SMALL, **windows, **own}}


def _workbench(folder: Path, own: Place) -> Workbench:
    """The wiring brings all of AWS's SDK: it is imported when it is needed."""
    from headrace.here.wiring import Workbench  # noqa: PLC0415

    return Workbench(folder, own)
