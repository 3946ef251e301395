"""A table scanned into a queue: every item is in it, and the report's counts are true."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.e2e.faults import Faults
from tests.e2e.stack import Ended, Stack
from tests.everything import comparable, everything

SEGMENTS = int(os.environ.get("HEADRACE_E2E_SEGMENTS", "8"))
ITEMS = max(300, SEGMENTS * 10)


@pytest.fixture(scope="module")
def table(stack: Stack) -> str:
    name = stack.table()
    stack.fill(name, everything(ITEMS))
    return name


def scan(stack: Stack, table: str, queue: str, name: str = "", **fields: Any) -> Ended:
    job = {
        "operation": "scan",
        "source": table,
        "target": queue,
        "parallel": {"segments": SEGMENTS},
        **fields,
    }
    return stack.run(job, name)


def ids(bodies: list[str]) -> Counter[str]:
    return Counter(json.loads(body)["id"]["S"] for body in bodies)


def test_every_item_is_one_message_exactly_as_it_is_in_the_table(stack: Stack, table: str) -> None:
    queue = stack.queue()
    job = scan(stack, table, queue)
    assert (job.status, job.rows) == ("SUCCEEDED", {"read": ITEMS, "written": ITEMS}), job.cause
    bodies = stack.drain(queue)
    assert set(ids(bodies).values()) == {1}
    assert job.report["messages"]["delivered"] == len(bodies) == ITEMS
    found = {item["id"]["S"]: comparable(item) for item in map(json.loads, bodies)}
    stored = stack.wire_items(table)
    assert found == {key: comparable(item) for key, item in stored.items()}


@pytest.mark.parametrize("fault", ["thirds", "halfway"])
def test_with_failed_entries_and_a_killed_worker_every_item_is_there_and_counted_once(
    stack: Stack, table: str, faults: Faults, fault: str
) -> None:
    queue = stack.queue()
    job = scan(stack, table, queue, stack.name(fault), parallel={"segments": max(SEGMENTS // 2, 1)})
    assert (job.status, job.rows) == ("SUCCEEDED", {"read": ITEMS, "written": ITEMS}), job.cause
    found = ids(stack.drain(queue))
    assert len(found) == ITEMS
    again = sum(found.values()) - ITEMS
    assert bool(again) == (fault == "halfway")
    assert job.report["messages"]["delivered"] == ITEMS
    assert bool(list(faults.directory.glob(f"killed-{job.job}"))) == (fault == "halfway")


def test_plain_json_can_be_packed_and_goes_to_a_fifo_queue_in_groups(stack: Stack, table: str) -> None:
    queue = stack.queue(".fifo")
    job = scan(
        stack,
        table,
        queue,
        format={"preset": "jsonl"},
        scan={"items_per_message": 20, "filter": "#n < :n", "names": {"#n": "number"}, "values": {":n": 100}},
        parallel={"segments": 2},
    )
    assert (job.status, job.rows) == ("SUCCEEDED", {"read": 100, "written": 100}), job.cause
    packed = [json.loads(body) for body in stack.drain_fifo(queue)]
    assert all(1 <= len(items) <= 20 for items in packed)
    assert sorted(item["number"] for items in packed for item in items) == list(range(100))
    assert job.report["messages"]["delivered"] == len(packed)


def test_a_segment_that_needs_several_calls_reads_each_page_once(
    stack: Stack, table: str, faults: Faults
) -> None:
    queue = stack.queue()
    job = scan(stack, table, queue, stack.name("slowly"), parallel={"segments": 1}, scan={"page_items": 24})
    assert (job.status, job.rows) == ("SUCCEEDED", {"read": ITEMS, "written": ITEMS}), job.cause
    assert faults.noted(job.job) > 1
    pages = Counter(path.name.rpartition("-")[0] for path in faults.directory.glob(f"page-{job.job}-*"))
    assert len(pages) >= ITEMS // 24
    assert set(pages.values()) == {1}
    assert set(ids(stack.drain(queue)).values()) == {1}


def test_a_queue_outside_the_settings_is_refused(stack: Stack, table: str) -> None:
    made = stack.sqs.create_queue(QueueName="elsewhere-queue")["QueueUrl"]
    job = scan(stack, table, made)
    assert (job.status, job.error) == ("FAILED", "QueueNotAllowedError")
    assert "queues" in job.cause


def invoke(stack: Stack, event: Mapping[str, Any]) -> dict[str, Any]:
    answer = stack.functions.invoke(FunctionName=stack.function("ScanSegment"), Payload=json.dumps(event))
    assert "FunctionError" not in answer, answer["Payload"].read()
    returned: dict[str, Any] = json.loads(answer["Payload"].read())
    return returned


def test_the_event_of_a_plain_scanner_is_taken_as_it_stands(stack: Stack, table: str) -> None:
    queue = stack.queue()
    told = {"HEADRACE_SCAN_TABLE": table, "HEADRACE_SCAN_QUEUE_URL": queue}
    function = stack.function("ScanSegment")
    own = stack.functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    stack.functions.update_function_configuration(
        FunctionName=function, Environment={"Variables": own | told}
    )
    try:
        whole = [
            invoke(stack, {"current_segment": n, "total_segments": 3, "limit_of_rows": 3000})
            for n in range(3)
        ]
        assert sum(answer["rows"] for answer in whole) == ITEMS
        assert not any(answer["more"] for answer in whole)
        assert set(ids(stack.drain(queue)).values()) == {1}
        limited = invoke(stack, {"current_segment": 1, "total_segments": 3, "limit_of_rows": 5})
        assert limited["rows"] == 5 == len(stack.drain(queue))
    finally:
        stack.functions.update_function_configuration(FunctionName=function, Environment={"Variables": own})
