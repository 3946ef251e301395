"""What is done with a job that there is: a verb and the job's name, and nothing beside them."""

from __future__ import annotations

import pytest

from headrace.errors import JobInvalidError
from headrace.job.control import Control, read_control
from tests.unit.job.strategies import MINIMAL

UPLOAD_JOB = "upload-" + "0f" * 16


@pytest.mark.parametrize("name", ["orders-2026-11-21", UPLOAD_JOB, "a", "a" * 80, "Bücher_1.(2)!"])
def test_a_verb_and_a_name_are_a_control(name: str) -> None:
    assert read_control({"resume": name}) == Control("resume", name)
    assert read_control({"cancel": name}) == Control("cancel", name)


@pytest.mark.parametrize("document", [MINIMAL, {}, None, "resume", ["resume"], {"source": "aws.s3"}])
def test_anything_else_is_none(document: object) -> None:
    assert read_control(document) is None


@pytest.mark.parametrize(
    "name", ["", "a" * 81, "a b", "a/b", "a:b", "a\n", "{job}", "a*", "\x7f", "\ud800", None, 7, ["a"]]
)
def test_a_name_that_no_execution_can_have_is_refused(name: object) -> None:
    with pytest.raises(JobInvalidError) as caught:
        read_control({"resume": name})
    (problem,) = caught.value.problems
    assert problem.startswith("resume: ")
    assert "; allowed: a job's name, of 1 to 80 characters" in problem


@pytest.mark.parametrize("more", [{"operation": "load"}, {"cancel": "a"}, {"dry_run": True}])
def test_nothing_goes_beside_it(more: dict[str, object]) -> None:
    with pytest.raises(JobInvalidError) as caught:
        read_control({"resume": "a", **more})
    (name,) = more
    assert caught.value.problems == (f"{name}: is not a known field; allowed: resume; remove it",)
