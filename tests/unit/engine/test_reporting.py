"""The report adds up, its verdict is right, and it shows nobody's cells."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import orjson
import pytest

from headrace import layout
from headrace.errors import JobInvalidError, TransientError
from headrace.failures import explain, refusal
from headrace.job.model import Job, Operation, Tolerate
from headrace.ledger import JobRecord, Settled, Stop, Tally, UnitRecord, UnitState
from headrace.ports import Counts
from headrace.report_page import report_page
from headrace.reporting import build_refusal, build_report, build_unplanned, judge
from tests.builders import BUCKET, EXECUTION, TABLE, Pipeline, is_balanced, plan_of
from tests.scenarios import small_pipeline

RECORD = JobRecord("one", "arn", 0.0, units=1)
SECRET = "secret-<b>&'"


def report_of(
    of: list[UnitRecord], settled: dict[int, Settled], record: JobRecord = RECORD, **fields: Any
) -> dict[str, Any]:
    return build_report(replace(record, units=len(of) or 1), plan_of(**fields), of, settled, 61.5)


def unit(number: int = 0, **fields: Any) -> UnitRecord:
    """A unit of ten rows in one message, done if nothing else is said."""
    whole = UnitRecord(number, UnitState.DONE, sent=1, tally=Tally(records=10, rows=10, requests=10))
    return replace(whole, **fields)


def rows(read: int, rejected: int) -> dict[str, int]:
    return {"read": read, "written": read - rejected, "superseded": 0, "skipped": 0, "rejected": rejected}


def test_units_and_messages_add_up() -> None:
    tally = Tally(12, 11, 8, 2, 1, {"type n": 1})
    settled = {
        0: Settled(1, counts=Counts(written=10, units=12.5, throttles={"b": 1})),
        1: Settled(1, counts=Counts(written=5, skipped=1, rejected=1, failed=1, throttles={"a": 2, "b": 3})),
    }
    report = report_of([unit(), unit(1, tally=tally)], settled, records=22)
    assert report["rows"] == {"read": 21, "written": 15, "superseded": 2, "skipped": 1, "rejected": 3}
    assert is_balanced(report)
    assert report["throttles"] == {"a": 2, "b": 4}
    assert report["consumed"]["write_units"] == 12.5
    assert (report["started"], report["ended"], report["seconds"]) == (
        "1970-01-01T00:00:00Z",
        "1970-01-01T00:01:01Z",
        61.5,
    )


@pytest.mark.parametrize(
    ("tolerate", "status"),
    [
        (Tolerate(), "FAILED"),
        (Tolerate(rejects=4), "FAILED"),
        (Tolerate(rejects=5), "SUCCEEDED"),
        (Tolerate(rejects_percent=4.9), "FAILED"),
        (Tolerate(rejects_percent=5), "SUCCEEDED"),
        (Tolerate(rejects=1, rejects_percent=5), "SUCCEEDED"),
    ],
)
def test_rejects_are_held_against_the_larger_of_what_is_tolerated(tolerate: Tolerate, status: str) -> None:
    assert judge(rows(100, 5), [], tolerate, "why").status == status


def test_missing_rows_are_never_tolerated() -> None:
    verdict = judge(rows(100, 0), ["unit 3 failed"], Tolerate(100, 100), "")
    assert verdict.error == "RowsMissingError"
    assert "unit 3 failed" in verdict.cause


@pytest.mark.parametrize(
    ("units", "settled", "fields", "missing"),
    [
        ([unit(sent=2)], {0: Settled(1, counts=Counts(written=4))}, {}, "1 messages with 6 rows"),
        ([unit()], {}, {}, "1 messages with 10 rows"),
        ([unit(state=UnitState.RUNNING, tally=Tally())], {}, {}, "1 of 1 units never ended"),
        ([], {}, {}, "1 of 1 units never ended"),
        ([unit(state=UnitState.FAILED, error="why", row=7, offset=99)], {}, {}, r"row 7 \(byte 99\).*why"),
        ([unit()], {0: Settled(1, counts=Counts(written=10))}, {"records": 11}, "10 records .* counted 11"),
    ],
)
def test_what_is_not_accounted_for_is_said(
    units: list[UnitRecord], settled: dict[int, Settled], fields: dict[str, Any], missing: str
) -> None:
    report = report_of(units, settled, **fields)
    assert report["error"] == "RowsMissingError"
    assert any(re.search(missing, text) for text in report["missing"])
    assert report["cause"].endswith('start an execution with {"resume": "one"}')


def test_what_went_wrong_outside_any_unit_is_said() -> None:
    record = JobRecord("one", "arn", 0.0, error="States.Timeout: the Map")
    report = report_of([unit()], {0: Settled(1, counts=Counts(written=10))}, record)
    assert report["missing"] == ["States.Timeout: the Map"]


STOP = Stop("TableNotFoundError", "there is no table")


def stopped_report(*units: UnitRecord, planned: int = 3, **settled: Settled) -> dict[str, Any]:
    record = replace(RECORD, units=planned)
    by_unit = {int(name[1:]): one for name, one in settled.items()}
    return build_report(record, plan_of(), list(units), by_unit, 61.5, None, STOP)


def test_of_a_job_that_was_stopped_only_what_is_settled_counts_and_the_rest_is_pending() -> None:
    tally = Tally(records=30, rows=30, requests=25, superseded=3, rejected=2)
    running = UnitRecord(0, UnitState.RUNNING, sent=5, tally=tally)
    failed = UnitRecord(1, UnitState.FAILED, error="why")
    report = stopped_report(
        running, failed, u0=Settled(0b10011, counts=Counts(written=11, skipped=1), parked=4)
    )
    assert (report["status"], report["error"], report["missing"]) == ("FAILED", "TableNotFoundError", [])
    assert report["rows"] == {"read": 17, "written": 11, "superseded": 3, "skipped": 1, "rejected": 2}
    assert report["pending"] == {"units": 3, "messages": 2, "rows": 13}
    assert report["messages"] == {"sent": 5, "settled": 3, "delivered": 0}
    assert report["cause"] == (
        "there is no table. Of 17 rows read: 11 written, 3 superseded, 1 skipped, 2 rejected. "
        'Left: 3 units, and 2 messages with 13 rows; to go on, start an execution with {"resume": "one"}'
    )


def test_a_job_that_was_told_to_stop_when_all_was_done_is_judged_as_ever() -> None:
    whole = Settled(1, counts=Counts(written=10))
    assert stopped_report(unit(), planned=1, u0=whole)["status"] == "SUCCEEDED"
    assert stopped_report(unit(), planned=1)["error"] == "TableNotFoundError"


def test_a_cause_as_long_as_a_stop_may_be_fits_where_it_has_to() -> None:
    report = build_report(RECORD, plan_of(), [], {}, 1.0, "s3://" + "x" * 1000, Stop("E", "e" * 100_000))
    assert len(report["cause"]) < 32_768
    unplanned = build_unplanned(RECORD, Stop("E", "e" * 100_000), 1.0)["cause"]
    assert len(unplanned) < 32_768
    assert unplanned.endswith('{"resume": "one"}')


def test_void_units_and_numbers_count_for_nothing_but_what_they_consumed() -> None:
    void = unit(0, state=UnitState.VOID)
    again = unit(1, sent=3, void=((0, 2),))
    settled = {
        0: Settled(1, counts=Counts(written=10, units=10.0)),
        1: Settled(0b110, counts=Counts(written=10, units=10.0)),
    }
    report = report_of([void, again], settled)
    assert (report["status"], report["rows"]["read"], report["rows"]["written"]) == ("SUCCEEDED", 10, 10)
    assert (report["units"]["planned"], report["messages"]["sent"]) == (1, 1)
    assert report["messages"]["settled"] == 1
    assert report["pending"] == {"units": 0, "messages": 0, "rows": 0}
    assert report["consumed"]["write_units"] == 20.0


def of_table(operation: Operation, *units: UnitRecord, **fields: Any) -> dict[str, Any]:
    plan = plan_of(Job(TABLE, "target", operation, **fields), source=None, table={"items": 7, "bytes": 99})
    done = {one.unit: Settled(1, counts=Counts(written=10)) for one in units if one.sent}
    return build_report(replace(RECORD, units=len(units)), plan, list(units), done, 61.5)


def test_what_was_counted_is_no_row_but_was_read() -> None:
    counted = Tally(records=40, rows=30, scanned=45, read_units=5.5, read_throttles={"slow": 2})
    count = unit(0, sent=0, task="count", tally=counted, page=4)
    move = unit(1, tally=Tally(records=10, rows=10, requests=10, scanned=11, read_units=1.5), page=2)
    report = of_table(Operation.TRUNCATE, count, move)
    assert report["rows"]["read"] == report["deleted"] == 10
    assert report["scan"] == {"segments": 1, "pages": 2, "scanned": 11, "throttles": {"slow": 2}}
    assert report["consumed"]["read_units"] == 7.0
    alone = of_table(Operation.COUNT, count)
    assert alone["count"] == {"items": 30, "scanned": 45, "table_items": 7, "table_bytes": 99}
    assert alone["scan"] == {"segments": 1, "pages": 4, "scanned": 45, "throttles": {"slow": 2}}
    assert set(alone["rows"].values()) == {0}


def test_what_is_delivered_is_written() -> None:
    tally = Tally(records=10, rows=10, delivered=8, rejected=2, reasons={"size": 2}, user_messages=3)
    report = of_table(Operation.SCAN, unit(sent=0, tally=tally), tolerate=Tolerate(rejects=2))
    assert report["rows"] == {"read": 10, "written": 8, "superseded": 0, "skipped": 0, "rejected": 2}
    assert (report["status"], report["messages"]["delivered"]) == ("SUCCEEDED", 3)


def test_a_segment_that_fails_is_named_with_its_page() -> None:
    failed = unit(4, state=UnitState.FAILED, error="why", page=7, sent=0, tally=Tally())
    assert of_table(Operation.COPY, failed)["missing"] == [
        "unit 4 failed at page 7, what follows in it may be missing: why"
    ]


def test_the_rejects_of_items_are_joined_and_those_of_void_units_are_not() -> None:
    pipeline = Pipeline()
    pipeline.plans.save(plan_of(Job(TABLE, "target", Operation.COPY), source=None))
    pipeline.ledger.save_job(replace(RECORD, execution=EXECUTION.arn, units=2))
    tally = Tally(records=2, rows=2, rejected=2)
    for number, state in enumerate([UnitState.VOID, UnitState.DONE]):
        pipeline.ledger.put_unit("one", UnitRecord(number, state, page=2, tally=tally))
        for page in range(3):
            key = layout.page_rejects_key("one", number, page)
            pipeline.store.objects[BUCKET, key] = f'{{"unit":{number},"page":{page}}}\n'.encode()
    report = pipeline.reporter.report("one", EXECUTION.arn)
    assert report["rejects"]["location"] == f"s3://{BUCKET}/jobs/one/rejects/rejects.jsonl"
    joined = pipeline.store.objects[BUCKET, layout.rejects_key("one", "jsonl")]
    assert joined == b'{"unit":1,"page":0}\n{"unit":1,"page":1}\n'


def test_a_report_with_many_failures_fits_where_it_has_to() -> None:
    units = [unit(number, state=UnitState.FAILED, error="e" * 1000) for number in range(5000)]
    report = report_of(units, {})
    assert len(report["cause"]) < 32_768
    assert len(orjson.dumps(report)) < 256 * 1024


def test_causes_name_codes_and_columns_but_show_no_cell() -> None:
    report = Pipeline().run(f"id,n:N,t:TTL\na,{SECRET},1\n{SECRET},1,{SECRET}\n,{SECRET},1,1,1\n")
    assert SECRET not in report["cause"]
    assert "type n (1), type t (1), fields (1)" in report["cause"]


def test_a_refusal_has_no_rows_and_says_why() -> None:
    report = build_refusal(RECORD, "HeaderError", "why", 1.0)
    assert (report["status"], report["error"], report["cause"]) == ("FAILED", "HeaderError", "why")
    assert set(report["rows"].values()) == {0}


def test_the_page_shows_no_text_of_a_users_unescaped() -> None:
    report = Pipeline().run(f"id,{SECRET}:N\na,{SECRET}\n")
    report |= {"job": SECRET, "source": SECRET, "cause": SECRET, "suggestions": {SECRET: SECRET}}
    page = report_page(report)
    assert "secret-" in page
    assert "<b>" not in page
    assert "&'" not in page


def test_the_page_shows_what_an_operation_is_about() -> None:
    counted = unit(0, sent=0, task="count", tally=Tally(rows=1234))
    count = report_page(of_table(Operation.COUNT, counted))
    assert "<h2>Count</h2>" in count
    assert "1,234" in count
    assert "<h2>Rows</h2>" not in count
    stopped = report_page(stopped_report(unit()))
    assert "<h2>Left to do</h2>" in stopped
    assert "<h2>Rows</h2>" in stopped
    whole = report_page(report_of([unit()], {0: Settled(1, counts=Counts(written=10))}))
    assert "Left to do" not in whole
    pipeline = small_pipeline()
    export = report_page(pipeline.execute({"operation": "export", "source": TABLE}))
    assert "s3://data/exports/one/manifest-summary.json" in export


def test_the_page_of_a_refusal_says_why() -> None:
    assert "a &lt;cause&gt;" in report_page(build_refusal(RECORD, "HeaderError", "a <cause>", 1.0))


@pytest.mark.parametrize(
    ("error", "explained"),
    [
        ({"Error": "X", "Cause": '{"errorMessage": "why", "errorType": "X"}'}, ("X", "why")),
        ({"Error": "States.Timeout", "Cause": ""}, ("States.Timeout", "States.Timeout")),
        ({"Error": "X", "Cause": "no json"}, ("X", "no json")),
        ({"Error": "X", "Cause": "[1]"}, ("X", "[1]")),
        ({}, ("HeadraceError", "HeadraceError")),
        (refusal(JobInvalidError(["one", "two"])), ("JobInvalidError", "one\ntwo")),
        (refusal(TransientError("busy")), ("TransientError", "busy")),
    ],
)
def test_errors_are_explained_as_a_state_machine_gives_them(
    error: dict[str, str], explained: tuple[str, str]
) -> None:
    assert explain(error) == explained
