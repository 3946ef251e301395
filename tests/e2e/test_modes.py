"""Conditional writes against others who write the same keys at the same time."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.stack import Stack

ROWS = 400
JOB, OTHER = 5, 9
"""The versions that the job writes, and that the others do."""


@contextmanager
def others(stack: Stack, table: str) -> Iterator[dict[str, set[int]]]:
    """Somebody writes every third key while the job runs; yields what they found there, by key."""
    found: dict[str, set[int]] = {}
    client = stack.emulator.client("dynamodb")
    stop = threading.Event()

    def write() -> None:
        for number in range(0, ROWS, 3):
            if stop.is_set():
                return
            old = client.put_item(
                TableName=table,
                Item={"id": {"S": str(number)}, "v": {"N": str(OTHER)}},
                ReturnValues="ALL_OLD",
            ).get("Attributes")
            found[str(number)] = {int(old["v"]["N"])} if old else set()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("mode", ["insert", "newer"])
def test_nothing_that_others_write_is_lost_and_the_counts_add_up(stack: Stack, mode: str) -> None:
    table = stack.table()
    lines = "".join(json.dumps({"id": str(n), "v": JOB}) + "\n" for n in range(ROWS))
    write: dict[str, Any] = {"mode": mode} | ({"newer_by": "v"} if mode == "newer" else {})
    with others(stack, table) as found:
        job = stack.ended(
            stack.load(
                table,
                stack.put(f"sources/concurrent-{mode}.jsonl", lines),
                format={"preset": "jsonl"},
                write=write,
                parallel={"message_bytes": 4096},
            )
        )
    assert job.status == "SUCCEEDED", job.cause
    versions = {key: int(item["v"]["N"]) for key, item in stack.items(table).items()}
    assert len(versions) == ROWS
    assert {key: versions[key] for key in found} == dict.fromkeys(found, OTHER)
    ours_first = sum(old == {JOB} for old in found.values())
    skipped = len(found) - ours_first
    assert job.rows == {"read": ROWS, "written": ROWS - skipped} | ({"skipped": skipped} if skipped else {})
