"""The deployed stack from Python, by somebody who may do what the page says and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from headrace.errors import JobRunningError, StackAccessError, StackNotFoundError
from headrace.library.jobs import JobSummary
from headrace.library.pipeline import Pipeline
from headrace.progress import Progress
from tests.docs.blocks import block, page
from tests.e2e.faults import Faults
from tests.e2e.stack import PATIENCE, Stack, until
from tests.e2e.test_resume import ITEMS, copy, wait_for_begin

ROOT = ("test", "test")


def policy(stack: Stack) -> str:
    text = block(page("use-the-library"), "policy", "library")
    region, account = stack.state_machine.split(":")[3:5]
    names = {
        "REGION": region,
        "ACCOUNT": account,
        "STATE_MACHINE_ARN": stack.state_machine,
        "DATA_BUCKET": stack.bucket,
        "LEDGER_TABLE": stack.ledger_table,
    }
    for told, ours in names.items():
        text = text.replace(told, ours)
    return text


def access_key(stack: Stack, user: str) -> tuple[str, str]:
    """Of a new user, who may do nothing."""
    stack.iam.create_user(UserName=user)
    key = stack.iam.create_access_key(UserName=user)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def use(stack: Stack, patch: pytest.MonkeyPatch, key: tuple[str, str]) -> None:
    """From now on the SDK has these credentials, and trusts the emulator."""
    patch.setenv("AWS_ACCESS_KEY_ID", key[0])
    patch.setenv("AWS_SECRET_ACCESS_KEY", key[1])
    patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    if stack.emulator.enforces_iam:
        patch.setenv("AWS_CA_BUNDLE", str(stack.emulator.directory / "tmp/ministack-tls/server.crt"))


@pytest.fixture(scope="module")
def pipeline(stack: Stack) -> Iterator[Pipeline]:
    key = ROOT
    if stack.emulator.enforces_iam:
        key = access_key(stack, "library")
        stack.iam.put_user_policy(UserName="library", PolicyName="Page", PolicyDocument=policy(stack))
    with pytest.MonkeyPatch.context() as patch:
        use(stack, patch, key)
        yield Pipeline(endpoint=stack.emulator.endpoint)


def waited(pipeline: Pipeline, job: str) -> dict[str, Any]:
    return pipeline.wait(job, timeout=PATIENCE)


def listed(pipeline: Pipeline, job: str) -> JobSummary:
    (found,) = [one for one in pipeline.jobs() if one.job == job]
    return found


def rows(report: Mapping[str, Any]) -> dict[str, int]:
    return {name: count for name, count in report["rows"].items() if count}


def test_a_file_is_loaded_and_its_mended_rejects_after_it(
    pipeline: Pipeline, stack: Stack, tmp_path: Path
) -> None:
    table, file, seen = stack.table(), tmp_path / "rows.csv", list[Progress]()
    file.write_text("id,n:N\n" + "".join(f"{n},{n}\n" for n in range(999)) + "bad,x\n")
    job = pipeline.start_file(file, {"operation": "load", "target": table})
    report = pipeline.wait(job, seen.append, timeout=PATIENCE)
    assert (report["error"], rows(report)) == (
        "RowsRejectedError",
        {"read": 1000, "written": 999, "rejected": 1},
    )
    assert report == pipeline.report(job)
    assert (seen[0].phase, seen[-1].phase) == ("planning", "ended")
    assert {name: getattr(seen[-1], name) for name in report["rows"]} == report["rows"]
    rejects = pipeline.rejects(job, tmp_path)
    assert rejects
    rejects.write_text(rejects.read_text().replace("bad,x", "bad,1"))
    assert rows(waited(pipeline, pipeline.retry(job, rejects))) == {"read": 1, "written": 1}
    assert len(stack.items(table)) == 1000
    assert listed(pipeline, job).status == "FAILED"


@pytest.mark.usefixtures("prompt")
def test_a_job_is_cancelled_and_resumed_under_its_own_name(
    pipeline: Pipeline, stack: Stack, faults: Faults
) -> None:
    target, name = stack.table(), stack.name("slowly")
    job = pipeline.start(copy(stack, target), name)
    wait_for_begin(stack, faults, job)
    with pytest.raises(JobRunningError):
        pipeline.resume(job)
    assert "can be resumed" in pipeline.cancel(job)
    assert waited(pipeline, job)["error"] == "JobCancelledError"
    assert pipeline.status(job).status == listed(pipeline, job).status == "CANCELLED"
    faults.hurry(job)
    pipeline.resume(job)
    assert rows(waited(pipeline, job)) == {"read": ITEMS, "written": ITEMS}
    found = listed(pipeline, job)
    assert (found.status, found.operation, found.target) == ("SUCCEEDED", "copy", target)
    assert len(stack.items(target)) == ITEMS


def test_an_uploads_job_is_found_by_its_source(pipeline: Pipeline, stack: Stack) -> None:
    table = stack.table()
    key = stack.upload(table, "id,name\n1,one\n")
    source = f"s3://{stack.bucket}/{key}"

    def look() -> JobSummary | None:
        return next((job for job in pipeline.jobs() if job.source == source), None)

    job = until(look, f"the job of {source}")
    assert (job.operation, job.target) == ("load", table)
    assert rows(waited(pipeline, job.job)) == {"read": 1, "written": 1}


def test_a_stack_that_is_not_there_is_told(stack: Stack) -> None:
    with pytest.MonkeyPatch.context() as patch:
        use(stack, patch, ROOT)
        with pytest.raises(StackNotFoundError, match="'Nowhere'"):
            Pipeline("Nowhere", endpoint=stack.emulator.endpoint).jobs()


@pytest.mark.usefixtures("enforced")
def test_who_may_not_is_told(stack: Stack) -> None:
    with pytest.MonkeyPatch.context() as patch:
        use(stack, patch, access_key(stack, "nobody"))
        with pytest.raises(StackAccessError, match="may not"):
            Pipeline(endpoint=stack.emulator.endpoint).jobs()
