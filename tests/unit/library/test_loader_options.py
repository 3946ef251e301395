"""All that is wrong with what a loader is made with is told at once, when it is made."""

from __future__ import annotations

from typing import Any

import pytest

from headrace.errors import JobInvalidError
from headrace.library.loaders import AsyncDynamoDBLoader, ThreadedDynamoDBLoader

Loader = type[AsyncDynamoDBLoader] | type[ThreadedDynamoDBLoader]
both = pytest.mark.parametrize("loader", [AsyncDynamoDBLoader, ThreadedDynamoDBLoader])


def problems(loader: Loader, **options: Any) -> tuple[str, ...]:
    with pytest.raises(JobInvalidError) as caught:
        loader(**options)
    return caught.value.problems


@both
def test_all_that_is_wrong_is_told_at_once(loader: Loader) -> None:
    assert problems(
        loader,
        max_workers=0,
        batch_size=26,
        max_retries=-1,
        base_delay="soon",
        max_delay=-0.5,
        operation="copy",
        write={"mode": "replace"},
        colums={},
    ) == (
        "max_workers: 0 is too small; allowed: a whole number from 1",
        "batch_size: 26 is too large; allowed: a whole number from 1 to 25",
        "max_retries: -1 is too small; allowed: a whole number from 0",
        'base_delay: "soon" is not a number; allowed: a number of seconds from 0',
        "max_delay: -0.5 is too small; allowed: a number of seconds from 0",
        "operation: a loader says that itself; leave it out",
        *problems(loader, colums={}),
        'write.mode: "replace" is none of the choices; allowed: put, insert, newer, delete',
    )


@both
@pytest.mark.parametrize("value", [None, "10", 2.5, True, float("nan"), float("inf")])
def test_a_number_of_workers_is_a_whole_number(loader: Loader, value: object) -> None:
    (problem,) = problems(loader, max_workers=value)
    assert problem.startswith("max_workers: ")


@both
def test_a_whole_number_may_be_spelled_as_any_number(loader: Loader) -> None:
    options: dict[str, Any] = {"max_workers": 5.0, "base_delay": 1}
    made = loader(**options)
    assert (repr(made.max_workers), repr(made.base_delay)) == ("5", "1.0")


@both
@pytest.mark.parametrize("field", ["source", "target"])
def test_what_a_loader_says_itself_nobody_else_does(loader: Loader, field: str) -> None:
    assert problems(loader, **{field: "s3://bucket/key"}) == (
        f"{field}: a loader says that itself; leave it out",
    )


@both
def test_the_name_of_a_table_is_checked(loader: Loader) -> None:
    (problem,) = problems(loader, table_name="no table!")
    assert problem.startswith("target: ")


@both
def test_nothing_has_to_be_given(loader: Loader) -> None:
    made = loader()
    seen = (made.table_name, made.region, made.max_workers, made.batch_size, made.max_retries)
    assert seen == (None, "us-east-1", 10, 25, 3)
    assert (made.base_delay, made.max_delay) == (0.1, 10.0)
