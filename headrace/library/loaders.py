"""Loads CSV files into a table from Python: with `await`, or without."""

from __future__ import annotations

import asyncio
import csv
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headrace.errors import JobInvalidError
from headrace.here.patience import Patience
from headrace.job.model import Place
from headrace.library.following import Report
from headrace.library.local import LocalPipeline, url_of_path
from headrace.library.refusals import raise_if_refused
from headrace.locations import FILE
from headrace.plan import Plan

if TYPE_CHECKING:
    from headrace.here.wiring import Workbench

DEFAULT_REGION = "us-east-1"
MOST_ERRORS = 1000
"""That a result holds; the rejects file has all."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of a file's records: `total_records = successful_writes + superseded + skipped +
    failed_writes`.

    `superseded`: records with the key of a later one, which is written in their place. `skipped`: left
    alone, as the table has their keys (`write={"mode": "insert"}`). `errors`: why records failed, a text
    each, 1,000 at most. `report`: see docs/the-report.md."""

    total_records: int
    successful_writes: int
    failed_writes: int
    duration_seconds: float
    errors: list[str] = field(default_factory=list)
    superseded: int = 0
    skipped: int = 0
    report: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def success_rate(self) -> float:
        """Percent of the records that did not fail; 100.0 of none."""
        if not self.total_records:
            return 100.0
        return 100.0 * (self.total_records - self.failed_writes) / self.total_records


class _Loader:
    """Files are read in chunks and written as they are read, so memory stays the same however large they
    are. Rows are shuffled within a chunk, as neighbours in a file are often neighbours in a partition.

    Args:
        table_name: may also be given with each file.
        region: of the table.
        max_workers: batches that are written at once.
        batch_size: records of one BatchWriteItem, 1 to 25.
        max_retries: how often what DynamoDB throttles, or leaves unprocessed, is sent again.
        base_delay, max_delay: seconds; pauses before retries are random, up to `base_delay` before the
            first and twice as much before each further one, never more than `max_delay`.
        endpoint_url: of DynamoDB Local or another emulator.
        profile_name: of the AWS configuration.
        folder: where the load's ledger, report and rejects are kept; by default nowhere.
        job: further fields of a job: `columns`, `format`, `infer`, `write`, `parallel`.

    Raises JobInvalidError: everything that is wrong with the arguments.
    """

    def __init__(
        self,
        table_name: str | None = None,
        region: str = DEFAULT_REGION,
        max_workers: int = 10,
        batch_size: int = 25,
        max_retries: int = 3,
        base_delay: float = 0.1,
        max_delay: float = 10.0,
        *,
        endpoint_url: str | None = None,
        profile_name: str | None = None,
        folder: str | Path | None = None,
        **job: Any,
    ) -> None:
        _check(max_workers, batch_size, max_retries, base_delay, max_delay)
        self.table_name = table_name
        self.region = region
        self.max_workers = max_workers
        self.batch_size = batch_size
        self.max_retries = max_retries
        self.base_delay = base_delay
        self.max_delay = max_delay
        self._endpoint_url = endpoint_url
        self._profile_name = profile_name
        self._folder = folder
        self._job = job

    def _document(self, path: str | Path, table_name: str | None) -> dict[str, Any]:
        table = table_name or self.table_name
        if table is None:
            raise JobInvalidError(["table_name: is missing; name the table here, or when the loader is made"])
        return {"operation": "load", "source": url_of_path(path), "target": table, **self._job}

    @contextmanager
    def _pipeline(self) -> Iterator[LocalPipeline]:
        with tempfile.TemporaryDirectory(prefix="headrace-") as nowhere:
            folder = Path(self._folder or nowhere).absolute()
            with LocalPipeline.of(_workbench(folder, self), self.max_workers) as pipeline:
                yield pipeline


class ThreadedDynamoDBLoader(_Loader):
    """Loads CSV files, and returns when that is done.

    >>> result = ThreadedDynamoDBLoader("orders").load_csv("orders.csv")
    >>> result.successful_writes
    3
    """

    def load_csv(self, path: str | Path, table_name: str | None = None) -> LoadResult:
        """Loads a file; also one of gzip. Records that fail are counted and told, and hold up no others.

        Raises:
            JobInvalidError, HeaderError, SourceNotFoundError, TableNotFoundError, ... (JobError): the load
                cannot start as it stands.
        """
        document = self._document(path, table_name)
        with self._pipeline() as pipeline:
            return result_of(pipeline.run(document), pipeline.plan)


class AsyncDynamoDBLoader(_Loader):
    """Loads CSV files without holding up the event loop; several at once with `asyncio.gather`.

    >>> result = asyncio.run(AsyncDynamoDBLoader("orders").load_csv("orders.csv"))
    >>> result.successful_writes
    3
    """

    async def load_csv(self, path: str | Path, table_name: str | None = None) -> LoadResult:
        """As `ThreadedDynamoDBLoader.load_csv`. Where the task is cancelled, what is being written is
        finished first."""
        document = self._document(path, table_name)
        with self._pipeline() as pipeline:
            loading = asyncio.ensure_future(asyncio.to_thread(pipeline.run, document))
            try:
                report = await asyncio.shield(loading)
            except asyncio.CancelledError:
                pipeline.interrupt()
                await asyncio.wait([loading])
                raise
            return result_of(report, pipeline.plan)


def result_of(report: Report, find_plan: Callable[[str], Plan]) -> LoadResult:
    """Raises the JobError for which the load could not start."""
    raise_if_refused(report)
    rows = report["rows"]
    total = rows["read"] if not any(report["pending"].values()) else _total_of_stopped(report)
    succeeded = rows["written"], rows["superseded"], rows["skipped"]
    return LoadResult(
        total_records=total,
        successful_writes=rows["written"],
        failed_writes=total - sum(succeeded),
        duration_seconds=report["seconds"],
        errors=list(_errors(report, find_plan)),
        superseded=rows["superseded"],
        skipped=rows["skipped"],
        report=report,
    )


def _total_of_stopped(report: Report) -> int:
    """Of a load that was stopped: what was not read any more, or not written, failed too."""
    known: int = report["rows"]["read"] + report["pending"]["rows"]
    return max(known, report["records_planned"] or 0)


def _errors(report: Report, find_plan: Callable[[str], Plan]) -> Iterator[str]:
    if report["error"] and any(report["pending"].values()):
        yield report["cause"]
    if location := report["rejects"]["location"]:
        file = Path(location.removeprefix(FILE))
        yield from islice(_reasons(file, find_plan(report["job"])), MOST_ERRORS)


def _reasons(file: Path, plan: Plan) -> Iterator[str]:
    """Why each of the rejects is one, with its row where that is known."""
    form = plan.job.format
    quoting: Any = csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE
    with file.open(encoding=plan.codec, errors="replace", newline="") as text:
        rows = csv.reader(
            text, delimiter=form.delimiter, quotechar=form.quote, escapechar=form.escape, quoting=quoting
        )
        for row, _, reason, *_ in islice(rows, 1, None):
            yield f"row {row}: {reason}" if row else reason


def _check(max_workers: int, batch_size: int, max_retries: int, base_delay: float, max_delay: float) -> None:
    rules = {
        "max_workers": (max_workers >= 1, max_workers, "1 or more"),
        "batch_size": (1 <= batch_size <= 25, batch_size, "1 to 25, which DynamoDB takes at once"),
        "max_retries": (max_retries >= 0, max_retries, "0 or more"),
        "base_delay": (base_delay >= 0, base_delay, "0 or more seconds"),
        "max_delay": (max_delay >= base_delay, max_delay, "base_delay or more seconds"),
    }
    problems = [
        f"{name}: {value}; allowed: {allowed}" for name, (holds, value, allowed) in rules.items() if not holds
    ]
    if problems:
        raise JobInvalidError(problems)


def _workbench(folder: Path, loader: _Loader) -> Workbench:
    """The wiring brings all of AWS's SDK: it is imported when it is needed."""
    from headrace.here.wiring import Workbench  # noqa: PLC0415

    patience = Patience(loader.max_retries, loader.base_delay, loader.max_delay, loader.batch_size)
    own = Place(region=loader.region, profile=loader._profile_name, endpoint=loader._endpoint_url)
    return Workbench(folder, own, patience=patience)
