"""The verb plan: the jobs' own verbs and options, and an estimate in place of the job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headrace.cli.commands.operations import arguments_of
from headrace.cli.commands.plan import plan
from headrace.cli.entries import ENTRIES
from headrace.job.model import Operation
from headrace.ports import IndexSchema, KeyAttribute, TableSchema
from tests.cli import Shell
from tests.fakes import MemoryTables

KEYS = (KeyAttribute("id", "S", "partition"), KeyAttribute("city", "S", "partition", "by-city"))
ORDERS = TableSchema("orders", "arn", KEYS, items=3, bytes=99, indexes=(IndexSchema("by-city"),))
NOT_OF_PLANS = {"--yes", "-y", "--detach", "--job-name", "--workers", "--stack", "--report-file"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text("id,total\n" + "".join(f"i{number},{number}\n" for number in range(3)))
    return path


@pytest.fixture
def tables() -> MemoryTables:
    found = MemoryTables(ORDERS)
    found.add("orders", *({"id": {"S": f"i{number}"}, "city": {"S": "Ur"}} for number in range(3)))
    return found


@pytest.fixture
def headrace(shell: Shell, tables: MemoryTables) -> Shell:
    shell.here.places.default = tables
    return shell


def options(command: Any) -> set[str]:
    return {option for one in command.params for option in one.opts}


@pytest.mark.parametrize("operation", Operation)
def test_a_plan_takes_what_its_job_takes(operation: Operation) -> None:
    job, planned = ENTRIES[operation].load(), plan.commands[operation]
    assert options(job) - NOT_OF_PLANS <= options(planned)
    assert [one.name for one in planned.params[: len(arguments_of(operation))]] == [
        one.name for one in arguments_of(operation)
    ]


def test_a_file_is_planned_as_it_would_be_loaded_here(
    headrace: Shell, file: Path, tables: MemoryTables
) -> None:
    found = json.loads(headrace("plan", "load", str(file), "orders", "--json").out)
    assert (found["where"], found["rows"]["count"]) == ("here", 3)
    assert [one["what"] for one in found["cost"]["amounts"]] == ["DynamoDB, write units"]
    piped = json.loads(headrace("plan", "load", str(file), "orders", "--pipeline", "--json").out)
    assert (piped["where"], len(piped["cost"]["amounts"])) == ("pipeline", 10)
    assert 0 < piped["cost"]["pipeline"] < piped["cost"]["total"] + 1e-4
    assert tables.bodies == []


def test_a_truncate_is_planned_without_being_confirmed(headrace: Shell) -> None:
    found = json.loads(headrace("plan", "truncate", "orders", "--json").out)
    assert found["write_units"] == {"table": 3, "by-city": 3}


def test_options_of_the_job_change_the_plan(headrace: Shell, file: Path) -> None:
    ran = headrace("plan", "load", str(file), "orders", "--infer", "--rename", "total=sum")
    assert "total   sum        N     inferred" in ran.out.splitlines()
    ran = headrace("plan", "load", str(file), "orders")
    assert "total   S     text  N" in ran.out.splitlines()


def test_a_plan_of_a_table_shows_its_attributes(headrace: Shell) -> None:
    out = headrace("plan", "count", "orders").out.splitlines()
    assert "city       S 3" in out
    assert out[-1] == "nothing was written"


def test_a_rate_of_ones_own_tells_the_time(headrace: Shell, file: Path) -> None:
    ran = headrace("plan", "load", str(file), "orders", "--write-units-per-second", "1")
    assert "time: 0:00:03, by 1 write units a second of the table" in ran.out.splitlines()


@pytest.mark.parametrize(
    ("typed", "code", "told"),
    [
        ([], 2, "Missing command"),
        (["lode"], 2, "No such command 'lode'"),
        (["load"], 2, "FILE|S3-URL and TABLE missing"),
        (["load", "/nowhere.csv", "orders"], 3, "there is no file"),
        (["load", "s3://bucket/b.csv", "nothing"], 2, "no table 'nothing'"),
        (["count", "nothing"], 3, "no table 'nothing'"),
        (["count", "orders", "--index", "by-town"], 2, "has no index 'by-town'"),
        (["count", "orders", "--writers", "0"], 2, "0 is not in the range"),
        (["export", "orders", "--detach"], 2, "No such option '--detach'"),
    ],
)
def test_wrong_usage_is_a_line_that_helps(headrace: Shell, typed: list[str], code: int, told: str) -> None:
    ran = headrace("plan", *typed)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err


@pytest.mark.parametrize("operation", Operation)
def test_every_verb_has_help(headrace: Shell, operation: Operation) -> None:
    ran = headrace("plan", str(operation), "--help")
    assert f"Tell what `headrace {operation}` with these arguments" in " ".join(ran.out.split())
