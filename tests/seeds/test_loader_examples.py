"""What users of an asynchronous loader write runs as they write it, with the import changed and no more."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.seeds.tables import SERVICES, Service, service

PROGRAMMATIC = """
import asyncio
from headrace import AsyncDynamoDBLoader

async def main():
    # Create loader instance
    loader = AsyncDynamoDBLoader(
        table_name="my-table",
        region="us-east-1",
        max_workers=20,      # Concurrent async tasks
        batch_size=25,       # Items per batch (max 25)
        max_retries=3        # Retry attempts
    )

    # Load CSV file
    result = await loader.load_csv("data.csv")

    # Check results
    print(f"Total records: {result.total_records}")
    print(f"Successful writes: {result.successful_writes}")
    print(f"Failed writes: {result.failed_writes}")
    print(f"Success rate: {result.success_rate():.2f}%")
    print(f"Duration: {result.duration_seconds:.2f}s")

    # Handle errors
    if result.errors:
        print(f"\\nErrors encountered:")
        for error in result.errors:
            print(f"  - {error}")

# Run async function
asyncio.run(main())
"""

BASIC = """
import asyncio
from headrace import AsyncDynamoDBLoader

async def load_data():
    loader = AsyncDynamoDBLoader(
        table_name="users",
        region="us-east-1"
    )
    result = await loader.load_csv("users.csv")
    print(f"Loaded {result.successful_writes} records")

asyncio.run(load_data())
"""

WITH_ERROR_HANDLING = """
import asyncio
from headrace import AsyncDynamoDBLoader

async def load_with_error_handling():
    loader = AsyncDynamoDBLoader(
        table_name="users",
        region="us-east-1",
        max_workers=20,
        max_retries=5
    )

    try:
        result = await loader.load_csv("users.csv")

        if result.failed_writes > 0:
            print(f"Warning: {result.failed_writes} records failed")
            print("Errors:")
            for error in result.errors:
                print(f"  - {error}")
        else:
            print(f"Success! Loaded {result.successful_writes} records")

    except Exception as e:
        print(f"Fatal error: {e}")

asyncio.run(load_with_error_handling())
"""

SEVERAL_FILES = """
import asyncio
from headrace import AsyncDynamoDBLoader

async def process_multiple_files():
    loader = AsyncDynamoDBLoader(
        table_name="events",
        region="us-east-1"
    )

    # Load multiple files concurrently
    files = ["events_2024_01.csv", "events_2024_02.csv", "events_2024_03.csv"]

    tasks = [loader.load_csv(file) for file in files]
    results = await asyncio.gather(*tasks)

    total_records = sum(r.successful_writes for r in results)
    print(f"Loaded {total_records} total records from {len(files)} files")

asyncio.run(process_multiple_files())
"""

OPTIONS = {
    "conservative": "loader = AsyncDynamoDBLoader(max_workers=10)",
    "aggressive": "loader = AsyncDynamoDBLoader(max_workers=50)",
    "recommended": "loader = AsyncDynamoDBLoader(max_workers=20)",
    "whole batches": "loader = AsyncDynamoDBLoader(batch_size=25)",
    "single items": "loader = AsyncDynamoDBLoader(batch_size=1)",
    "high capacity": (
        "loader = AsyncDynamoDBLoader(\n    max_retries=3,\n    base_delay=0.1,\n    max_delay=5.0\n)"
    ),
    "limited capacity": (
        "loader = AsyncDynamoDBLoader(\n    max_retries=5,\n    base_delay=0.5,\n    max_delay=30.0\n)"
    ),
}
LOADED = """
import asyncio

result = asyncio.run(loader.load_csv("users.csv", "users"))
print(result.successful_writes, result.failed_writes)
"""


@pytest.fixture(params=SERVICES)
def aws(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with service(request.param, monkeypatch) as found:
        yield found


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save(name: str, *rows: str) -> None:
    Path(name).write_text("\n".join(["id,name,age:N", *rows, ""]))


def people(count: int, start: int = 0) -> list[str]:
    return [f"u-{number},Person {number},{number % 90}" for number in range(start, start + count)]


def run(code: str) -> list[str]:
    """The lines that it prints."""
    names: dict[str, Any] = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "example", "exec"), names)
    return printed.getvalue().splitlines()


def test_programmatic_usage(aws: Service) -> None:
    save("data.csv", *people(300))
    with aws.table(PROGRAMMATIC, "my-table") as (code, table):
        *printed, duration = run(code)
        assert aws.count(table) == 300
    assert printed == [
        "Total records: 300",
        "Successful writes: 300",
        "Failed writes: 0",
        "Success rate: 100.00%",
    ]
    assert duration.startswith("Duration: ")


def test_programmatic_usage_with_records_that_fail(aws: Service) -> None:
    save("data.csv", *people(3), "u-x,Somebody,old")
    with aws.table(PROGRAMMATIC, "my-table") as (code, table):
        printed = run(code)
        assert aws.count(table) == 3
    assert printed[1:4] == ["Successful writes: 3", "Failed writes: 1", "Success rate: 75.00%"]
    assert printed[5:7] == ["", "Errors encountered:"]
    assert printed[7].startswith("  - row 5: ")


def test_a_basic_load(aws: Service) -> None:
    save("users.csv", *people(40))
    with aws.table(BASIC, "users") as (code, table):
        assert run(code) == ["Loaded 40 records"]
        assert aws.count(table) == 40


def test_a_load_with_error_handling_that_succeeds(aws: Service) -> None:
    save("users.csv", *people(40))
    with aws.table(WITH_ERROR_HANDLING, "users") as (code, _):
        assert run(code) == ["Success! Loaded 40 records"]


def test_a_load_with_error_handling_that_meets_errors(aws: Service) -> None:
    save("users.csv", *people(2), ",Nobody,1", "u-9,Somebody,old")
    with aws.table(WITH_ERROR_HANDLING, "users") as (code, table):
        warning, errors, *each = run(code)
        assert aws.count(table) == 2
    assert (warning, errors) == ("Warning: 2 records failed", "Errors:")
    assert [line[:10] for line in each] == ["  - row 4:", "  - row 5:"]


def test_a_load_with_error_handling_that_cannot_start(aws: Service) -> None:
    with aws.table(WITH_ERROR_HANDLING, "users") as (code, table):
        missing, *_ = run(code)
        save("users.csv", *people(2))
    assert missing.startswith("Fatal error: source: there is no file file:///")
    (gone,) = run(code)
    assert gone.startswith(f"Fatal error: there is no table '{table}' in this account")


def test_several_files_at_once(aws: Service) -> None:
    for month in (1, 2, 3):
        save(f"events_2024_0{month}.csv", *people(200, 200 * month))
    with aws.table(SEVERAL_FILES, "events") as (code, table):
        assert run(code) == ["Loaded 600 total records from 3 files"]
        assert aws.count(table) == 600


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_options_without_a_table(aws: Service, options: str) -> None:
    save("users.csv", *people(30))
    code = f"from headrace import AsyncDynamoDBLoader\n\n{options}\n{LOADED}"
    with aws.table(code, "users") as (code, table):
        assert run(code) == ["30 0"]
        assert aws.count(table) == 30


def test_the_same_without_await(aws: Service) -> None:
    save("users.csv", *people(40))
    lines = (
        "from headrace import ThreadedDynamoDBLoader",
        'loader = ThreadedDynamoDBLoader(table_name="users", region="us-east-1", max_workers=4)',
        'result = loader.load_csv("users.csv")',
        "print(result.successful_writes, result.success_rate())",
    )
    with aws.table("\n".join(lines), "users") as (code, table):
        assert run(code) == ["40 100.0"]
        assert aws.count(table) == 40
