"""A report as a person reads it."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from headrace.cli.report_view import report_lines, show_report
from headrace.errors import HeadraceError
from tests.builders import BUCKET, QUEUE, TABLE, Pipeline, job_document
from tests.scenarios import COPY, COPY_SCHEMA

PAGE = f"report: s3://{BUCKET}/jobs/one/report.html"
OPEN = "  headrace report one --open shows it"
REJECTS = f"s3://{BUCKET}/jobs/one/rejects/rejects"
ITEMS = [{"id": {"S": key}, "n": {"N": "1"}} for key in "abc"]


@pytest.fixture
def pipeline() -> Pipeline:
    made = Pipeline(others=(COPY_SCHEMA,))
    made.tables.add(TABLE, *ITEMS)
    return made


def lines(pipeline: Pipeline, **document: Any) -> list[str]:
    return list(report_lines(pipeline.execute(document)))


def test_of_a_job_that_succeeded_come_the_accounts(pipeline: Pipeline) -> None:
    report = pipeline.run("id,name\na,x\na,y\nb,z\n")
    assert list(report_lines(report)) == [
        "3 rows read = 2 written + 1 superseded + 0 skipped + 0 rejected",
        "consumed: 2 write units",
        PAGE,
        OPEN,
    ]


def test_of_rejects_come_the_first_and_what_to_do(pipeline: Pipeline) -> None:
    told = list(report_lines(pipeline.run("id,n:N\na,1\nb,x\nc,y\n")))
    assert told[0] == (
        f"RowsRejectedError: Of 3 rows read: 1 written, 2 rejected. Why: type n (2). Rejects: {REJECTS}.csv"
    )
    assert told[3:-2] == [
        "rejected: 2 type n",
        "  first: row 3: column 'n': 'x' is not a number",
        f"  {REJECTS}.csv",
        "  headrace rejects one fetches that file",
        "  mend it, then: headrace retry one --mended FILE",
    ]


def test_of_what_was_given_up_comes_the_last_error(pipeline: Pipeline) -> None:
    for call in range(1, 6):
        pipeline.tables.faults.on("write", call, HeadraceError("odd"))
    told = list(report_lines(pipeline.run("id,name\na,1\n")))
    assert "rejected:" in told
    assert any(line.startswith("  ") and "odd" in line for line in told)


def test_a_job_that_could_not_start_says_why_and_no_more(pipeline: Pipeline) -> None:
    report = pipeline.execute({"operation": "count", "source": "nowhere"})
    (line,) = report_lines(report)
    assert line.startswith("TableNotFoundError: there is no table 'nowhere'")


def test_a_dry_run_says_what_would_be(pipeline: Pipeline) -> None:
    planned = pipeline.run("id\na\nb\n", dry_run=True)
    assert next(report_lines(planned)) == "dry run, nothing was written: 2 records"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"operation": "truncate", "target": TABLE, "confirm": TABLE, "dry_run": True}, "3 items"),
        (
            {"operation": "copy", "source": TABLE, "target": COPY, "mirror": True, "dry_run": True},
            "3 items, 0 to delete",
        ),
    ],
)
def test_a_dry_run_of_a_deletion_says_how_many(
    pipeline: Pipeline, document: dict[str, Any], told: str
) -> None:
    assert lines(pipeline, **document)[0] == f"dry run, nothing was written: {told}"


def test_a_dry_run_that_cannot_know_says_so(pipeline: Pipeline) -> None:
    (told, *_) = report_lines(pipeline.run(gzip.compress(b"id\na\n"), dry_run=True))
    assert told == "dry run, nothing was written: how many records, only reading tells"


def test_of_a_count_comes_the_count(pipeline: Pipeline) -> None:
    told = lines(
        pipeline,
        operation="count",
        source=TABLE,
        scan={"filter": "id > :a", "values": {":a": "a"}},
    )
    assert told[0] == "2 items, of 3 looked at"
    assert told[1].startswith("consumed: ")
    assert told[1].endswith("read units")


def test_of_an_export_comes_where_it_is(pipeline: Pipeline) -> None:
    told = lines(pipeline, operation="export", source=TABLE, parallel={"segments": 1})
    assert told[0] == "3 rows read = 3 written + 0 superseded + 0 skipped + 0 rejected"
    assert told[1].startswith("1 parts, ")
    assert told[1].endswith(f"s3://{BUCKET}/exports/one/")


def test_of_a_scan_come_the_messages(pipeline: Pipeline) -> None:
    assert f"3 messages in {QUEUE}" in lines(pipeline, operation="scan", source=TABLE, target=QUEUE)


def test_of_a_mirror_come_the_deletions(pipeline: Pipeline) -> None:
    pipeline.tables.add(COPY, {"id": {"S": "z"}})
    told = lines(pipeline, operation="copy", source=TABLE, target=COPY, mirror=True)
    assert told[:2] == [
        "4 rows read = 4 written + 0 superseded + 0 skipped + 0 rejected",
        "1 of them deleted",
    ]


def test_of_throttles_come_their_reasons(pipeline: Pipeline) -> None:
    report = pipeline.run("id\na\n") | {"throttles": {"TableWriteProvisionedThroughputExceeded": 1200}}
    assert "throttled: 1,200 TableWriteProvisionedThroughputExceeded" in report_lines(report)


def test_of_a_job_that_was_cancelled_comes_how_to_go_on(pipeline: Pipeline) -> None:
    pipeline.put_source("id\na\nb\n")
    pipeline.cancel(12)
    told = list(report_lines(pipeline.execute(job_document())))
    assert told[0].startswith("JobCancelledError: cancelled. ")
    assert '{"resume": "one"}' in told[0]


def test_columns_that_look_like_numbers_come_with_the_option_that_makes_them_such(pipeline: Pipeline) -> None:
    told = list(report_lines(pipeline.run("id,total\na,1\nb,2.5\n")))
    assert "column 'total' looks like N: --column total=N" in told


def test_the_headline_is_how_it_ended_and_how_long_it_took(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    show_report(pipeline.run("id\na\n") | {"seconds": 83.25})
    assert capsys.readouterr().out.splitlines()[0] == "SUCCEEDED  one, 83.2 s"
