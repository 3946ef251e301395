"""A job is checked before anything is called, has a name that says what it does, and starts once."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import (
    JobExistsError,
    JobInvalidError,
    SettingError,
    SourceAccessError,
    SourceNotFoundError,
    TransientError,
)
from headrace.job.control import check_job_name
from headrace.job.model import Job, Operation
from headrace.job.parse import parse_job
from headrace.library.naming import LONGEST, execution_name, job_name_of
from headrace.library.pipeline import Pipeline
from tests.builders import BUCKET, HOME, QUEUE, TABLE, job_document
from tests.library import DeployedFakes

NOW = 1_795_320_000.0
"""2026-11-22, 04:00 UTC."""


@pytest.fixture
def deployed() -> DeployedFakes:
    return DeployedFakes()


def document_of(deployed: DeployedFakes, job: str) -> Any:
    return deployed.machine.found[deployed.machine.arn_of(job)].document


def test_a_job_is_started_as_it_is_given_under_its_name(deployed: DeployedFakes) -> None:
    assert deployed.pipeline.start(job_document(), "mine") == "mine"
    assert document_of(deployed, "mine") == job_document()


def test_a_job_that_was_read_is_started_in_full(deployed: DeployedFakes) -> None:
    job = parse_job(job_document(infer=True))
    assert parse_job(document_of(deployed, deployed.pipeline.start(job))) == job


def test_all_that_is_wrong_is_told_and_nothing_is_asked_for() -> None:
    """There is no such stack: whoever looked for it would know."""
    with pytest.raises(JobInvalidError) as told:
        Pipeline("none").start({"operation": "load", "sorce": "x", "target": 1}, "a/b")
    assert [problem.split(":")[0] for problem in told.value.problems] == ["name", "source", "sorce", "target"]


def test_a_name_is_used_once(deployed: DeployedFakes) -> None:
    deployed.pipeline.start(job_document(), "mine")
    with pytest.raises(JobExistsError, match="'mine'"):
        deployed.pipeline.start(job_document(infer=True), "mine")


def test_what_may_pass_is_told_as_it_is(deployed: DeployedFakes) -> None:
    deployed.machine.faults.on("start", 1, TransientError("busy"))
    with pytest.raises(TransientError):
        deployed.pipeline.start(job_document())


@pytest.mark.parametrize(
    ("job", "start"),
    [
        (Job("s3://data/a.csv", "orders"), "load-orders-20261122-040000-"),
        (Job("s3://data/exports/a/", HOME + "orders.eu", Operation.RESTORE), "restore-orders-eu-"),
        (Job("orders", "others", Operation.COPY), "copy-others-"),
        (Job("orders", QUEUE, Operation.SCAN), "scan-orders-"),
        (Job(HOME + "orders", "", Operation.EXPORT), "export-orders-"),
        (Job("orders", "", Operation.COUNT), "count-orders-"),
        (Job("", "orders", Operation.TRUNCATE), "truncate-orders-"),
    ],
)
def test_a_name_says_what_the_job_does_with_which_table(job: Job, start: str) -> None:
    name = job_name_of(job, NOW, random.Random(1))
    assert name.startswith(start)
    check_job_name(name)


@given(st.text(), st.floats(0, 4e9), st.integers(0, 99))
def test_whatever_a_name_is_made_of_step_functions_takes_it(what: str, now: float, seed: int) -> None:
    name = execution_name(what, now, random.Random(seed))
    check_job_name(name)
    assert len(name) <= LONGEST


def test_two_jobs_of_one_second_have_names_of_their_own(deployed: DeployedFakes) -> None:
    assert len({deployed.pipeline.start(job_document()) for _ in range(20)}) == 20


def test_a_file_is_sent_and_loaded(deployed: DeployedFakes, tmp_path: Path) -> None:
    file, sent = tmp_path / "my rows.csv", list[int]()
    file.write_text("id,name\na,1\nb,2\n")
    pipeline = deployed.pipeline
    job = pipeline.start_file(file, {"operation": "load", "target": TABLE}, on_sent=sent.append)
    report = pipeline.wait(job)
    assert (report["status"], report["rows"]["written"]) == ("SUCCEEDED", 2)
    assert report["source"] == f"s3://{BUCKET}/jobs/{job}/source/my rows.csv"
    assert sent == [file.stat().st_size]


def test_a_file_larger_than_a_block_arrives_whole(deployed: DeployedFakes, tmp_path: Path) -> None:
    file, sent = tmp_path / "rows.csv", list[int]()
    file.write_bytes(b"id\n" + b"".join(b"%09d\n" % n for n in range(250_000)))
    job = deployed.pipeline.start_file(str(file), Job("s3://any/thing", TABLE), "large", sent.append)
    assert deployed.fakes.store.objects[BUCKET, f"jobs/{job}/source/rows.csv"] == file.read_bytes()
    assert sent == sorted(sent)
    assert sent[-1] == file.stat().st_size


def test_all_that_is_wrong_with_a_file_and_its_job_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(JobInvalidError) as told:
        Pipeline("none").start_file(tmp_path / "none.csv", {"operation": "load", "target": 1}, "a/b")
    assert [problem.split(":")[0] for problem in told.value.problems] == ["source", "name", "target"]


def test_a_file_that_cannot_be_read_is_not_sent(deployed: DeployedFakes, tmp_path: Path) -> None:
    job = {"operation": "load", "target": TABLE}
    with pytest.raises(SourceNotFoundError, match=r"no file .*none\.csv"):
        deployed.pipeline.start_file(tmp_path / "none.csv", job)
    with pytest.raises(SourceAccessError, match="cannot be read"):
        deployed.pipeline.start_file(tmp_path, job)


def test_a_job_that_reads_no_file_is_given_none(deployed: DeployedFakes, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("id\n")
    with pytest.raises(JobInvalidError):
        deployed.pipeline.start_file(file, {"operation": "copy", "target": TABLE})
    assert not deployed.machine.found


def test_a_file_is_not_put_in_the_place_of_another_jobs(deployed: DeployedFakes, tmp_path: Path) -> None:
    file, job = tmp_path / "rows.csv", {"operation": "load", "target": TABLE}
    file.write_text("id\na\n")
    deployed.pipeline.start_file(file, job, "mine")
    file.write_text("id\nb\n")
    with pytest.raises(JobExistsError):
        deployed.pipeline.start_file(file, job, "mine")
    assert deployed.fakes.store.objects[BUCKET, "jobs/mine/source/rows.csv"] == b"id\na\n"


def test_outputs_that_are_missing_are_all_told() -> None:
    with pytest.raises(SettingError, match="StateMachineArn") as told:
        Pipeline.from_outputs({"DataBucketName": "data"})
    assert len(told.value.problems) == 2
