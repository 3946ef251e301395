"""What is outside the stack's settings is refused before it is touched, and the error says what to do."""

from __future__ import annotations

import pytest

from headrace.allowed import Allowed, queue_arn
from headrace.errors import (
    QueueNotAllowedError,
    RoleNotAllowedError,
    TableNotAllowedError,
    TargetNotAllowedError,
)
from headrace.job.model import Place
from tests.builders import HOME, QUEUE

HERE = Place()
THERE = Place(region="us-east-1")
ROLE = "arn:aws:iam::210987654321:role/reader"
AS_ROLE = Place(role_arn=ROLE)
ELSEWHERE = "arn:aws:dynamodb:us-east-1:123456789012:table/"


def tables(*patterns: str) -> Allowed:
    return Allowed(tables=patterns)


@pytest.mark.parametrize(
    ("table", "place", "pattern"),
    [
        ("orders", HERE, "orders"),
        ("orders", HERE, "ord*"),
        ("orders", HERE, "*"),
        ("orders", HERE, HOME + "orders"),
        (HOME + "orders", HERE, "orders"),
        ("orders", THERE, ELSEWHERE + "ord*"),
        (ELSEWHERE + "orders", HERE, ELSEWHERE + "orders"),
        ("orders", Place(region="eu-west-1"), "orders"),
    ],
)
def test_a_table_that_a_pattern_covers_is_allowed(table: str, place: Place, pattern: str) -> None:
    tables("others", pattern).check_table(table, place, HOME)


@pytest.mark.parametrize(
    ("table", "place", "pattern", "named"),
    [
        ("orders", HERE, "order", "'orders'"),
        ("orders", HERE, "people*", "'orders'"),
        ("orders", THERE, "*", ELSEWHERE + "orders"),
        (ELSEWHERE + "orders", HERE, "orders", ELSEWHERE + "orders"),
        ("orders", THERE, HOME + "orders", ELSEWHERE + "orders"),
    ],
)
def test_another_is_not_and_the_error_names_what_to_add(
    table: str, place: Place, pattern: str, named: str
) -> None:
    with pytest.raises(TableNotAllowedError, match=f"source: table .* tables including .*{named}"):
        tables(pattern).check_table(table, place, HOME, "source")


def test_a_role_is_judged_by_the_roles_alone() -> None:
    Allowed(roles=(ROLE,)).check_table("any", AS_ROLE, HOME)
    Allowed(roles=("arn:aws:iam::210987654321:role/*",)).check_queue(QUEUE, AS_ROLE, HOME)
    with pytest.raises(RoleNotAllowedError, match=r"target.role_arn: .*roles including .*role/reader"):
        Allowed(tables=("*",), roles=("arn:aws:iam::210987654321:role/r",)).check_table("any", AS_ROLE, HOME)
    with pytest.raises(RoleNotAllowedError, match="allowed: none"):
        Allowed(queues=("*",)).check_queue(QUEUE, AS_ROLE, HOME)


@pytest.mark.parametrize(
    ("url", "place", "arn"),
    [
        (QUEUE, HERE, "arn:aws:sqs:eu-west-1:123456789012:items"),
        ("https://sqs.us-east-2.amazonaws.com/1/q.fifo", HERE, "arn:aws:sqs:us-east-2:1:q.fifo"),
        ("https://us-east-2.queue.amazonaws.com/1/q", HERE, "arn:aws:sqs:us-east-2:1:q"),
        ("https://queue.example/1/q", HERE, "arn:aws:sqs:eu-west-1:1:q"),
        ("http://localhost:4566/000000000000/q", THERE, "arn:aws:sqs:us-east-1:000000000000:q"),
        ("http://localhost:4566/queue/eu-west-1/1/q", HERE, "arn:aws:sqs:eu-west-1:1:q"),
    ],
)
def test_a_queues_url_tells_its_arn(url: str, place: Place, arn: str) -> None:
    assert queue_arn(url, place, HOME) == arn
    Allowed(queues=(arn,)).check_queue(url, place, HOME)
    Allowed(queues=(arn[:-1] + "*",)).check_queue(url, place, HOME)
    with pytest.raises(QueueNotAllowedError, match=f"queues including '{arn}'"):
        Allowed(queues=(arn + "x",)).check_queue(url, place, HOME)


@pytest.mark.parametrize("target", ["s3://data/exports/", "s3://data/exports/a/b"])
def test_an_export_may_go_below_its_prefix(target: str) -> None:
    Allowed().check_export(target, "data")


@pytest.mark.parametrize(
    "target", ["s3://other/exports/a", "s3://data/jobs/a", "s3://data/export", "s3://data2/exports/"]
)
def test_an_export_may_go_nowhere_else(target: str) -> None:
    with pytest.raises(TargetNotAllowedError, match="s3://data/exports/"):
        Allowed().check_export(target, "data")
