"""A job is complete when it is right, and every problem is told when it is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from headrace.errors import JobInvalidError
from headrace.job.model import Column, Empty, Job, Tolerate
from headrace.job.parse import job_to_json, parse_job
from tests.unit.job.strategies import MINIMAL, job_like, jobs, json_values


def problems_of(value: object) -> tuple[str, ...]:
    with pytest.raises(JobInvalidError) as caught:
        parse_job(value)
    return caught.value.problems


def problem_of(**fields: Any) -> str:
    (problem,) = problems_of({**MINIMAL, **fields})
    return problem


def test_a_minimal_job_has_the_defaults_of_the_model() -> None:
    assert parse_job(MINIMAL) == Job(source="s3://bucket/rows.csv", target="orders")


def test_every_group_reaches_the_job() -> None:
    job = parse_job(
        MINIMAL
        | {
            "columns": {"price": "n", "note": {"drop": True}},
            "infer": True,
            "write": {"mode": "put", "duplicates": "last", "empty": "keep"},
            "parallel": {"chunk_bytes": 2048, "concurrency": 3, "message_bytes": 4096},
            "tolerate": {"rejects": 5, "rejects_percent": 0.5},
            "dry_run": True,
        }
    )
    assert job == Job(
        source="s3://bucket/rows.csv",
        target="orders",
        columns={"price": Column("N"), "note": Column(drop=True)},  # type: ignore[arg-type]
        infer=True,
        empty=Empty.KEEP,
        chunk_bytes=2048,
        concurrency=3,
        message_bytes=4096,
        tolerate=Tolerate(5, 0.5),
        dry_run=True,
    )


def test_an_input_with_five_mistakes_gets_five_messages() -> None:
    found = problems_of(
        {
            "operation": "scann",
            "source": "s3://bucket/rows.csv",
            "target": "or",
            "format": {"delimiter": '"'},
            "parallel": {"chunk_bytes": 12},
            "wirte": {},
        }
    )
    paths = [problem.split(":")[0] for problem in found]
    assert sorted(paths) == ["format", "operation", "parallel.chunk_bytes", "target", "wirte"]


def test_a_problem_tells_what_was_seen_and_what_is_allowed() -> None:
    problem = problem_of(parallel={"chunk_bytes": 12})
    assert problem == "parallel.chunk_bytes: 12 is too small; allowed: a whole number of bytes from 1024"


def test_the_error_is_all_of_its_problems_a_line_each() -> None:
    with pytest.raises(JobInvalidError, match=r"(?s)^source: .*\ntarget: is missing; [^\n]*$"):
        parse_job({"operation": "load"})


def test_without_an_operation_nothing_else_is_missing() -> None:
    assert problems_of({}) == (
        "operation: is missing; allowed: load, scan, export, restore, copy, truncate, count; add it",
    )


@pytest.mark.parametrize("value", [None, [], "load", 1, True])
def test_what_is_not_an_object_is_not_a_job(value: object) -> None:
    (problem,) = problems_of(value)
    assert problem.startswith("job: ")
    assert "is not an object; allowed: an object with operation, source, target" in problem


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("sorce", "did you mean source?"),
        ("Target", "did you mean target?"),
        ("chunk_bytes", "did you mean parallel.chunk_bytes?"),
        ("rate", "remove it"),
        ("x" * 10_000, "remove it"),
    ],
)
def test_an_unknown_field_is_refused_with_advice(key: str, advice: str) -> None:
    problem = problem_of(**{key: 1})
    assert "is not a known field; allowed: operation, source, target, format" in problem
    assert problem.endswith(advice)
    assert len(problem) < 300


@pytest.mark.parametrize(
    "source",
    [
        "rows.csv",
        "s3://bucket",
        "s3://bucket/",
        "s3://bu/key",
        "s3://Bucket/key",
        "s3://a..b/key",
        "s3://10.0.0.1/key",
        "s3://bucket/\ud800",
        "s3://bucket/" + "ü" * 1000,
        {"url": "s3://bucket/key"},
    ],
)
def test_a_source_that_is_no_object_of_s3_is_refused(source: object) -> None:
    assert problem_of(source=source).startswith("source: ")


@pytest.mark.parametrize("key", ["a", "folder/ü 1.csv", "%41\nb", "10.0.0.1/x..y"])
def test_any_key_of_s3_is_a_source(key: str) -> None:
    assert parse_job({**MINIMAL, "source": f"s3://my.bucket-1/{key}"}).source.endswith(key)


@pytest.mark.parametrize(
    "target",
    [
        "ab",
        "a" * 256,
        "or ders",
        "orders\n",
        "arn:aws:s3:::orders",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/x",
        7,
    ],
)
def test_a_target_that_is_no_table_is_refused(target: object) -> None:
    assert problem_of(target=target).startswith("target: ")


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_a_table_of_any_partition_is_a_target(partition: str) -> None:
    arn = f"arn:{partition}:dynamodb:some-region-1:123456789012:table/orders"
    assert parse_job({**MINIMAL, "target": arn}).target == arn


@pytest.mark.parametrize(
    "group",
    [
        {"infer": 1},
        {"dry_run": "true"},
        {"write": {"mode": "upsert"}},
        {"write": {"duplicates": "first"}},
        {"write": {"empty": False}},
        {"write": []},
        {"parallel": {"chunk_bytes": True}},
        {"parallel": {"chunk_bytes": float("inf")}},
        {"parallel": {"chunk_bytes": 2048.5}},
        {"parallel": {"concurrency": 0}},
        {"parallel": {"concurrency": 1001}},
        {"parallel": {"message_bytes": 1_048_577}},
        {"parallel": {"message_bytes": "4096"}},
        {"tolerate": {"rejects": -1}},
        {"tolerate": {"rejects_percent": 100.1}},
        {"tolerate": {"rejects_percent": float("nan")}},
        {"tolerate": {"rejects_percent": 10**400}},
    ],
)
def test_a_wrong_value_is_one_problem_at_its_path(group: dict[str, Any]) -> None:
    ((name, inner),) = group.items()
    path = f"{name}.{next(iter(inner))}" if isinstance(inner, dict) else name
    assert problem_of(**group).startswith(f"{path}: ")


@pytest.mark.parametrize("empty", [None, "null"])
def test_empty_null_may_be_the_text_or_null_itself(empty: str | None) -> None:
    assert parse_job({**MINIMAL, "write": {"empty": empty}}).empty is Empty.NULL


def test_a_whole_number_may_be_written_with_a_fraction_of_zero() -> None:
    chunk_bytes = parse_job({**MINIMAL, "parallel": {"chunk_bytes": 4096.0}}).chunk_bytes
    assert (chunk_bytes, type(chunk_bytes)) == (4096, int)


@given(jobs())
def test_a_job_survives_its_json(job: Job) -> None:
    assert parse_job(job_to_json(job)) == job


@given(json_values | job_like())
def test_any_json_is_a_job_or_has_printable_problems(value: object) -> None:
    problems: tuple[str, ...] = ()
    try:
        job = parse_job(value)
    except JobInvalidError as error:
        problems = error.problems
    else:
        assert parse_job(job_to_json(job)) == job
    assert all("; allowed: " in problem and problem.isprintable() for problem in problems)
