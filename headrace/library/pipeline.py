"""The deployed pipeline for one's own Python: starts jobs, follows them, and fetches what they leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from headrace import layout
from headrace.errors import JobExistsError, JobInvalidError, JobNotFoundError, JobRunningError
from headrace.job.model import Job
from headrace.library.deployed import Deployed, check_outputs
from headrace.library.following import Follower, Report
from headrace.library.jobs import JobStatus, JobSummary, Status
from headrace.library.listing import newest_jobs
from headrace.library.naming import execution_name, job_name_of
from headrace.library.starting import Checked, check_file_job, check_job, read_blocks
from headrace.locations import split_url
from headrace.names import STACK_NAME
from headrace.plan import Plans
from headrace.progress import Progress
from headrace.retrying import retry_job

JobDocument = Mapping[str, Any] | Job
"""A job as JSON, or read."""


def ignore(_: object) -> None:
    """What is done where nobody wants to know."""


class Pipeline:
    """A deployed stack. Nothing is called before it is needed.

    >>> pipeline = Pipeline()
    >>> job = pipeline.start({"operation": "count", "source": "orders"})
    >>> pipeline.wait(job)["count"]["items"]
    4

    Each method may raise StackNotFoundError, StackAccessError, CredentialsError, SettingError (the stack is
    not one of Headrace's) and TransientError (trying again may help); each that is given a job's name
    also JobNotFoundError.

    Args:
        stack: its name.
        region, profile: by default what the environment and the AWS configuration say.
        endpoint: URL of an emulator; by default AWS, or `AWS_ENDPOINT_URL`.
    """

    def __init__(
        self,
        stack: str = STACK_NAME,
        *,
        region: str | None = None,
        profile: str | None = None,
        endpoint: str | None = None,
    ) -> None:
        self._find: Callable[[], Deployed] = lambda: _find_deployed(stack, region, profile, endpoint)

    @classmethod
    def from_outputs(
        cls,
        outputs: Mapping[str, str],
        *,
        region: str | None = None,
        profile: str | None = None,
        endpoint: str | None = None,
    ) -> Pipeline:
        """The stack with these outputs, as CloudFormation or `cdk deploy --outputs-file` give them.

        Raises SettingError: StateMachineArn, DataBucketName or LedgerTableName is missing."""
        check_outputs(outputs, "the mapping of outputs")
        return cls._by(lambda: _deployed_of(outputs, region, profile, endpoint))

    @classmethod
    def of(cls, deployed: Deployed) -> Pipeline:
        """The pipeline that has these parts."""
        return cls._by(lambda: deployed)

    @classmethod
    def _by(cls, find: Callable[[], Deployed]) -> Pipeline:
        pipeline = cls()
        pipeline._find = find
        return pipeline

    def start(self, job: JobDocument, name: str | None = None) -> str:
        """Starts a job; returns its name.

        Args:
            name: 1 to 80 characters, never used before; by default one that says what the job does, with
                which table, and when. The same job of the same name, while it runs, is that job.

        Raises:
            JobInvalidError: everything that is wrong with the job, before anything is called.
            JobExistsError: the name was used before.
        """
        checked = check_job(job, name)
        return self._start(checked, name or self._name_of(checked))

    def start_file(
        self,
        path: str | Path,
        job: JobDocument,
        name: str | None = None,
        on_sent: Callable[[int], object] = ignore,
    ) -> str:
        """Sends a file of this machine to the data bucket and starts the job, a load or a restore, that has
        it as `source`; returns its name. The file there is deleted with what else the job leaves.

        Args:
            on_sent: called with the number of bytes that were sent so far.

        Raises:
            JobInvalidError, JobExistsError: see `start`.
            SourceNotFoundError, SourceAccessError: there is no such file, or it cannot be read.
        """
        path = Path(path)
        checked = check_file_job(path, job, name)
        name = name or self._name_of(checked)
        deployed = self._deployed
        if deployed.machine.describe(deployed.machine.arn_of(name)):
            raise JobExistsError(f"there is a job {name!r} already: give this one another name")
        key = layout.source_key(name, path.name)
        source = {"source": f"s3://{deployed.bucket}/{key}"}
        sent = check_job(checked.document | source, name)
        deployed.store.put_stream(deployed.bucket, key, read_blocks(path, on_sent))
        return self._start(sent, name)

    def jobs(self, limit: int = 20) -> list[JobSummary]:
        """The last jobs, the newest first; Step Functions knows those of 90 days."""
        return newest_jobs(self._deployed, limit)

    def status(self, job: str) -> JobStatus:
        """Where a job stands."""
        return self._follower.status(job)

    def wait(
        self,
        job: str,
        on_progress: Callable[[Progress], object] = ignore,
        timeout: float | None = None,
    ) -> Report:
        """Waits until a job is over; returns its report, also that of one that failed.

        Args:
            on_progress: called with each look at the job, the last one included.
            timeout: seconds.

        Raises:
            JobRunningError: time is up; the job goes on.
            JobNotFoundError: there is no such job, or it has left no report.
        """
        for status in self._follower.looks(job, timeout):
            on_progress(status.progress)
        return self.report(job)

    def report(self, job: str) -> Report:
        """The report of a job: see docs/the-report.md.

        Raises:
            JobRunningError: it has none yet.
            JobNotFoundError: there is no such job, or it has left no report.
        """
        return self._follower.report(job)

    def cancel(self, job: str) -> str:
        """Stops a job; says what happens. What is written by then is counted, the rest can be resumed, and
        `wait` gives the report, with the error JobCancelledError.

        Raises JobInvalidError: it has ended already."""
        status = self.status(job)
        if status.status is not Status.RUNNING:
            raise JobInvalidError([f"cancel: job {job!r} has ended; nothing of it is running"])
        if self._deployed.ledger.job(job) is None:
            self._deployed.machine.stop(status.execution, "cancelled before it had begun")
            return f"job {job!r} is stopped; it had not begun"
        self._deployed.machine.start(self._new_name(f"cancel-{job}"), {"cancel": job})
        return f"job {job!r} stops as soon as its functions look; what is left of it can be resumed"

    def resume(self, job: str) -> str:
        """Goes on with a job that was stopped or that failed; returns its name, which stays. Returns as soon
        as the job is on its way again.

        Raises JobRunningError: it is running."""
        if self.status(job).status is Status.RUNNING:
            raise JobRunningError(f"resume: job {job!r} is running; wait until it ends, or cancel it first")
        execution = self._deployed.machine.start(self._new_name(f"resume-{job}"), {"resume": job})
        self._follower.wait_for_resumption(job, execution)
        return job

    def rejects(self, job: str, path: str | Path) -> Path | None:
        """Fetches the rejects of a job that has ended; returns the file, or None where it has none.

        Args:
            path: the file to write, or the folder where `rejects.csv` or `rejects.jsonl` is to be.

        Raises:
            JobRunningError: it has not ended.
            SourceNotFoundError: the rejects have expired.
        """
        location = self.report(job).get("rejects", {}).get("location")
        return self._fetch(location, Path(path)) if location else None

    def page(self, job: str, path: str | Path) -> Path:
        """Fetches the report of a job as a page; returns the file.

        Args:
            path: the file to write, or the folder where `report.html` is to be.

        Raises JobRunningError, SourceNotFoundError: see `rejects`.
        """
        return self._fetch(self.report(job)["page"], Path(path))

    def retry(self, job: str, mended: str | Path | None = None, name: str | None = None) -> str:
        """Loads the rejects of a job again, in a job of their own; returns its name.

        Args:
            mended: the rejects file, mended; by default the one that the job left, as it is.
            name: see `start`.

        Raises:
            NothingToRetryError: it has no rejects, or such as no job can take.
            JobRunningError: it has not ended.
        """
        report = self.report(job)
        plan = Plans(self._deployed.store, self._deployed.bucket).read(job)
        if plan is None:
            raise JobNotFoundError(f"retry: job {job!r} was never planned, or its plan has expired")
        again = retry_job(report, plan)
        return self.start(again, name) if mended is None else self.start_file(mended, again, name)

    @cached_property
    def _deployed(self) -> Deployed:
        return self._find()

    @cached_property
    def _follower(self) -> Follower:
        return Follower(self._deployed)

    def _fetch(self, url: str, path: Path) -> Path:
        bucket, key = split_url(url)
        path = path / Path(key).name if path.is_dir() else path
        source = self._deployed.store.find(bucket, key)
        with path.open("wb") as file:
            file.writelines(self._deployed.store.read(source, 0, source.size))
        return path

    def _start(self, checked: Checked, name: str) -> str:
        self._deployed.machine.start(name, checked.document)
        return name

    def _name_of(self, checked: Checked) -> str:
        return job_name_of(checked.job, self._deployed.clock.now(), self._deployed.rng)

    def _new_name(self, what: str) -> str:
        return execution_name(what, self._deployed.clock.now(), self._deployed.rng)


# The wiring brings all of AWS's SDK: it is imported when it is needed.


def _find_deployed(stack: str, region: str | None, profile: str | None, endpoint: str | None) -> Deployed:
    from headrace.library.wiring import find_deployed  # noqa: PLC0415

    return find_deployed(stack, region, profile, endpoint)


def _deployed_of(
    outputs: Mapping[str, str], region: str | None, profile: str | None, endpoint: str | None
) -> Deployed:
    from headrace.library.wiring import deployed_of  # noqa: PLC0415

    return deployed_of(outputs, region, profile, endpoint)
