from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.e2e.cases import CASES
from tests.e2e.events import FinishedJobs
from tests.e2e.stack import Ended, Stack

MANY = "several chunks, duplicates and tolerated rejects"


@pytest.fixture(scope="module")
def uploads(stack: Stack) -> dict[str, tuple[str, str]]:
    """Table and key of each case; all of them run at once."""
    tables = {name: stack.table(key_type=case.key_type) for name, case in CASES.items()}
    for name, case in CASES.items():
        if case.options:
            stack.options(tables[name], case.options)
    return {
        name: (tables[name], stack.upload(tables[name], case.body, case.name)) for name, case in CASES.items()
    }


def ended(stack: Stack, key: str) -> Ended:
    return stack.ended(stack.execution_of(key))


@pytest.mark.parametrize("name", CASES)
def test_what_is_uploaded_is_in_the_table(
    stack: Stack, uploads: dict[str, tuple[str, str]], name: str
) -> None:
    table, key = uploads[name]
    job = ended(stack, key)
    assert job.status == "SUCCEEDED", job.cause
    assert job.rows == {name: count for name, count in CASES[name].rows.items() if count}
    assert _sets_sorted(stack.items(table)) == CASES[name].items


def _sets_sorted(items: dict[str, Any]) -> dict[str, Any]:
    """Sets have no order."""
    for item in items.values():
        for value in item.values():
            ((kind, members),) = value.items()
            if kind in {"SS", "NS", "BS"}:
                value[kind] = sorted(members)
    return items


def test_the_end_of_a_job_is_an_event_with_its_report(
    stack: Stack, uploads: dict[str, tuple[str, str]], finished: FinishedJobs
) -> None:
    job = ended(stack, uploads[MANY][1])
    assert finished.detail(job.job) == job.report
    assert job.report["source"].endswith(uploads[MANY][1])
    assert job.report["units"]["done"] == job.report["units"]["planned"] > 1


def test_rejects_say_where_and_why_and_load_once_mended(
    stack: Stack, uploads: dict[str, tuple[str, str]]
) -> None:
    table, key = uploads[MANY]
    job = ended(stack, key)
    found = {reject["_headrace_row"]: reject for reject in stack.rejects(job)}
    assert {row: reject["_headrace_offset"] for row, reject in found.items()} == {"4": "19", "5": "29"}
    assert "price" in found["4"]["_headrace_reason"]
    assert found["4"]["price:N"] == "cheap"
    rejects = stack.get(job.report["rejects"]["location"]).decode()
    mended = rejects.replace("cheap", "1").replace("long,1,2", "long,2")
    again = ended(stack, stack.upload(table, mended, "mended.csv"))
    assert again.rows == {"read": 2, "written": 2}
    assert {"bad", "long"} < stack.items(table).keys()


def test_an_upload_that_is_told_of_again_is_one_job(
    stack: Stack, uploads: dict[str, tuple[str, str]], finished: FinishedJobs
) -> None:
    event = stack.input_of(stack.execution_of(uploads["gzip"][1]))
    twin = deepcopy(event)
    twin["detail"]["object"]["sequencer"] = "00E2E0000000000001"
    both = [stack.start(twin), stack.start(twin)]
    outputs = [stack.output_of(execution) for execution in both]
    assert sorted(output["status"] for output in outputs) == ["DUPLICATE", "SUCCEEDED"]
    later = [stack.output_of(stack.start(told)) for told in (twin, event)]
    assert [output["status"] for output in later] == ["DUPLICATE", "DUPLICATE"]
    finished.detail(outputs[0]["job"])
    assert finished.count[outputs[0]["job"]] == 1


def test_the_options_of_a_folder_are_no_data(stack: Stack, uploads: dict[str, tuple[str, str]]) -> None:
    key = f"incoming/{uploads[MANY][0]}/_headrace.json"
    assert stack.output_of(stack.execution_of(key)) == {"status": "IGNORED"}


def test_broken_options_refuse_the_upload(stack: Stack) -> None:
    table = stack.table()
    stack.put(f"incoming/{table}/_headrace.json", '{"tolerate": }')
    job = ended(stack, stack.upload(table, "id\n1\n"))
    assert (job.status, job.error) == ("FAILED", "JobInvalidError")
    assert "_headrace.json: line 1, column 14" in job.cause
    assert stack.items(table) == {}
