"""An upload makes one job, however often it is told of."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import JobInvalidError
from headrace.job.model import Operation, Place, Shape
from headrace.job.parse import parse_job
from headrace.job.start import Upload, decode_options, is_control_object, read_upload, upload_job
from tests.unit.job.strategies import MINIMAL, json_values

EVENT: dict[str, Any] = {
    "version": "0",
    "id": "17793124-05d4-b198-2fde-7ededc63b103",
    "detail-type": "Object Created",
    "source": "aws.s3",
    "account": "123456789012",
    "time": "2026-11-12T00:00:00Z",
    "region": "eu-west-1",
    "detail": {
        "version": "0",
        "bucket": {"name": "data"},
        "object": {
            "key": "incoming/orders/may 1%.csv",
            "size": 5,
            "etag": "e1",
            "sequencer": "00617F08299329D189",
        },
        "reason": "PutObject",
    },
}
UPLOAD = Upload("data", "incoming/orders/may.csv", "orders", "0" * 32)
OPTIONS_URL = "s3://data/incoming/orders/_headrace.json"


def event(time: str = "2026-11-12T00:00:00Z", **told: object) -> dict[str, Any]:
    """EVENT with other members of `detail.object`; None takes one away."""
    changed = deepcopy(EVENT) | {"time": time}
    changed["detail"]["object"].update({name.replace("_", "-"): value for name, value in told.items()})
    return changed


def identity(event: dict[str, Any]) -> str:
    upload = read_upload(event)
    assert upload is not None
    return upload.identity


def test_an_upload_names_its_table_by_its_folder() -> None:
    upload = read_upload(EVENT)
    assert upload is not None
    assert (upload.bucket, upload.key, upload.table) == ("data", "incoming/orders/may 1%.csv", "orders")
    assert upload.url == "s3://data/incoming/orders/may 1%.csv"
    assert upload.options_key == "incoming/orders/_headrace.json"
    assert len(bytes.fromhex(upload.identity)) == 16


def test_a_folder_inside_the_tables_folder_changes_nothing() -> None:
    upload = read_upload(event(key="incoming/orders/2026/05/may.csv"))
    assert upload is not None
    assert upload.table == "orders"


def test_a_job_is_not_an_upload() -> None:
    assert read_upload(MINIMAL) is None


def test_a_second_delivery_is_the_same_upload() -> None:
    assert identity(event()) == identity(event(time="2026-11-12T09:09:09Z") | {"id": "another"})


@pytest.mark.parametrize("told", [{"sequencer": "1"}, {"key": "incoming/orders/june.csv"}])
def test_another_upload_is_another(told: dict[str, Any]) -> None:
    assert identity(event(**told)) != identity(EVENT)


def test_without_a_sequencer_the_version_tells_uploads_apart() -> None:
    one, again, other = (
        identity(event(time, sequencer=None, version_id=version))
        for time, version in [("a", "1"), ("b", "1"), ("a", "2")]
    )
    assert one == again != other


@pytest.mark.parametrize("version", [None, "null"])
def test_without_a_version_the_etag_and_the_time_tell_uploads_apart(version: str | None) -> None:
    told = {"sequencer": None, "version_id": version}
    found = [
        identity(event(time, etag=etag, **told))
        for time, etag in [("a", "1"), ("a", "1"), ("b", "1"), ("a", "2")]
    ]
    assert found[0] == found[1]
    assert len(set(found)) == 3


@pytest.mark.parametrize(
    "key",
    [
        "orders/may.csv",
        "incoming/may.csv",
        "incoming//may.csv",
        "incoming/or/may.csv",
        "incoming/or ders/may.csv",
    ],
)
def test_an_upload_outside_a_tables_folder_is_refused(key: str) -> None:
    with pytest.raises(JobInvalidError, match="names no table; allowed: incoming/<table>/<name>"):
        read_upload(event(key=key))


@pytest.mark.parametrize(
    "key", ["incoming/", "incoming/orders/", "incoming/_headrace.json", "incoming/orders/_headrace.json"]
)
def test_a_control_object_is_never_refused(key: str) -> None:
    assert is_control_object(key)
    assert read_upload(event(key=key)) is not None


@pytest.mark.parametrize("key", ["incoming/orders/may.csv", "incoming/orders/my_headrace.json"])
def test_data_is_no_control_object(key: str) -> None:
    assert not is_control_object(key)


def test_an_incomplete_event_is_refused_for_all_that_is_wrong() -> None:
    with pytest.raises(JobInvalidError) as caught:
        read_upload({"source": "aws.s3", "detail-type": "Object Deleted", "detail": {"object": []}})
    paths = [problem.split(":")[0] for problem in caught.value.problems]
    assert paths == ["detail-type", "detail.bucket.name", "detail.object.key", "detail.object"]


@given(st.dictionaries(st.sampled_from(list(EVENT)), json_values))
def test_any_event_is_an_upload_or_a_problem(members: dict[str, Any]) -> None:
    changed = {**EVENT, **members}
    try:
        upload = read_upload(changed)
    except JobInvalidError:
        assert changed["source"] == "aws.s3"
    else:
        assert (upload is None) == (changed["source"] != "aws.s3")


def test_an_upload_without_options_is_a_job() -> None:
    job = parse_job(upload_job(UPLOAD, None))
    assert (job.operation, job.source, job.target) == ("load", "s3://data/incoming/orders/may.csv", "orders")


def test_the_folders_options_are_the_jobs() -> None:
    job = parse_job(upload_job(UPLOAD, {"infer": True, "format": {"preset": "tsv"}}))
    assert (job.infer, job.format.delimiter) == (True, "\t")


def test_options_may_say_that_the_upload_is_json_lines() -> None:
    job = parse_job(upload_job(UPLOAD, {"format": {"preset": "jsonl"}}))
    assert (job.operation, job.format.shape) == (Operation.LOAD, Shape.JSONL)


def test_options_may_say_where_the_folders_table_is() -> None:
    place = {"table": "orders", "region": "us-east-1"}
    job = parse_job(upload_job(UPLOAD, {"target": place}))
    assert (job.target, job.target_place) == ("orders", Place("us-east-1"))


@pytest.mark.parametrize("operation", [name for name in Operation if name is not Operation.LOAD])
def test_an_upload_is_always_loaded(operation: Operation) -> None:
    with pytest.raises(JobInvalidError, match=r"operation: .* is not what the upload says; allowed: load"):
        upload_job(UPLOAD, {"operation": operation})


@pytest.mark.parametrize("target", ["orders", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"])
def test_options_may_name_the_folders_table(target: str) -> None:
    assert (
        parse_job(upload_job(UPLOAD, {"target": target, "operation": "load", "source": UPLOAD.url})).target
        == target
    )


def test_options_that_contradict_the_upload_are_refused_all_at_once() -> None:
    wrong = {"operation": "scan", "source": "s3://data/other.csv", "target": ["orders"]}
    with pytest.raises(JobInvalidError) as caught:
        upload_job(UPLOAD, wrong)
    assert [problem.split(": ")[1] for problem in caught.value.problems] == ["operation", "source", "target"]
    assert (
        "incoming/orders/_headrace.json: target: a list is not what the upload says; allowed: orders"
        in str(caught.value)
    )


@pytest.mark.parametrize(
    "target",
    ["customers", "arn:aws:dynamodb:eu-west-1:123456789012:table/customers", {"table": "customers"}, None],
)
def test_options_that_name_another_table_are_refused(target: object) -> None:
    with pytest.raises(JobInvalidError, match=r"target: .* is not what the upload says; allowed: orders"):
        upload_job(UPLOAD, {"target": target})


def test_the_options_object_is_json_in_utf_8() -> None:
    assert decode_options('\ufeff{"columns": {"größe": "N"}}'.encode(), OPTIONS_URL) == {
        "columns": {"größe": "N"}
    }


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b'{"infer": true,\n  "dry_run" true}', "line 2, column 13: "),
        (b"", "line 1, column 1: "),
        (b'{"a": "\xff"}', "byte 7 is not UTF-8"),
        (b'["infer"]', "a list is not an object"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"a": ' + b"1" * 5000 + b"}", "a number has too many digits"),
    ],
)
def test_options_that_are_no_json_object_are_refused_with_the_place(text: bytes, place: str) -> None:
    with pytest.raises(JobInvalidError) as caught:
        decode_options(text, OPTIONS_URL)
    assert str(caught.value).startswith(f"{OPTIONS_URL}: {place}")
