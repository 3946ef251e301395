"""Tables and queues are names, or objects of the name and the place."""

from __future__ import annotations

from typing import Any

import pytest

from headrace.job.model import Operation, Place
from headrace.job.parse import job_to_json, parse_job
from tests.unit.job.strategies import MINIMAL, MINIMALS, QUEUE, TABLE_ARN
from tests.unit.job.test_parse import problem_of, problems_of

ROLE = "arn:aws:iam::123456789012:role/team/writer"
SCAN = MINIMALS[Operation.SCAN]


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("orders", Place()),
        ({"table": "orders"}, Place()),
        ({"table": "orders", "region": "us-gov-west-1"}, Place("us-gov-west-1")),
        (TABLE_ARN, Place("eu-west-1")),
        ({"table": TABLE_ARN, "role_arn": ROLE}, Place("eu-west-1", ROLE)),
        ({"table": TABLE_ARN, "region": "eu-west-1"}, Place("eu-west-1")),
        ({"table": "orders", "role_arn": ROLE, "external_id": "a:b"}, Place(None, ROLE, "a:b")),
    ],
)
def test_a_table_is_where_its_object_or_its_arn_says(target: Any, place: Place) -> None:
    assert parse_job({**MINIMAL, "target": target}).target_place == place


def test_a_place_is_written_out_only_where_the_name_does_not_tell_it() -> None:
    for target in ("orders", TABLE_ARN, {"table": "orders", "region": "eu-west-1"}):
        assert job_to_json(parse_job({**MINIMAL, "target": target}))["target"] == target
    queue = {"queue": QUEUE, "role_arn": ROLE}
    assert job_to_json(parse_job({**SCAN, "target": queue}))["target"] == queue


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ({"table": "orders", "region": "Ireland"}, "target.region"),
        ({"table": "orders", "role_arn": "arn:aws:iam::123456789012:user/me"}, "target.role_arn"),
        ({"table": "orders", "role_arn": ROLE, "external_id": "x"}, "target.external_id"),
        ({"table": "orders", "external_id": "agreed"}, "target.external_id"),
        ({"table": "orders", "rol_arn": ROLE}, "target.rol_arn"),
        ({"table": "or"}, "target.table"),
        ({"region": "eu-west-1"}, "target.table"),
        ({"table": TABLE_ARN, "region": "us-east-1"}, "target.region"),
        ({"queue": "orders", "table": "orders"}, "target.queue"),
        (["orders"], "target"),
    ],
)
def test_a_place_that_is_wrong_is_one_problem_at_its_path(target: Any, path: str) -> None:
    assert problem_of(target=target).startswith(f"{path}: ")


def test_another_region_than_that_of_the_arn_is_told_with_both() -> None:
    problem = problem_of(target={"table": TABLE_ARN, "region": "us-east-1"})
    assert problem == (
        'target.region: "us-east-1" is not the region of the ARN; allowed: eu-west-1; leave it out'
    )


def test_a_wrong_table_is_told_of_objects_too() -> None:
    assert problem_of(target=7).endswith(
        "or an object with table, region, role_arn, external_id, profile, endpoint"
    )


def test_the_object_to_load_is_a_text_only() -> None:
    assert problem_of(source={"table": "orders"}).startswith("source: an object is not a text")


@pytest.mark.parametrize(
    "url",
    [
        QUEUE,
        QUEUE + ".fifo",
        "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/a",
        "https://eu-west-1.queue.amazonaws.com/123456789012/a",
        "http://localhost:4566/000000000000/orders",
        "http://127.0.0.1:4566/000000000000/orders.fifo",
        "http://sqs.eu-west-1.localhost.localstack.cloud:4566/000000000000/orders",
        "http://localhost:4566/queue/eu-west-1/000000000000/orders",
    ],
)
def test_a_queue_is_its_url_wherever_it_is(url: str) -> None:
    assert parse_job({**SCAN, "target": url}).target == url
    assert parse_job({**SCAN, "target": {"queue": url}}).target_place == Place()


@pytest.mark.parametrize(
    "url",
    [
        "orders",
        "arn:aws:sqs:eu-west-1:123456789012:orders",
        "https://sqs.eu-west-1.amazonaws.com/orders",
        "https://sqs.eu-west-1.amazonaws.com/123/orders",
        "ftp://host/123456789012/orders",
        QUEUE + ".txt",
        QUEUE + "/",
        QUEUE + "?a",
        "https://host/123456789012/" + "a" * 81,
    ],
)
def test_what_is_no_url_of_a_queue_is_refused(url: str) -> None:
    (problem,) = problems_of({**SCAN, "target": url})
    assert problem.startswith("target: ")
    assert "a queue's URL, https://sqs.<region>.amazonaws.com/<account>/<name>" in problem
