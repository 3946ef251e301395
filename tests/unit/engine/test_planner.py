"""A plan cuts the source exactly, and a job that cannot run is refused with all that is wrong."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import Any

import orjson
import pytest

from headrace import layout
from headrace.allowed import Allowed
from headrace.errors import (
    HeaderError,
    JobError,
    JobInvalidError,
    SourceFormatError,
    SourceNotFoundError,
    TableNotAllowedError,
    TableNotFoundError,
)
from headrace.job.naming import job_name
from headrace.ledger import JobState
from headrace.plan import Unit, work_of
from tests.builders import BUCKET, EXECUTION, SOURCE_KEY, Pipeline, forever, job_document, times, upload_event

TEXT = "id,name\n" + "".join(f"k{number},{'n' * 30}\n" for number in range(200))


def planning(text: str | bytes = TEXT) -> Pipeline:
    pipeline = Pipeline()
    pipeline.put_source(text)
    return pipeline


def plan(text: str | bytes = TEXT, **fields: Any) -> dict[str, Any]:
    return planning(text).plan(job_document(**fields))


@pytest.mark.parametrize(
    ("text", "fields", "error", "words"),
    [
        ("", {}, SourceFormatError, "is empty"),
        (b"\xff\xfei\x00", {}, SourceFormatError, "UTF-16"),
        ("id,id\n", {}, HeaderError, "all named 'id'"),
        ("name\n", {}, HeaderError, "partition key 'id'"),
        (TEXT, {"target": "others"}, TableNotFoundError, "no table 'others'"),
        (TEXT, {"source": f"s3://{BUCKET}/nothing"}, SourceNotFoundError, "no object"),
        (b"caf\xe9,id\n1,2\n", {}, SourceFormatError, "header has bytes"),
        (TEXT, {"columns": {"nme": "N"}}, HeaderError, "did you mean 'name'"),
        (TEXT, {"operation": "dump"}, JobInvalidError, "operation"),
    ],
)
def test_what_is_wrong_has_a_name_of_its_own(
    text: str | bytes, fields: dict[str, Any], error: type[JobError], words: str
) -> None:
    with pytest.raises(error, match=words):
        plan(text, **fields)


def test_a_table_outside_the_settings_is_refused_before_it_is_asked_for() -> None:
    pipeline = Pipeline(allowed=Allowed(("people", "logs*")))
    pipeline.put_source(TEXT)
    with pytest.raises(TableNotAllowedError, match=r"people, logs\*"):
        pipeline.plan(job_document())
    assert not pipeline.tables.faults.calls["describe"]


def test_a_missing_table_and_a_missing_source_are_told_at_once() -> None:
    with pytest.raises(JobInvalidError) as caught:
        plan(target="others", source=f"s3://{BUCKET}/nothing")
    assert len(caught.value.problems) == 2


def test_five_mistakes_get_five_messages() -> None:
    with pytest.raises(JobInvalidError) as caught:
        plan(operation="x", format={"delimiter": ""}, infer=1, parallel={"chunk_bytes": 1}, oops=1)
    assert len(caught.value.problems) == 5


def test_a_chunk_size_that_makes_too_many_units_names_one_that_does_not() -> None:
    pipeline = planning()
    huge = replace(pipeline.store.find(BUCKET, SOURCE_KEY), size=10**12)
    pipeline.store.find = lambda *_: huge  # type: ignore[method-assign]
    with pytest.raises(JobInvalidError, match="use 10000001 or more"):
        pipeline.plan(job_document(parallel={"chunk_bytes": 1024}))


def test_units_cover_the_source_behind_its_header() -> None:
    pipeline = planning()
    planned = pipeline.plan(job_document(parallel={"chunk_bytes": 1024}))
    units = pipeline.units("one")
    assert [unit["start"] for unit in units] == [8, *(unit["end"] for unit in units[:-1])]
    assert units[-1]["end"] == len(TEXT)
    assert planned["units"] == len(units) > 5
    assert pipeline.plans.find("one").records == 200
    assert pipeline.ledger.jobs["one"].state is JobState.RUNNING


def test_a_plan_that_runs_out_of_time_goes_on_where_it_stopped() -> None:
    document = job_document(parallel={"chunk_bytes": 1024})
    whole, parts = planning(), planning()
    whole.plan(document)
    while parts.planner.plan(document, EXECUTION, times(1), 10)["status"] == "PLANNING":
        pass
    assert parts.units("one") == whole.units("one")
    assert parts.plans.find("one") == whole.plans.find("one")


def test_a_plan_starts_anew_where_the_source_was_replaced_meanwhile() -> None:
    document = job_document(parallel={"chunk_bytes": 1024})
    pipeline, other = planning(), "id,name\n" + 'a,"\n"\n' * 400
    assert pipeline.planner.plan(document, EXECUTION, times(1), 10)["status"] == "PLANNING"
    pipeline.put_source(other)
    pipeline.plan(document)
    fresh = planning(other)
    fresh.plan(document)
    assert pipeline.units("one") == fresh.units("one")


def test_the_same_call_again_gives_the_same_plan() -> None:
    pipeline = planning()
    assert pipeline.plan(job_document()) == pipeline.plan(job_document())


def test_gzip_is_one_unit_whose_end_only_reading_tells() -> None:
    pipeline = planning(gzip.compress(TEXT.encode()))
    pipeline.plan(job_document(parallel={"chunk_bytes": 1024}))
    assert [work_of(unit) for unit in pipeline.units("one")] == [Unit(0, 8, None, 2, None)]
    assert pipeline.plans.find("one").records is None


def test_an_empty_object_with_named_columns_is_a_unit_without_rows() -> None:
    pipeline = planning("")
    pipeline.plan(job_document(format={"header": ["id"]}))
    assert [work_of(unit) for unit in pipeline.units("one")] == [Unit(0, 0, 0, 1, 0)]


def test_infer_makes_numbers_of_columns_that_are_numbers_all_over_the_object() -> None:
    text = "id,a,b\n" + "".join(f"k{n},{n},{n if n < 150 else 'x'}\n" for n in range(200))
    pipeline = planning(text)
    pipeline.plan(job_document(infer=True, parallel={"chunk_bytes": 1024}))
    assert pipeline.plans.find("one").inferred == ("a",)


def test_columns_that_look_like_another_type_are_suggested() -> None:
    pipeline = planning('id,n,b,j\nx,1,yes,"[1]"\ny,2,no,"{""a"":1}"\n')
    pipeline.plan(job_document())
    assert pipeline.plans.find("one").looks_like == {"n": "N", "b": "BOOL", "j": "JSON"}


def test_a_dry_run_plans_and_loads_nothing() -> None:
    pipeline = Pipeline()
    report = pipeline.run(TEXT, dry_run=True)
    assert report["status"] == "SUCCEEDED"
    assert report["records_planned"] == 200
    assert not pipeline.items


def test_an_upload_takes_the_options_of_its_folder() -> None:
    pipeline = planning("id;name\na;b\n")
    options = orjson.dumps({"format": {"delimiter": ";"}})
    pipeline.store.objects[BUCKET, layout.options_key("orders")] = options
    assert pipeline.execute(upload_event())["status"] == "SUCCEEDED"
    assert pipeline.items["a",] == {"id": {"S": "a"}, "name": {"S": "b"}}


@pytest.mark.parametrize("key", ["incoming/orders/_headrace.json", "incoming/orders/"])
def test_objects_that_hold_no_data_start_nothing(key: str) -> None:
    assert Pipeline().planner.plan(upload_event(key), EXECUTION, forever, 0) == {"status": "IGNORED"}


def test_an_upload_outside_the_folders_is_refused_under_the_executions_name() -> None:
    event = upload_event("nowhere.csv")
    assert job_name(event, "one") == "one"
    assert Pipeline().execute(event)["error"] == "JobInvalidError"
