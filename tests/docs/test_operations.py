"""The jobs of the pages on the operations do what the pages say, with the orders of their example."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from headrace import layout
from headrace.ports import Item, KeyAttribute, TableSchema
from tests.builders import BUCKET, HOME, QUEUE, Pipeline, execution
from tests.docs.blocks import block, page, table
from tests.docs.reports import names_of

ITEMS = [json.loads(line)["Item"] for line in block(page("read-a-table"), "items", "orders").splitlines()]
KEY = (KeyAttribute("order", "N", "partition"),)
ORDERS = TableSchema("orders", HOME + "orders", KEY, items=3, bytes=312)
STAGING = TableSchema("orders-staging", HOME + "orders-staging", KEY)
JOB = "orders-2026-11-21"
NAMES = {"my-data-bucket": BUCKET, "https://sqs.eu-west-1.amazonaws.com/123456789012/orders-queue": QUEUE}
MAIN = {
    "scan": "scan-into-a-queue",
    "export": "export",
    "copy": "copy",
    "mirror": "copy",
    "truncate": "truncate",
    "count": "count",
}
"""By the tag of the job and of its report: the page."""


@pytest.fixture
def pipeline() -> Pipeline:
    made = Pipeline(schema=ORDERS, others=(STAGING,))
    made.tables.add("orders", *ITEMS)
    return made


def ours(text: str) -> dict[str, Any]:
    """JSON of a page, with the names of the fakes."""
    for told, name in NAMES.items():
        text = text.replace(told, name)
    found: dict[str, Any] = json.loads(text)
    return found


def job(name: str, tag: str) -> dict[str, Any]:
    return ours(block(page(name), "job", tag))


def run(pipeline: Pipeline, document: Mapping[str, Any], name: str = JOB) -> dict[str, Any]:
    return pipeline.execute(document, execution(name))


def picked(report: Any, shown: Any) -> Any:
    """Those fields of a report that a page shows."""
    if isinstance(shown, Mapping):
        return {name: picked(report[name], inner) for name, inner in shown.items()}
    return report


def order(number: int) -> Item:
    return {"order": {"N": str(number)}}


def orders(items: Iterable[Item]) -> list[str]:
    return sorted(item["order"]["N"] for item in items)


@pytest.mark.parametrize(("tag", "name"), MAIN.items())
def test_the_report_of_an_operation_is_that_of_its_page(pipeline: Pipeline, tag: str, name: str) -> None:
    if tag in ("mirror", "truncate"):
        pipeline.tables.add(
            "orders-staging", *(ITEMS if tag == "truncate" else (ITEMS[1], order(7), order(8)))
        )
    shown = ours(block(page(name), "report", tag))
    assert picked(run(pipeline, job(name, tag)), shown) == shown
    if tag in ("copy", "mirror"):
        assert pipeline.items_of("orders-staging") == pipeline.items
    if tag == "truncate":
        assert pipeline.items_of("orders-staging") == {}


def test_a_scan_puts_every_item_into_the_queue(pipeline: Pipeline) -> None:
    run(pipeline, job("scan-into-a-queue", "scan"))
    bodies = pipeline.user_queue.bodies
    assert sorted(map(json.loads, bodies), key=orders_key) == sorted(ITEMS, key=orders_key)


def orders_key(item: Item) -> str:
    return str(item["order"]["N"])


def test_an_export_is_restored_as_its_page_says(pipeline: Pipeline) -> None:
    run(pipeline, job("export", "export"))
    pipeline.items.clear()
    shown = ours(block(page("restore"), "report", "restore"))
    assert picked(run(pipeline, job("restore", "restore"), "back"), shown) == shown
    assert sorted(pipeline.items.values(), key=orders_key) == sorted(ITEMS, key=orders_key)


def test_a_csv_export_has_the_columns_of_the_page_and_restores(pipeline: Pipeline) -> None:
    report = run(pipeline, job("export", "csv"))
    assert report["rows"]["written"] == len(ITEMS)
    part = next(key for _, key in pipeline.store.objects if key.endswith(".csv.gz"))
    header = gzip.decompress(pipeline.store.objects[BUCKET, part]).decode().splitlines()[0]
    assert header == block(page("export"), "csv", "orders").strip()
    restore = job("restore", "restore") | {"source": report["export"]["location"], "target": "orders-staging"}
    run(pipeline, restore, "back")
    assert pipeline.items_of("orders-staging") == pipeline.items


def test_an_export_as_plain_json_rejects_sets_and_the_rejects_are_restored(pipeline: Pipeline) -> None:
    report = run(pipeline, job("export", "jsonl"))
    assert (report["status"], report["rows"]["written"], report["rows"]["rejected"]) == ("SUCCEEDED", 2, 2)
    for number, source in enumerate([report["export"]["location"], report["rejects"]["location"]]):
        document = {"operation": "restore", "source": source, "target": "orders-staging"}
        assert run(pipeline, document, f"back-{number}")["rows"]["written"] == 2
    assert pipeline.items_of("orders-staging") == pipeline.items


def test_a_reject_of_an_item_is_that_of_the_page(pipeline: Pipeline) -> None:
    shown = json.loads(block(page("rejects"), "reject"))
    pipeline.items.clear()
    pipeline.tables.add("orders", shown["Item"])
    run(pipeline, job("export", "jsonl"))
    assert json.loads(pipeline.store.objects[BUCKET, layout.rejects_key(JOB, "jsonl")]) == shown


def test_a_part_of_a_table_is_copied_renamed_and_without_what_is_dropped(pipeline: Pipeline) -> None:
    assert run(pipeline, job("copy", "part"))["rows"]["written"] == 2
    copied = pipeline.items_of("orders-staging").values()
    assert orders(copied) == ["1001", "1002"]
    assert all("client" in item and not item.keys() & {"customer", "card"} for item in copied)


def test_a_part_of_a_table_is_deleted(pipeline: Pipeline) -> None:
    report = run(pipeline, job("truncate", "part"))
    assert (report["deleted"], orders(pipeline.items.values())) == (1, ["1001", "1002", "1003"])


def test_a_truncate_that_is_dry_only_counts(pipeline: Pipeline) -> None:
    pipeline.tables.add("orders-staging", *ITEMS)
    report = run(pipeline, job("truncate", "dry"))
    assert (report["planned"], len(pipeline.items_of("orders-staging"))) == ({"items": 4}, 4)


def test_a_part_of_a_table_is_counted(pipeline: Pipeline) -> None:
    counted = run(pipeline, job("read-a-table", "subset"))["count"]
    assert (counted["items"], counted["scanned"]) == (1, 4)


def test_json_lines_load_with_types_and_new_names(pipeline: Pipeline) -> None:
    line = '{"order": 12345678901234567890.5, "tags": ["gift"], "placed": "2026-11-21", "paid": null}\n'
    pipeline.put_source(line, "files/orders.jsonl")
    pipeline.items.clear()
    run(pipeline, job("restore", "jsonl"))
    assert list(pipeline.items.values()) == [
        {
            "order": {"N": "12345678901234567890.5"},
            "tags": {"SS": ["gift"]},
            "at": {"S": "2026-11-21"},
            "paid": {"NULL": True},
        }
    ]


def test_newer_replaces_older_items_and_skips_newer_ones(pipeline: Pipeline) -> None:
    pipeline.tables.add("orders", order(1) | {"updated": {"N": "9"}}, order(2) | {"updated": {"N": "10"}})
    pipeline.put_source("order,updated\n1,10\n2,9\n1003,1\n", "files/orders.csv")
    rows = run(pipeline, job("write-modes", "newer"))["rows"]
    assert (rows["read"], rows["written"], rows["skipped"]) == (3, 2, 1)
    assert {pipeline.items[key]["updated"]["N"] for key in pipeline.items if key in (("1",), ("2",))} == {
        "10"
    }


def test_a_cancelled_job_is_resumed_as_if_it_had_never_been_stopped(pipeline: Pipeline) -> None:
    stop, go_on = (ours(block(page("stop-and-resume"), "control", verb)) for verb in ("cancel", "resume"))

    def cancel(at: Pipeline) -> None:
        at.plan(stop, execution("stop"))

    pipeline.between = cancel
    stopped = run(pipeline, job("copy", "copy"))
    assert stopped["error"] == "JobCancelledError"
    assert stopped["pending"]["units"] > 0
    pipeline.between = lambda _: None
    shown = ours(block(page("copy"), "report", "copy"))
    resumed = run(pipeline, go_on, "resumed")
    assert picked(resumed, shown) == shown
    assert (resumed["job"], resumed["resumed"]) == (JOB, 1)
    assert pipeline.items_of("orders-staging") == pipeline.items


def _more_fields(tag: str) -> set[str]:
    """A copy is meant that is no mirror."""
    operation = "copy" if tag == "mirror" else tag
    found = {name for name, of, _ in table(page("the-report"), "more fields") if operation in of}
    return found - {"deleted"} if tag == "copy" else found


@pytest.mark.parametrize(("tag", "name"), MAIN.items())
def test_the_page_has_every_field_that_an_operations_report_has_more(
    pipeline: Pipeline, tag: str, name: str
) -> None:
    report = names_of(run(pipeline, job(name, tag)))
    everywhere = [row[0] for row in table(page("the-report"), "fields")]
    more = {field for field in report if not any(f"{known}.".startswith(f"{field}.") for known in everywhere)}
    assert more == _more_fields(tag)
