"""The report adds up, its verdict is right, and it shows nobody's cells."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import orjson
import pytest

from headrace.errors import JobInvalidError, TransientError
from headrace.failures import explain, refusal
from headrace.job.model import Tolerate
from headrace.ledger import JobRecord, Settled, Tally, UnitRecord, UnitState
from headrace.ports import Counts
from headrace.report_page import report_page
from headrace.reporting import build_refusal, build_report, judge
from tests.builders import Pipeline, is_balanced, plan_of

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


def test_what_went_wrong_outside_any_unit_is_said() -> None:
    record = JobRecord("one", "arn", 0.0, error="States.Timeout: the Map")
    report = report_of([unit()], {0: Settled(1, counts=Counts(written=10))}, record)
    assert report["missing"] == ["States.Timeout: the Map"]


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
