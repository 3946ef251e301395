"""A job that is stopped in the middle, whatever it does, ends as if it had never been."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from headrace import layout
from tests.e2e.faults import Faults
from tests.e2e.stack import Stack, until
from tests.everything import comparable, everything

pytestmark = pytest.mark.usefixtures("prompt")

ITEMS = 240
LINES = "".join(json.dumps({"id": str(n), "name": f"name {n}"}) + "\n" for n in range(ITEMS))
PAGES = {"page_items": 6}
"""Small, and each takes a while: the name of the job says `slowly`."""
SEGMENTS = {"segments": 3, "message_bytes": 1024}


@dataclass
class Interrupted:
    """A job that was stopped and then resumed: its reports then and at the end."""

    document: Mapping[str, Any]
    job: str
    stopped: dict[str, Any]
    resumed: dict[str, Any]


def report_of(stack: Stack, job: str) -> dict[str, Any] | None:
    key = layout.report_key(job)
    return json.loads(stack.get(f"s3://{stack.bucket}/{key}")) if key in stack.exists(key) else None


def stopped_report(stack: Stack, job: str) -> dict[str, Any]:
    return until(lambda: report_of(stack, job), f"the report of {job}, which was stopped")


def has_begun(stack: Stack, faults: Faults, job: str) -> bool:
    """Something of it is read or sent, and mostly not all: it takes a while."""
    sent = any(unit["sent"] for unit in stack.units(job))
    return sent or len(list(faults.directory.glob(f"page-{job}-*"))) > 2


def wait_for_begin(stack: Stack, faults: Faults, job: str) -> None:
    until(lambda: True if has_begun(stack, faults, job) else None, f"the begin of {job}")


def interrupt(stack: Stack, faults: Faults, document: Mapping[str, Any]) -> str:
    """Starts the job and stops its execution once it has begun."""
    job = stack.name("slowly")
    execution = stack.start(document, job)
    wait_for_begin(stack, faults, job)
    stack.states.stop_execution(executionArn=execution)
    return job


Document = Callable[[Stack, str], dict[str, Any]]


def table_of(stack: Stack) -> str:
    table = stack.table()
    stack.fill(table, everything(ITEMS))
    return table


def load(stack: Stack, target: str) -> dict[str, Any]:
    source = stack.put("sources/slowly.jsonl", LINES)
    parallel = {"chunk_bytes": 2048, "message_bytes": 1024}
    return {
        "operation": "load",
        "source": source,
        "target": target,
        "format": {"preset": "jsonl"},
        "parallel": parallel,
    }


def copy(stack: Stack, target: str) -> dict[str, Any]:
    return {
        "operation": "copy",
        "source": table_of(stack),
        "target": target,
        "scan": PAGES,
        "parallel": SEGMENTS,
    }


def export(stack: Stack, target: str) -> dict[str, Any]:
    assert target
    return {
        "operation": "export",
        "source": table_of(stack),
        "scan": PAGES,
        "parallel": {"segments": 3},
    }


def restore(stack: Stack, target: str) -> dict[str, Any]:
    exported = stack.run(
        {"operation": "export", "source": table_of(stack), "parallel": {"segments": 3}}
    ).report["export"]
    return {
        "operation": "restore",
        "source": exported["location"],
        "target": target,
        "parallel": {"message_bytes": 1024},
    }


def scan(stack: Stack, target: str) -> dict[str, Any]:
    assert target
    return {
        "operation": "scan",
        "source": table_of(stack),
        "target": stack.queue(),
        "scan": PAGES,
        "parallel": {"segments": 3},
    }


def truncate(stack: Stack, target: str) -> dict[str, Any]:
    stack.fill(target, everything(ITEMS))
    return {
        "operation": "truncate",
        "target": target,
        "confirm": target,
        "scan": PAGES,
        "parallel": SEGMENTS,
    }


def count(stack: Stack, target: str) -> dict[str, Any]:
    assert target
    return {
        "operation": "count",
        "source": table_of(stack),
        "scan": PAGES,
        "parallel": {"segments": 3},
    }


DOCUMENTS: Mapping[str, Document] = {
    "load": load,
    "copy": copy,
    "export": export,
    "restore": restore,
    "scan": scan,
    "truncate": truncate,
    "count": count,
}


@pytest.fixture(scope="module")
def interrupted(stack: Stack, faults: Faults) -> dict[str, Interrupted]:
    """One job an operation: two at a time, as a small machine starts only so many functions in time."""

    def through(make: Document) -> Interrupted:
        document = make(stack, stack.table())
        job = interrupt(stack, faults, document)
        stopped = stopped_report(stack, job)
        faults.hurry(job)
        return Interrupted(document, job, stopped, stack.run({"resume": job}).report)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(DOCUMENTS, pool.map(through, DOCUMENTS.values()), strict=True))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_stopped_job_says_so_and_what_is_left(interrupted: dict[str, Interrupted], name: str) -> None:
    report = interrupted[name].stopped
    assert (report["status"], report["error"]) == ("FAILED", "JobCancelledError")
    assert '{"resume": "' in report["cause"]
    assert report["pending"]["units"] + report["pending"]["messages"] > 0
    rows = report["rows"]
    assert rows["read"] == rows["written"] + rows["superseded"] + rows["skipped"] + rows["rejected"]
    assert rows["read"] < ITEMS


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name != "count"])
def test_a_resumed_job_ends_as_if_it_had_never_been_stopped(
    interrupted: dict[str, Interrupted], name: str
) -> None:
    report = interrupted[name].resumed
    assert report["status"] == "SUCCEEDED", report["cause"]
    rows = {name: count for name, count in report["rows"].items() if count}
    assert rows == {"read": ITEMS, "written": ITEMS}
    assert report["pending"] == {"units": 0, "messages": 0, "rows": 0}


def test_the_tables_and_the_queue_are_what_they_had_to_become(
    stack: Stack, interrupted: dict[str, Interrupted]
) -> None:
    loaded = stack.items(interrupted["load"].document["target"])
    assert {key: item["name"]["S"] for key, item in loaded.items()} == {
        str(n): f"name {n}" for n in range(ITEMS)
    }
    copied = interrupted["copy"].document
    source, target = (
        {k: comparable(v) for k, v in stack.items(copied[s]).items()} for s in ("source", "target")
    )
    assert source == target
    assert len(stack.items(interrupted["restore"].document["target"])) == ITEMS
    assert stack.items(interrupted["truncate"].document["target"]) == {}
    assert interrupted["count"].resumed["count"]["items"] == ITEMS
    ids = [json.loads(body)["id"]["S"] for body in stack.drain(interrupted["scan"].document["target"])]
    assert len(set(ids)) == ITEMS


def test_the_export_of_a_resumed_job_restores_the_table(
    stack: Stack, interrupted: dict[str, Interrupted]
) -> None:
    exported, table = interrupted["export"], stack.table()
    location = exported.resumed["export"]["location"]
    restored = stack.run({"operation": "restore", "source": location, "target": table})
    assert restored.rows == {"read": ITEMS, "written": ITEMS}
    assert stack.items(table).keys() == stack.items(exported.document["source"]).keys()


def test_a_job_is_cancelled_by_an_execution(stack: Stack, faults: Faults) -> None:
    target = stack.table()
    job = stack.name("slowly")
    execution = stack.start(copy(stack, target), job)
    wait_for_begin(stack, faults, job)
    stack.output_of(stack.start({"cancel": job}))
    ended = stack.ended(execution)
    assert (ended.status, ended.error) == ("FAILED", "JobCancelledError")
    assert len(stack.items(target)) == ended.rows.get("written", 0) < ITEMS
    faults.hurry(job)
    assert stack.run({"resume": job}).rows == {"read": ITEMS, "written": ITEMS}
    assert len(stack.items(target)) == ITEMS


def test_a_job_that_runs_is_not_resumed(stack: Stack, faults: Faults) -> None:
    job = stack.name("slowly")
    execution = stack.start(count(stack, "none"), job)
    wait_for_begin(stack, faults, job)
    refused = stack.describe(stack.start({"resume": job}))
    assert (refused["status"], refused["error"]) == ("FAILED", "JobRunningError")
    faults.hurry(job)
    assert stack.ended(execution).report["count"]["items"] == ITEMS


def test_what_was_never_there_is_not_resumed(stack: Stack) -> None:
    refused = stack.describe(stack.start({"resume": "e2e-never"}))
    assert (refused["status"], refused["error"]) == ("FAILED", "JobNotFoundError")
