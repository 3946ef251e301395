"""The same jobs typed: on this machine and in the pipeline they come to the same."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from headrace.locations import FILE
from tests.e2e.command_line import CommandLine, ended
from tests.e2e.stack import Stack, until

ROWS = int(os.environ.get("HEADRACE_E2E_ROWS", "3000"))
CHUNKS = "--chunk-bytes=200000"
ITEMS = 400


@pytest.fixture
def headrace(stack: Stack, tmp_path: Path) -> CommandLine:
    return CommandLine(stack, tmp_path / "home")


def write_rows(file: Path, rows: int) -> None:
    """With quotes, commas and line ends in cells; each 97th row has a total that is no number, and each
    101st the key of the row before."""
    with file.open("w") as text:
        text.write("id,total:N,note\n")
        for number in range(rows):
            key = number - 1 if number % 101 == 100 else number
            total = "on request" if number % 97 == 96 else f"{number}.50"
            text.write(f'k{key},{total},"said ""{number}"",\nand left{"." * (number % 50)}"\n')


def rejects_of(stack: Stack, report: Mapping[str, Any]) -> list[bytes]:
    location: str = report["rejects"]["location"]
    is_file = location.startswith(FILE)
    text = Path(location.removeprefix(FILE)).read_bytes() if is_file else stack.get(location)
    return sorted(text.split(b"\n"))


def test_one_file_comes_to_the_same_on_this_machine_and_in_the_pipeline(
    headrace: CommandLine, stack: Stack, tmp_path: Path
) -> None:
    file = tmp_path / "rows.csv"
    write_rows(file, ROWS)
    tables = {"--here": stack.table(), "--pipeline": stack.table()}
    reports = {}
    for where, table in tables.items():
        done = headrace.run("load", str(file), table, where, CHUNKS, f"--tolerate={ROWS}", "--json")
        assert done.code == 0, done.err
        reports[where] = done.report
    here, pipeline = reports.values()
    assert here["rows"] == pipeline["rows"]
    assert here["rows"]["superseded"] > 0
    assert here["rows"]["rejected"] > 0
    assert here["units"] == pipeline["units"]
    assert here["rejects"]["reasons"] == pipeline["rejects"]["reasons"]
    assert rejects_of(stack, here) == rejects_of(stack, pipeline)
    items = [stack.items(table) for table in tables.values()]
    assert items[0] == items[1]
    assert len(items[0]) == here["rows"]["written"]


def test_a_load_that_is_interrupted_goes_on_where_it_stood(
    headrace: CommandLine, stack: Stack, tmp_path: Path
) -> None:
    file, table = tmp_path / "rows.csv", stack.table()
    write_rows(file, ROWS * 10)
    running = headrace.start(
        "load", str(file), table, CHUNKS, "--workers=2", "--job-name=stopped", "--json", f"--tolerate={ROWS}"
    )
    until(lambda: stack.items(table) or None, "the first items")
    running.send_signal(signal.SIGINT)
    stopped = ended(running)
    assert stopped.code == 130, stopped.err
    assert stopped.report["error"] == "JobCancelledError"
    assert "headrace resume stopped" in stopped.report["cause"]
    assert "Again to end at once" in stopped.err
    gone_on = headrace.run("resume", "stopped", "--json")
    assert gone_on.code == 0, gone_on.err
    rows = gone_on.report["rows"]
    assert rows["read"] == ROWS * 10
    assert rows["written"] == len(stack.items(table))
    assert rows["written"] + rows["superseded"] + rows["rejected"] == ROWS * 10


def test_a_process_that_is_killed_leaves_a_job_that_goes_on(
    headrace: CommandLine, stack: Stack, tmp_path: Path
) -> None:
    file, table = tmp_path / "rows.csv", stack.table()
    write_rows(file, ROWS * 10)
    running = headrace.start(
        "load", str(file), table, CHUNKS, "--workers=2", "--job-name=killed", f"--tolerate={ROWS}"
    )
    until(lambda: stack.items(table) or None, "the first items")
    running.kill()
    assert ended(running).code == -signal.SIGKILL
    assert "its process ended" in headrace.run("status", "killed", "--json").report["cause"]
    gone_on = headrace.run("resume", "killed", "--json")
    assert gone_on.code == 0, gone_on.err
    assert gone_on.report["rows"]["written"] == len(stack.items(table))
    assert gone_on.report["rows"]["read"] == ROWS * 10


def test_a_job_in_the_pipeline_is_started_listed_and_read_from_here(
    headrace: CommandLine, stack: Stack
) -> None:
    table = stack.table()
    stack.fill(table, [{"id": {"S": str(n)}} for n in range(ITEMS)])
    job = headrace.run("count", table, "--pipeline", "--detach").out.strip()
    followed = headrace.run("follow", job, "--json")
    assert (followed.code, followed.report["count"]["items"]) == (0, ITEMS), followed.err
    assert job in headrace.run("jobs", "--pipeline").out
    assert headrace.run("report", job, "--json").report == followed.report
    assert headrace.run("status", job, "--json").report["status"] == "SUCCEEDED"


def test_items_are_deleted_only_with_a_yes(headrace: CommandLine, stack: Stack) -> None:
    table = stack.table()
    stack.fill(table, [{"id": {"S": str(n)}} for n in range(30)])
    refused = headrace.run("truncate", table)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert len(stack.items(table)) == 30
    counted = headrace.run("truncate", table, "--dry-run")
    assert (counted.code, "30 items" in counted.out) == (0, True), counted.err
    assert headrace.run("truncate", table, "--yes", "--json").rows == {"read": 30, "written": 30}
    assert stack.items(table) == {}


def test_what_cannot_start_says_why_in_a_line(headrace: CommandLine, stack: Stack) -> None:
    missing = headrace.run("count", stack.name("nowhere"))
    assert missing.code == 3
    assert "there is no table" in missing.out
    assert "Traceback" not in missing.out + missing.err
