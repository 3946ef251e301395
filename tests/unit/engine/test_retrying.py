"""Rejects that are loaded again, mended or as they are, come to what their job would have come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.errors import HeadraceError, NothingToRetryError
from headrace.job.model import Job, Operation
from headrace.job.parse import job_to_json, parse_job
from headrace.retrying import retry_job
from tests.builders import (
    BUCKET,
    QUEUE,
    TABLE,
    Pipeline,
    execution,
    is_balanced,
    job_document,
    plan_of,
    upload_event,
)
from tests.fakes import Faults
from tests.scenarios import COPY, COPY_SCHEMA, WRITING, Scenario, outcome, small_pipeline, uninterrupted

Mend = Callable[[str], str]
ITEMS = [one for one in WRITING if one.name != "mirror"]


def retried(
    pipeline: Pipeline,
    report: Mapping[str, Any],
    mend: Mend = str,
    encoding: str = "utf-8",
    name: str = "retry",
) -> dict[str, Any]:
    """The report of a retry of the job, whose rejects file was mended before."""
    key = report["rejects"]["location"].removeprefix(f"s3://{BUCKET}/")
    text = pipeline.store.objects[BUCKET, key].decode(encoding)
    pipeline.put_source(mend(text).encode(encoding), key)
    plan = pipeline.plans.read(report["job"])
    assert plan is not None
    return pipeline.execute(retry_job(report, plan), execution(name))


def check_whole(first: Mapping[str, Any], again: Mapping[str, Any]) -> None:
    assert again["status"] == "SUCCEEDED", again["cause"]
    assert again["rows"]["read"] == first["rows"]["rejected"] > 0
    assert is_balanced(again)


@pytest.mark.parametrize("scenario", ITEMS, ids=repr)
@given(calls=st.sets(st.integers(1, 6), min_size=1), seed=st.integers(0, 9))
@settings(max_examples=25)
def test_what_the_writers_gave_up_is_written_by_the_retry(
    scenario: Scenario, calls: set[int], seed: int
) -> None:
    pipeline = small_pipeline(seed)
    document = scenario.prepare(pipeline)
    pipeline.max_receives = 1
    for call in calls:
        pipeline.tables.faults.on("write", call, HeadraceError("odd"))
        pipeline.tables.faults.on("write_if", call, HeadraceError("odd"))
    first = pipeline.execute(document)
    pipeline.max_receives = 99
    whole = uninterrupted(scenario)[0]
    if first["rows"]["rejected"]:
        check_whole(first, retried(pipeline, first))
    found = outcome(pipeline, first)
    assert {table: found[table] for table in (TABLE, COPY)} == {
        table: whole[table] for table in (TABLE, COPY)
    }


def test_of_a_mirror_the_items_are_written_and_the_keys_stay_rejects() -> None:
    (scenario,) = [one for one in WRITING if one.name == "mirror"]
    pipeline = small_pipeline()
    document = scenario.prepare(pipeline)
    pipeline.max_receives = 1
    for call in range(1, 99):
        pipeline.tables.faults.on("write", call, HeadraceError("odd"))
    first = pipeline.execute(document)
    pipeline.tables.faults = Faults()
    again = retried(pipeline, first)
    assert (first["rows"]["rejected"], again["rows"]["written"], again["rows"]["rejected"]) == (34, 24, 10)
    assert is_balanced(again)


FORMATS: dict[str, tuple[dict[str, Any], str, str]] = {
    "csv": ({}, "id,n:N\na,1\nb,x\n", "utf-8"),
    "tsv": ({"format": {"preset": "tsv"}}, "id\tn:N\na\t1\nb\tx\n", "utf-8"),
    "mysql": (
        {"format": {"preset": "mysql", "header": ["id", "n"]}, "columns": {"n": "N"}},
        "a\t1\nb\tx\n",
        "utf-8",
    ),
    "utf-16": ({"format": {"encoding": "utf-16"}}, "\ufeffid,n:N\na,1\nb,x\n", "utf-16-le"),
    "renamed": (
        {"columns": {"key": {"rename": "id"}, "m": {"rename": "n", "type": "N"}, "note": {"drop": True}}},
        "key,m,note\na,1,\nb,x,hm\n",
        "utf-8",
    ),
    "jsonl": (
        {"format": {"preset": "jsonl"}, "columns": {"m": {"rename": "n", "type": "N"}}},
        '{"id": "a", "m": 1}\n{"id": "b", "m": "x"}\n',
        "utf-8",
    ),
    "dynamodb-json": (
        {"format": {"preset": "dynamodb-json"}},
        '{"Item": {"id": {"S": "a"}, "n": {"N": "1"}}}\n{"Item": {"id": {"S": "b"}, "n": {"N": "x"}}}\n',
        "utf-8",
    ),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("is_refused", [False, True])
def test_a_mended_row_is_loaded_by_the_options_of_its_job(name: str, is_refused: bool) -> None:
    """Also where the row itself was fine, and DynamoDB refused its item."""
    fields, text, encoding = FORMATS[name]
    pipeline = Pipeline()
    pipeline.tables.refuse = ('"b"',) if is_refused else ()
    first = pipeline.run((text.replace("x", "2") if is_refused else text).encode(encoding), **fields)
    pipeline.tables.refuse = ()
    again = retried(pipeline, first, mended, "utf-16" if "16" in encoding else encoding)
    check_whole(first, again)
    assert pipeline.items["b",] == {"id": {"S": "b"}, "n": {"N": "2"}}


def mended(rejects: str) -> str:
    """The cell, not what the reason says of it."""
    for before, after in ((",x", ",2"), ("\tx", "\t2"), (':"x"', ':"2"')):
        rejects = rejects.replace(before, after)
    return rejects


def test_a_column_that_was_inferred_stays_a_number_and_no_other_becomes_one() -> None:
    pipeline = Pipeline()
    rows = "".join(f"{n},c{n},{n}\n" for n in range(1500))
    first = pipeline.run(f"id,code,amount\n{rows}last,007,x\n", infer=True)
    assert first["inferred"] == ["amount"]
    check_whole(first, retried(pipeline, first, lambda text: text.replace("7,x", "7,9")))
    assert pipeline.items["last",] == {"id": {"S": "last"}, "code": {"S": "007"}, "amount": {"N": "9"}}


def test_an_upload_is_retried_by_the_options_that_its_folder_had() -> None:
    pipeline = Pipeline()
    pipeline.put_source("id;n\na;1\nb;x\n")
    options = '{"format": {"delimiter": ";"}, "columns": {"n": "N"}}'
    pipeline.put_source(options, "incoming/orders/_headrace.json")
    first = pipeline.execute(upload_event())
    pipeline.put_source("{}", "incoming/orders/_headrace.json")
    check_whole(first, retried(pipeline, first, lambda text: text.replace(";x", ";2")))
    assert pipeline.items["b",]["n"] == {"N": "2"}


def test_what_a_retry_rejects_is_retried_again() -> None:
    pipeline = Pipeline()
    first = pipeline.run("id,n:N\na,x\nb,x\n")
    second = retried(pipeline, first, lambda text: text.replace("a,x", "a,1"))
    assert second["rows"] == {"read": 2, "written": 1, "superseded": 0, "skipped": 0, "rejected": 1}
    third = retried(pipeline, second, lambda text: text.replace("b,x", "b,1"), name="third")
    check_whole(second, third)
    assert len(pipeline.items) == 2


def copy_of(columns: dict[str, Any]) -> dict[str, Any]:
    return {"operation": "copy", "source": TABLE, "target": COPY, "columns": columns}


def test_a_copys_rejects_are_renamed_as_it_renames_whether_it_had_done_so_before_or_not() -> None:
    """`old` takes the place of `name`: to rename what is renamed already would drop it."""
    pipeline = Pipeline(others=(COPY_SCHEMA,))
    pipeline.tables.add(
        TABLE,
        {"id": {"S": "refused"}, "old": {"S": "1"}, "name": {"S": "no more"}},
        {"id": {"S": "clash"}, "from": {"S": "2"}, "to": {"S": "there"}},
    )
    columns = {"old": {"rename": "name"}, "name": {"drop": True}, "from": {"rename": "to"}}
    pipeline.tables.refuse = ("refused",)
    first = pipeline.execute(copy_of(columns))
    pipeline.tables.refuse = ()
    again = retried(pipeline, first, lambda text: text.replace('"to":{"S":"there"}', '"more":{"S":"3"}'))
    check_whole(first, again)
    assert pipeline.items_of(COPY) == {
        ("refused",): {"id": {"S": "refused"}, "name": {"S": "1"}},
        ("clash",): {"id": {"S": "clash"}, "to": {"S": "2"}, "more": {"S": "3"}},
    }


PLACE = {"region": "us-east-1", "role_arn": "arn:aws:iam::210987654321:role/writer"}


def rejected(job: str = "one") -> dict[str, Any]:
    return {"job": job, "rejects": {"location": "s3://data/jobs/one/rejects/rejects.jsonl"}}


def test_a_retry_writes_where_and_how_its_job_did_and_may_reject_as_many() -> None:
    document = {
        "operation": "copy",
        "source": TABLE,
        "target": {"table": COPY, **PLACE},
        "write": {"mode": "newer", "newer_by": "at"},
        "parallel": {"segments": 3, "concurrency": 2, "message_bytes": 4096},
        "tolerate": {"rejects_percent": 5},
    }
    found = retry_job(rejected(), plan_of(parse_job(document)))
    wanted = {**document, "operation": "restore", "source": rejected()["rejects"]["location"]}
    wanted |= {"format": {"preset": "dynamodb-json"}, "parallel": {"concurrency": 2, "message_bytes": 4096}}
    assert found == job_to_json(parse_job(wanted))


@pytest.mark.parametrize(
    ("operation", "target", "advice"), [("export", "", "restore them"), ("scan", QUEUE, "another way")]
)
def test_what_no_job_can_take_is_not_retried(operation: str, target: str, advice: str) -> None:
    with pytest.raises(NothingToRetryError, match=advice) as told:
        retry_job(rejected(), plan_of(Job(TABLE, target, Operation(operation))))
    assert "rejects.jsonl" in str(told.value)


def test_a_job_without_rejects_is_not_retried() -> None:
    pipeline = Pipeline()
    whole = pipeline.run("id,name\na,1\n")
    refused = pipeline.execute(job_document(source="s3://data/none.csv"), execution("two"))
    for report in (whole, refused):
        with pytest.raises(NothingToRetryError, match="no rejects"):
            retry_job(report, plan_of())
