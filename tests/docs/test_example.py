"""The example that runs through the pages ends as they say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headrace import layout
from headrace.names import EVENT_DETAIL_TYPE, EVENT_SOURCE
from headrace.ports import KeyAttribute, TableSchema
from tests.builders import BUCKET, HOME, Pipeline
from tests.docs.blocks import block, page, table
from tests.docs.reports import names_of

ORDERS = TableSchema("orders", HOME + "orders", (KeyAttribute("order", "N", "partition"),))
CSV = block(page("load-a-file"), "csv", "orders")
OPTIONS = json.loads(block(page("load-a-file"), "options", "orders"))
REJECTS = block(page("rejects"), "csv", "rejects")


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline(schema=ORDERS)


def rows(report: dict[str, Any]) -> dict[str, int]:
    return {name: count for name, count in report["rows"].items() if count}


def test_without_options_three_of_four_rows_are_written(pipeline: Pipeline) -> None:
    assert rows(pipeline.run(CSV)) == {"read": 4, "written": 3, "superseded": 1}


def test_with_options_the_report_is_that_of_the_page(pipeline: Pipeline) -> None:
    shown = json.loads(block(page("the-report"), "report", "orders"))
    report = pipeline.run(CSV, columns=OPTIONS["columns"])
    assert {name: report[name] for name in shown} == shown


def test_a_tolerance_of_one_percent_is_too_little(pipeline: Pipeline) -> None:
    assert pipeline.run(CSV, **OPTIONS)["error"] == "RowsRejectedError"


def test_the_rejects_file_is_that_of_the_page(pipeline: Pipeline) -> None:
    pipeline.run(CSV, columns=OPTIONS["columns"])
    file = pipeline.store.objects[BUCKET, layout.rejects_key("one")]
    assert file.decode().replace("\r\n", "\n") == REJECTS


def test_the_mended_rejects_load_again(pipeline: Pipeline) -> None:
    report = pipeline.run(REJECTS.replace("on request,", "12.00,"), columns=OPTIONS["columns"])
    assert (report["status"], rows(report)) == ("SUCCEEDED", {"read": 1, "written": 1})


def test_the_page_has_every_field_of_the_report(pipeline: Pipeline) -> None:
    report = pipeline.run(CSV, columns=OPTIONS["columns"])
    assert {row[0] for row in table(page("the-report"), "fields")} == names_of(report)


def test_the_page_marks_the_fields_of_a_job_that_did_not_start(pipeline: Pipeline) -> None:
    report = pipeline.run(CSV, columns={"price": "N"})
    marked = {row[0] for row in table(page("the-report"), "fields") if row[1]}
    assert (report["error"], names_of(report)) == ("HeaderError", marked)


def test_the_pattern_of_the_page_matches_the_event() -> None:
    pattern = json.loads(block(page("the-report"), "event"))
    assert (pattern["source"], pattern["detail-type"]) == ([EVENT_SOURCE], [EVENT_DETAIL_TYPE])
    assert pattern["detail"] == {"status": ["FAILED"]}
