"""Both loaders, over fakes of tables: what they promise of a file's records, whatever happens on the way."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from headrace.errors import (
    HeaderError,
    JobError,
    JobInvalidError,
    SourceFormatError,
    SourceNotFoundError,
    TableAccessError,
    TableNotFoundError,
    ThrottledError,
    TransientError,
)
from headrace.here import wiring
from headrace.library.load_result import MOST_ERRORS, LoadResult
from headrace.library.loaders import FILES_AT_ONCE, AsyncDynamoDBLoader, ThreadedDynamoDBLoader
from headrace.library.local import LocalPipeline
from tests.builders import BUCKET, TABLE, Pipeline
from tests.here import benches_over

Load = Callable[..., LoadResult]
SMALL = {"chunk_bytes": 1024, "message_bytes": 1024}


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """Whose tables all loaders write to."""
    made = Pipeline()
    monkeypatch.setattr(wiring, "Workbench", benches_over(made))
    return made


@pytest.fixture(params=["async", "threaded"])
def load(request: pytest.FixtureRequest, fakes: Pipeline, tmp_path: Path) -> Load:  # noqa: ARG001
    """Loads a text, or the file at a path, into `orders`."""

    def loaded(source: str | bytes | Path, **options: Any) -> LoadResult:
        path = source if isinstance(source, Path) else tmp_path / "rows.csv"
        if isinstance(source, str | bytes):
            path.write_bytes(source.encode() if isinstance(source, str) else source)
        defaults: dict[str, Any] = {"table_name": TABLE, "max_delay": 1.0}
        options = defaults | options
        if request.param == "threaded":
            return ThreadedDynamoDBLoader(**options).load_csv(path)
        return asyncio.run(AsyncDynamoDBLoader(**options).load_csv(path))

    return loaded


def rows(count: int, start: int = 0) -> str:
    return "id,name\n" + "".join(f"k{n},n{n}\n" for n in range(start, start + count))


def numbers(result: LoadResult) -> tuple[int, int, int, int, int]:
    return (
        result.total_records,
        result.successful_writes,
        result.superseded,
        result.skipped,
        result.failed_writes,
    )


def test_all_that_is_right_is_written(load: Load, fakes: Pipeline) -> None:
    result = load(rows(60))
    assert numbers(result) == (60, 60, 0, 0, 0)
    assert (result.success_rate(), result.errors) == (100.0, [])
    assert len(fakes.items) == 60
    assert result.duration_seconds >= 0


def test_the_report_has_the_same_numbers(load: Load) -> None:
    result = load("id,n:N\n1,2\n1,3\n2,x\n")
    report = result.report
    assert report["rows"] == {"read": 3, "written": 1, "superseded": 1, "skipped": 0, "rejected": 1}
    assert numbers(result) == (3, 1, 1, 0, 1)
    assert (report["status"], report["error"]) == ("FAILED", "RowsRejectedError")
    assert report["consumed"]["write_units"] == 1.0


def test_each_record_that_is_no_item_is_told_with_its_row(load: Load) -> None:
    result = load("id,n:N\n1,2\n2,x\n3,4,5\n4,6\n")
    assert (result.failed_writes, result.success_rate()) == (2, 50.0)
    assert [error.partition(":")[0] for error in result.errors] == ["row 3", "row 4"]


def test_no_more_errors_are_held_than_a_person_reads(load: Load) -> None:
    result = load("id,n:N\n" + "1,x\n" * (MOST_ERRORS + 5))
    assert (result.failed_writes, len(result.errors)) == (MOST_ERRORS + 5, MOST_ERRORS)


def test_records_that_are_there_already_are_skipped(load: Load, fakes: Pipeline) -> None:
    fakes.tables.add(TABLE, {"id": {"S": "k1"}})
    result = load(rows(3), write={"mode": "insert"})
    assert numbers(result) == (3, 2, 0, 1, 0)
    assert result.success_rate() == 100.0


@pytest.mark.parametrize(
    ("form", "text", "row"),
    [
        ({"preset": "tsv"}, b"id\tn:N\n1\t2\n2\tx\n", 3),
        ({"preset": "mysql", "header": ["id", "n:N"]}, b"1\t2\n2\tx\\\ty\n", 2),
        ({"encoding": "utf-16"}, "id,n:N\n1,2\n2,ü\n".encode("utf-16"), 3),
        ({"quote": None}, b'id,n:N\n1,2\n2,"\n', 3),
        ({"preset": "jsonl"}, b'{"id": "1", "n": 2}\n{"n": 2}\n', 2),
        ({"preset": "jsonl"}, b'{"id": "1"}\n{"_headrace_code":"a","_headrace_reason":"b"\n', 2),
    ],
    ids=["tsv", "mysql", "utf-16", "no quotes", "json lines", "a line that looks like a reject"],
)
def test_errors_are_read_in_the_dialect_of_the_file(
    load: Load, form: dict[str, Any], text: bytes, row: int
) -> None:
    result = load(text, format=form)
    assert numbers(result) == (2, 1, 0, 0, 1)
    assert [error.partition(":")[0] for error in result.errors] == [f"row {row}"]


def test_a_row_of_a_megabyte_is_told_like_any_other(load: Load) -> None:
    result = load('id,note\n1,"' + '5"" pipe ' * 150_000 + '"\n')
    (error,) = result.errors
    assert error.startswith("row 2: ")
    assert "400" in error or "409" in error


def test_a_gzip_file_is_unpacked_as_it_is_read(load: Load, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(rows(5).encode()))
    assert numbers(load(path)) == (5, 5, 0, 0, 0)


def test_an_object_of_s3_is_loaded_by_its_url(fakes: Pipeline) -> None:
    fakes.store.objects[BUCKET, "rows.csv"] = rows(3).encode()
    assert ThreadedDynamoDBLoader(TABLE).load_csv(f"s3://{BUCKET}/rows.csv").successful_writes == 3


def test_a_file_of_nothing_but_a_header_is_all_right(load: Load) -> None:
    result = load("id,name\n")
    assert (numbers(result), result.success_rate()) == ((0, 0, 0, 0, 0), 100.0)


def test_what_is_throttled_for_a_while_is_written(load: Load, fakes: Pipeline) -> None:
    fakes.tables.faults.on("write", 1, ThrottledError("slow down"))
    fakes.tables.leave_every = 7
    assert numbers(load(rows(60))) == (60, 60, 0, 0, 0)


def test_a_batch_that_is_never_taken_fails_alone(load: Load, fakes: Pipeline) -> None:
    for call in (1, 2):
        fakes.tables.faults.on("write", call, ThrottledError("slow down"))
    result = load(rows(60), max_retries=1, max_workers=1)
    assert numbers(result) == (60, 35, 0, 0, 25)
    assert {error.partition("not taken")[2] for error in result.errors} == {
        " in 2 tries, the last time: slow down"
    }
    assert len(fakes.items) == 35


def test_inserts_that_are_never_taken_fail_alone(load: Load, fakes: Pipeline) -> None:
    fakes.tables.leave_every = 1
    result = load(rows(3), write={"mode": "insert"})
    assert numbers(result) == (3, 0, 0, 0, 3)
    assert "not taken in 4 tries" in result.errors[0]


def test_an_item_that_the_table_refuses_fails_alone(load: Load, fakes: Pipeline) -> None:
    fakes.tables.refuse = ("k13",)
    result = load(rows(60), batch_size=10)
    assert numbers(result) == (60, 59, 0, 0, 1)
    assert result.errors == ["DynamoDB refused the item: the test refuses this item"]


@pytest.mark.parametrize("workers", [1, 3])
def test_no_more_batches_are_on_their_way_than_were_asked_for(
    load: Load, fakes: Pipeline, workers: int
) -> None:
    others, write = [], fakes.tables.write

    def counted(table: str, requests: str) -> Any:
        others.append(sum(one.open for one in fakes.tables.begun))
        return write(table, requests)

    fakes.tables.write, fakes.tables.ahead = counted, True  # type: ignore[method-assign]
    assert load(rows(2000), max_workers=workers).failed_writes == 0
    assert len(others) >= 80
    assert max(others) < workers


def test_the_report_tells_how_often_the_table_was_busy(load: Load, fakes: Pipeline) -> None:
    fakes.tables.faults.on("write", 1, ThrottledError("slow down", ["TableWriteMaxOnDemand"]))
    fakes.tables.leave_every = 20
    assert load(rows(25)).report["throttles"] == {"TableWriteMaxOnDemand": 1, "Unprocessed": 1}


@pytest.mark.parametrize("size", [1, 10, 25])
def test_batches_are_of_the_size_that_was_asked_for(load: Load, fakes: Pipeline, size: int) -> None:
    load(rows(50), batch_size=size)
    assert max(body.count("PutRequest") for body in fakes.tables.bodies) == size


def test_a_table_that_is_gone_in_the_middle_stops_the_load(load: Load, fakes: Pipeline) -> None:
    fakes.tables.vanish_after = 3
    result = load(rows(600), parallel=SMALL)
    assert result.report["error"] == "TableNotFoundError"
    assert 0 < result.successful_writes < 600
    assert numbers(result) == (600, result.successful_writes, 0, 0, 600 - result.successful_writes)
    assert result.errors == ["there is no table 'orders'", f"{result.failed_writes} records were not loaded"]


def test_a_table_that_may_not_be_used_any_more_stops_the_load(load: Load, fakes: Pipeline) -> None:
    fakes.tables.faults.on("write", 2, TableAccessError("the policy was changed"))
    result = load(rows(600) + "x,y,z\n", parallel=SMALL)
    assert result.errors[0] == "the policy was changed"
    assert result.total_records == 601
    assert result.failed_writes == 601 - result.successful_writes


def test_blank_lines_are_no_records_of_a_load_that_was_stopped(load: Load, fakes: Pipeline) -> None:
    fakes.tables.faults.on("write", 1, TableAccessError("no"))
    result = load("id,name\n" + "\n\n\n" + "1,a\n")
    assert numbers(result) == (1, 0, 0, 0, 1)


def test_a_gzip_file_that_was_not_read_to_its_end_gives_no_numbers(
    load: Load, fakes: Pipeline, tmp_path: Path
) -> None:
    """Nobody knows how many records are left of it: a result would have no failed ones."""
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(rows(600).encode()))
    fakes.tables.faults.on("write", 1, TableAccessError("no"))
    with pytest.raises(TableAccessError, match=r"^no"):
        load(path, parallel=SMALL)


def test_a_gzip_file_that_is_damaged_is_told(load: Load, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(rows(600).encode())[:-20])
    with pytest.raises(SourceFormatError, match="the gzip data are damaged or incomplete"):
        load(path)


@pytest.mark.parametrize(
    ("options", "text", "kind"),
    [
        ({"table_name": "nowhere"}, rows(1), TableNotFoundError),
        ({"columns": {"price": "N"}}, rows(1), HeaderError),
        ({}, "name\na\n", HeaderError),
        ({"table_name": "nowhere", "format": {"encoding": "utf-16"}}, "", JobError),
    ],
)
def test_a_load_that_cannot_start_says_why(
    load: Load, options: dict[str, Any], text: str, kind: type[JobError]
) -> None:
    with pytest.raises(kind):
        load(text, **options)


def test_there_is_no_such_file(load: Load, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match=r"there is no file file:///.*/nowhere\.csv"):
        load(tmp_path / "nowhere.csv")


def test_all_that_keeps_a_load_from_its_start_is_told_at_once(load: Load, tmp_path: Path) -> None:
    with pytest.raises(JobInvalidError) as caught:
        load(tmp_path / "nowhere.csv", table_name="nowhere")
    assert len(caught.value.problems) == 2


def test_a_service_that_does_not_come_back_is_told(load: Load, fakes: Pipeline) -> None:
    for call in range(1, 10):
        fakes.tables.faults.on("describe", call, TransientError("busy"))
    with pytest.raises(TransientError, match="busy"):
        load(rows(1))


def test_the_table_may_be_named_with_the_file(fakes: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(rows(2))
    loader = ThreadedDynamoDBLoader()
    assert loader.load_csv(tmp_path / "rows.csv", TABLE).successful_writes == 2
    with pytest.raises(JobInvalidError, match="table_name: is missing"):
        loader.load_csv(tmp_path / "rows.csv")
    assert len(fakes.items) == 2


def test_nothing_of_a_load_stays_but_in_its_folder(load: Load, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    gone = load("id,n:N\n1,x\n").report
    kept = load("id,n:N\n1,x\n", folder=folder).report
    for report, stays in ((gone, False), (kept, True)):
        for url in (report["report"], report["rejects"]["location"]):
            assert Path(url.removeprefix("file://")).exists() is stays


def test_a_load_with_a_folder_is_a_job_like_any_other(load: Load, fakes: Pipeline, tmp_path: Path) -> None:
    fakes.tables.faults.on("write", 1, TableAccessError("for now"))
    job = load(rows(600), folder=tmp_path / "kept").report["job"]
    with LocalPipeline.of(wiring.Workbench(tmp_path / "kept")) as pipeline:
        assert pipeline.resume(job)["rows"]["written"] == 600
    assert len(fakes.items) == 600


# The asynchronous one alone.


def files(folder: Path, count: int, rows_each: int = 20) -> list[Path]:
    made = [folder / f"{number}.csv" for number in range(count)]
    for number, path in enumerate(made):
        path.write_text(rows(rows_each, number * rows_each))
    return made


def test_any_number_of_files_is_loaded_at_once(fakes: Pipeline, tmp_path: Path) -> None:
    async def load_all() -> list[LoadResult]:
        loader = AsyncDynamoDBLoader(TABLE)
        return await asyncio.gather(*map(loader.load_csv, files(tmp_path, FILES_AT_ONCE + 2)))

    results = asyncio.run(load_all())
    assert [one.successful_writes for one in results] == [20] * (FILES_AT_ONCE + 2)
    assert len(fakes.items) == 20 * (FILES_AT_ONCE + 2)


def test_one_file_that_cannot_be_loaded_keeps_no_other_from_it(fakes: Pipeline, tmp_path: Path) -> None:
    async def load_all() -> list[LoadResult | BaseException]:
        loader = AsyncDynamoDBLoader(TABLE)
        paths = [*files(tmp_path, 2), tmp_path / "nowhere.csv"]
        return await asyncio.gather(*map(loader.load_csv, paths), return_exceptions=True)

    *results, failed = asyncio.run(load_all())
    assert isinstance(failed, SourceNotFoundError)
    assert all(isinstance(one, LoadResult) and one.successful_writes == 20 for one in results)
    assert len(fakes.items) == 40


def test_one_loader_serves_several_event_loops(fakes: Pipeline, tmp_path: Path) -> None:
    loader = AsyncDynamoDBLoader(TABLE)
    for path in files(tmp_path, 2):
        asyncio.run(loader.load_csv(path))
    assert len(fakes.items) == 40


class Held:
    """A table whose writes wait until a test lets them go."""

    def __init__(self, fakes: Pipeline) -> None:
        self.begun, self.let_go = Event(), Event()
        self._write = fakes.tables.write
        fakes.tables.write = self.write  # type: ignore[method-assign]

    def write(self, table: str, requests: str) -> Any:
        self.begun.set()
        assert self.let_go.wait(10)
        return self._write(table, requests)


async def begun(held: Held, loader: AsyncDynamoDBLoader, path: Path) -> asyncio.Task[LoadResult]:
    task = asyncio.create_task(loader.load_csv(path))
    assert await asyncio.to_thread(held.begun.wait, 10)
    return task


def test_the_event_loop_goes_on_meanwhile(fakes: Pipeline, tmp_path: Path) -> None:
    held = Held(fakes)

    async def watch() -> LoadResult:
        task = await begun(held, AsyncDynamoDBLoader(TABLE), *files(tmp_path, 1))
        held.let_go.set()
        return await task

    assert asyncio.run(watch()).successful_writes == 20


def test_a_task_that_is_cancelled_ends_what_it_is_at_and_begins_no_more(
    fakes: Pipeline, tmp_path: Path
) -> None:
    held = Held(fakes)
    loader = AsyncDynamoDBLoader(TABLE, max_workers=1, parallel=SMALL, folder=tmp_path / "kept")

    async def cancel() -> None:
        task = await begun(held, loader, *files(tmp_path, 1, rows_each=600))
        task.cancel()
        await asyncio.sleep(0)
        held.let_go.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    written = len(fakes.items)
    assert 0 < written < 600
    with LocalPipeline.of(wiring.Workbench(tmp_path / "kept")) as pipeline:
        (job,) = pipeline.jobs()
        report = pipeline.report(job.job)
    assert (report["error"], report["rows"]["written"]) == ("JobCancelledError", written)


def test_a_task_that_waits_for_its_turn_is_cancelled_at_once(fakes: Pipeline, tmp_path: Path) -> None:
    held = Held(fakes)
    loader = AsyncDynamoDBLoader(TABLE)

    async def cancel_the_last() -> list[LoadResult]:
        paths = files(tmp_path, FILES_AT_ONCE + 1)
        tasks = [asyncio.create_task(loader.load_csv(path)) for path in paths]
        assert await asyncio.to_thread(held.begun.wait, 10)
        tasks[-1].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[-1]
        held.let_go.set()
        return await asyncio.gather(*tasks[:-1])

    assert len(asyncio.run(cancel_the_last())) == FILES_AT_ONCE
    assert len(fakes.items) == 20 * FILES_AT_ONCE


def test_a_load_that_is_interrupted_before_it_has_begun_writes_nothing(
    fakes: Pipeline, tmp_path: Path
) -> None:
    load = AsyncDynamoDBLoader(TABLE)._load(files(tmp_path, 1)[0], None)
    load.interrupt()
    result = load.run()
    assert (numbers(result), len(fakes.items)) == ((20, 0, 0, 0, 20), 0)
    assert result.errors == ["interrupted", "20 records were not loaded"]


def test_other_loads_are_not_disturbed_by_one_that_is_cancelled(fakes: Pipeline, tmp_path: Path) -> None:
    held = Held(fakes)
    loader = AsyncDynamoDBLoader(TABLE)

    async def cancel_one() -> LoadResult:
        first, second = files(tmp_path, 2)
        cancelled = await begun(held, loader, first)
        other = asyncio.create_task(loader.load_csv(second))
        cancelled.cancel()
        await asyncio.sleep(0)
        held.let_go.set()
        await asyncio.wait([cancelled])
        assert cancelled.cancelled()
        return await other

    assert asyncio.run(cancel_one()).successful_writes == 20


def test_options_are_seen_on_the_loader() -> None:
    loader = AsyncDynamoDBLoader("users", "eu-west-1", 5, 10, 2, 0.5, 30.0)
    seen = (loader.table_name, loader.region, loader.max_workers, loader.batch_size, loader.max_retries)
    assert seen == ("users", "eu-west-1", 5, 10, 2)
    assert (loader.base_delay, loader.max_delay) == (0.5, 30.0)


def test_a_result_cannot_be_changed() -> None:
    result = LoadResult(4, 3, 1, 0.5)
    assert result.success_rate() == 75.0
    assert replace(result, total_records=0).success_rate() == 100.0
