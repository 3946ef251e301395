"""What goes out of a table comes back into one as it was, whichever way it takes."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from tests.e2e.stack import Stack
from tests.everything import comparable, everything

ITEMS = int(os.environ.get("HEADRACE_E2E_ITEMS", "600"))
SMALL = {"segments": 5, "message_bytes": 65536}
FORMATS = ("dynamodb-json", "jsonl", "csv")


def content(stack: Stack, table: str) -> dict[str, Any]:
    return {key: comparable(item) for key, item in stack.items(table).items()}


@pytest.fixture(scope="module")
def source(stack: Stack) -> str:
    table = stack.table(stack.name("everything"))
    stack.fill(table, everything(ITEMS, large=3))
    return table


@pytest.mark.parametrize("preset", FORMATS)
def test_an_export_restores_what_its_format_can_carry_and_rejects_the_rest(
    stack: Stack, source: str, preset: str
) -> None:
    before = content(stack, source)
    exported = stack.run(
        {
            "operation": "export",
            "source": source,
            "format": {"preset": preset},
            "parallel": {"segments": 5},
            "tolerate": {"rejects_percent": 100},
        }
    )
    assert exported.status == "SUCCEEDED", exported.cause
    written, rejected = exported.rows["written"], exported.rows.get("rejected", 0)
    assert written + rejected == exported.rows["read"] == ITEMS
    assert bool(rejected) == (preset != "dynamodb-json")
    table = stack.table()
    location = exported.report["export"]["location"]
    restored = stack.run({"operation": "restore", "source": location, "target": table})
    assert (restored.status, restored.rows) == ("SUCCEEDED", {"read": written, "written": written})
    after = content(stack, table)
    assert len(after) == written
    assert after == {key: before[key] for key in after}
    if rejected:
        again = {"operation": "restore", "source": exported.report["rejects"]["location"], "target": table}
        assert stack.run(again).rows == {"read": rejected, "written": rejected}
        assert content(stack, table) == before


def test_a_copy_is_the_same(stack: Stack, source: str) -> None:
    table = stack.table()
    copied = stack.run({"operation": "copy", "source": source, "target": table, "parallel": SMALL})
    assert (copied.status, copied.rows) == ("SUCCEEDED", {"read": ITEMS, "written": ITEMS}), copied.cause
    assert content(stack, table) == content(stack, source)


def test_a_subset_is_copied_renamed_and_without_what_is_dropped(stack: Stack, source: str) -> None:
    table = stack.table()
    copied = stack.run(
        {
            "operation": "copy",
            "source": source,
            "target": table,
            "scan": {"filter": "#n < :n", "names": {"#n": "number"}, "values": {":n": 30}},
            "columns": {"text": {"rename": "words"}, "map": {"drop": True}},
        }
    )
    assert (copied.status, copied.rows) == ("SUCCEEDED", {"read": 30, "written": 30}), copied.cause
    expected = {
        key: {"words" if name == "text" else name: value for name, value in item.items() if name != "map"}
        for key, item in content(stack, source).items()
        if int(item["number"][1]) < 30
    }
    assert content(stack, table) == expected


def test_a_mirror_deletes_what_the_source_has_not_and_counts_it_first(stack: Stack) -> None:
    source, target = stack.table(), stack.table()
    stack.fill(source, everything(40))
    stack.fill(target, everything(55))
    job = {"operation": "copy", "source": source, "target": target, "mirror": True, "parallel": SMALL}
    dry = stack.run(job | {"dry_run": True})
    assert (dry.status, dry.report["planned"]) == ("SUCCEEDED", {"items": 40, "deletes": 15})
    assert len(stack.items(target)) == 55
    mirrored = stack.run(job)
    assert (mirrored.status, mirrored.rows) == ("SUCCEEDED", {"read": 55, "written": 55}), mirrored.cause
    assert (mirrored.report["planned"], mirrored.report["deleted"]) == ({"items": 40, "deletes": 15}, 15)
    assert content(stack, target) == content(stack, source)


def test_a_truncate_says_how_many_and_empties_the_table(stack: Stack) -> None:
    table = stack.table()
    stack.fill(table, everything(130))
    job = {"operation": "truncate", "target": table, "confirm": table, "parallel": SMALL}
    dry = stack.run(job | {"dry_run": True})
    assert (dry.report["planned"], len(stack.items(table))) == ({"items": 130}, 130)
    emptied = stack.run(job)
    assert (emptied.status, emptied.rows) == ("SUCCEEDED", {"read": 130, "written": 130}), emptied.cause
    assert (emptied.report["planned"], emptied.report["deleted"]) == ({"items": 130}, 130)
    assert stack.items(table) == {}


def test_a_truncate_wants_the_name_twice_and_leaves_a_protected_table_alone(stack: Stack) -> None:
    table = stack.table()
    stack.fill(table, everything(3))
    refused = stack.run({"operation": "truncate", "target": table, "confirm": "another"})
    assert (refused.status, refused.error) == ("FAILED", "JobInvalidError")
    assert "confirm" in refused.cause
    stack.dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)
    protected = stack.run({"operation": "truncate", "target": table, "confirm": table})
    assert (protected.status, protected.error) == ("FAILED", "TableProtectedError")
    assert len(stack.items(table)) == 3


def test_a_count_is_exact(stack: Stack, source: str) -> None:
    counted = stack.run({"operation": "count", "source": source, "parallel": {"segments": 7}})
    assert (counted.status, counted.rows) == ("SUCCEEDED", {}), counted.cause
    assert counted.report["count"]["items"] == ITEMS


def test_one_partition_is_copied_by_its_key(stack: Stack, source: str) -> None:
    table = stack.table()
    scan = {"key_condition": "id = :id", "values": {":id": "item-0000007"}}
    copied = stack.run({"operation": "copy", "source": source, "target": table, "scan": scan})
    assert (copied.status, copied.rows) == ("SUCCEEDED", {"read": 1, "written": 1}), copied.cause
    assert list(stack.items(table)) == ["item-0000007"]


MODES = {
    "insert": ({"read": 4, "written": 2, "skipped": 2}, {"1": "5", "2": "5", "3": "7", "4": "7"}),
    "newer": ({"read": 4, "written": 3, "skipped": 1}, {"1": "7", "2": "9", "3": "7", "4": "7"}),
    "delete": ({"read": 4, "written": 4}, {}),
}


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_decides_what_becomes_of_what_is_there(stack: Stack, mode: str) -> None:
    table = stack.table()
    old = {"1": "5", "2": "9"} if mode == "newer" else {"1": "5", "2": "5"}
    stack.fill(table, [{"id": {"S": key}, "v": {"N": version}} for key, version in old.items()])
    lines = "".join(json.dumps({"id": str(n), "v": 7}) + "\n" for n in range(1, 5))
    source = stack.put(f"sources/{mode}.jsonl", lines)
    write = {"mode": mode} | ({"newer_by": "v"} if mode == "newer" else {})
    job = stack.ended(stack.load(table, source, format={"preset": "jsonl"}, write=write))
    rows, items = MODES[mode]
    assert (job.status, job.rows) == ("SUCCEEDED", rows), job.cause
    assert {key: item["v"]["N"] for key, item in stack.items(table).items()} == items


def test_tables_that_differ_are_told_apart_before_anything_is_read(stack: Stack, source: str) -> None:
    other = stack.table(key_type="N")
    refused = stack.run({"operation": "copy", "source": source, "target": other})
    assert (refused.status, refused.error) == ("FAILED", "TablesDifferError")
    assert "id" in refused.cause
    assert stack.items(other) == {}
