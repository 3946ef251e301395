"""A table that is exported, truncated and restored is the same table, in every format."""

from __future__ import annotations

import random
from typing import Any

import pytest

from headrace import layout
from headrace.ports import Item
from tests.builders import BUCKET, TABLE, Pipeline, execution, times
from tests.everything import everything
from tests.fakes import Crash

TYPES = {"bytes": "B", "texts": "SS", "numbers": "NS", "blobs": "BS"}
JSON_TEXT = {"text": "JSON", "large": "S"}
FORMATS: list[dict[str, Any]] = [
    {},
    {"format": {"preset": "jsonl"}, "columns": TYPES},
    {"columns": JSON_TEXT, "format": {"preset": "csv", "delimiter": ";", "encoding": "utf-16"}},
    {"columns": JSON_TEXT, "format": {"preset": "mysql"}},
]
EXPORT = {"operation": "export", "source": TABLE, "parallel": {"segments": 4}}


def table_of(items: list[Item], **fields: Any) -> Pipeline:
    pipeline = Pipeline(page_items=9, **fields)
    pipeline.tables.add(TABLE, *items)
    return pipeline


def exported(pipeline: Pipeline, document: dict[str, Any]) -> dict[str, Any]:
    report = pipeline.execute(EXPORT | {"tolerate": {"rejects_percent": 100}} | document)
    assert report["status"] == "SUCCEEDED", report["cause"]
    pipeline.items.clear()
    return report


def restored(pipeline: Pipeline, name: str, source: str) -> dict[str, Any]:
    document = {"operation": "restore", "source": source, "target": TABLE}
    report = pipeline.execute(document, execution(name))
    assert report["status"] == "SUCCEEDED", report["cause"]
    return report


@pytest.mark.parametrize("document", FORMATS)
def test_what_is_exported_comes_back_and_with_the_rejects_all_of_it(document: dict[str, Any]) -> None:
    items = list(everything(120, large=2))
    pipeline = table_of(items)
    before = dict(pipeline.items)
    report = exported(pipeline, document)
    restored(pipeline, "two", f"s3://{BUCKET}/{layout.export_prefix('one')}")
    flat = {key: item for key, item in before.items() if "map" not in item}
    assert pipeline.items == (flat if document else before)
    assert report["rows"]["rejected"] == len(before) - len(pipeline.items)
    if document:
        restored(pipeline, "three", report["rejects"]["location"])
    assert pipeline.items == before


def test_killed_and_hurried_workers_export_every_item_once() -> None:
    items = list(everything(120))
    rng = random.Random(1)
    pipeline = table_of(items, load_remaining=lambda: times(100.0, *[rng.choice([5.0, 100.0])] * 9))
    before = dict(pipeline.items)
    for call in (3, 7, 9):
        pipeline.store.faults.on("commit", call, Crash())
        pipeline.ledger.faults.on("save_unit", 2 * call, Crash())
    report = exported(pipeline, {"parallel": {"segments": 3}})
    parts = pipeline.store.list(BUCKET, layout.export_prefix("one") + "data/")
    assert pipeline.store.faults.calls["commit"] > len(parts) > 3
    again = restored(pipeline, "two", report["export"]["manifest"])
    assert again["rows"] == report["rows"] | {"written": 120, "read": 120}
    assert pipeline.items == before
