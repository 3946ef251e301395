"""Loads CSV files into a table from Python: with `await`, or without."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headrace.errors import JobInvalidError
from headrace.here.patience import Patience
from headrace.job.model import Place
from headrace.library.load_result import LoadResult, result_of
from headrace.library.loader_options import Numbers, check_options
from headrace.library.local import LocalPipeline, url_of_path

if TYPE_CHECKING:
    from headrace.here.wiring import Workbench

DEFAULT_REGION = "us-east-1"
FILES_AT_ONCE = 4
"""That one loader works on; with `asyncio.gather` any number may be asked for, and the others wait."""


class _Loader:
    """Files are read in chunks and written as they are read, so memory stays the same however large they
    are. Rows are spread within a window, as neighbours in a file are often neighbours in a partition.

    Args:
        table_name: may also be given with each file.
        region: of the table.
        max_workers: batches of one file that are written at once.
        batch_size: most records of one BatchWriteItem, 1 to 25.
        max_retries: how often what DynamoDB throttles, or leaves unprocessed, is sent again.
        base_delay, max_delay: seconds; pauses before retries are random, up to `base_delay` before the
            first and twice as much before each further one, never more than `max_delay`.
        endpoint_url: of DynamoDB Local or another emulator.
        profile_name: of the AWS configuration.
        folder: where the load's ledger, report and rejects are kept; by default they are gone with its end.
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
        numbers = Numbers(max_workers, batch_size, max_retries, base_delay, max_delay)
        numbers = check_options(table_name, numbers, job)
        self.table_name = table_name
        self.region = region
        self.max_workers = numbers.max_workers
        self.batch_size = numbers.batch_size
        self.max_retries = numbers.max_retries
        self.base_delay = numbers.base_delay
        self.max_delay = numbers.max_delay
        self._endpoint_url = endpoint_url
        self._profile_name = profile_name
        self._folder = folder
        self._job = job

    def _load(self, path: str | Path, table_name: str | None) -> _Load:
        table = table_name or self.table_name
        if table is None:
            raise JobInvalidError(["table_name: is missing; name the table here, or when the loader is made"])
        return _Load(self, {"operation": "load", "source": url_of_path(path), "target": table, **self._job})

    @contextmanager
    def _workbench(self) -> Iterator[Workbench]:
        """The wiring brings all of AWS's SDK: it is imported when it is needed."""
        from headrace.here.wiring import Workbench  # noqa: PLC0415

        patience = Patience(self.max_retries, self.base_delay, self.max_delay, self.batch_size)
        own = Place(region=self.region, profile=self._profile_name, endpoint=self._endpoint_url)
        with tempfile.TemporaryDirectory(prefix="headrace-") as passing:
            folder = Path(self._folder or passing).expanduser().absolute()
            yield Workbench(folder, own, patience=patience)


class _Load:
    """One file's way into the table."""

    def __init__(self, loader: _Loader, document: dict[str, Any]) -> None:
        self._loader = loader
        self._document = document
        self._pipeline: LocalPipeline | None = None
        self._interrupted = False

    def run(self) -> LoadResult:
        with (
            self._loader._workbench() as bench,
            LocalPipeline.of(bench, self._loader.max_workers) as self._pipeline,
        ):
            if self._interrupted:
                self._pipeline.interrupt()
            return result_of(self._pipeline.run(self._document), bench.ledger, bench.plans)

    def interrupt(self) -> None:
        """From another thread, also before `run` was called."""
        self._interrupted = True
        if pipeline := self._pipeline:
            pipeline.interrupt()


class ThreadedDynamoDBLoader(_Loader):
    """Loads CSV files, and returns when that is done.

    >>> result = ThreadedDynamoDBLoader("orders").load_csv("orders.csv")
    >>> result.successful_writes
    3
    """

    def load_csv(self, path: str | Path, table_name: str | None = None) -> LoadResult:
        """Loads a file, also one of gzip, or an `s3://` URL. Records that fail are counted and told, and
        hold up no others.

        Raises:
            JobInvalidError, HeaderError, SourceNotFoundError, TableNotFoundError, ... (JobError): the load
                cannot start as it stands.
            TransientError: it cannot start now.
            HeadraceError: a load of gzip had to stop, so that nobody knows how many records are left.
        """
        return self._load(path, table_name).run()


class AsyncDynamoDBLoader(_Loader):
    """Loads CSV files without holding up the event loop; several at once with `asyncio.gather`.

    >>> result = asyncio.run(AsyncDynamoDBLoader("orders").load_csv("orders.csv"))
    >>> result.successful_writes
    3
    """

    async def load_csv(self, path: str | Path, table_name: str | None = None) -> LoadResult:
        """As `ThreadedDynamoDBLoader.load_csv`. Where the task is cancelled, what is being written is
        finished first, and no more is begun."""
        load = self._load(path, table_name)
        loading = self._threads.submit(load.run)
        try:
            return await asyncio.shield(asyncio.wrap_future(loading))
        except asyncio.CancelledError:
            load.interrupt()
            if not loading.cancel():
                await asyncio.gather(asyncio.wrap_future(loading), return_exceptions=True)
            raise

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """Not the event loop's own, which others need too."""
        return ThreadPoolExecutor(FILES_AT_ONCE, "headrace-load")
