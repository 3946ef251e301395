"""The demo: loads a sample of every type into a table, as an upload, and checks the accounts by a scan."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from headrace import layout
from headrace.errors import HeadraceError
from headrace.library.jobs import JobSummary
from headrace.names import INCOMING_PREFIX
from localstack.demo_table import TABLE, count_items, ensure_table, some_items
from localstack.deployment import Deployment
from localstack.sample import BROKEN, write_sample
from localstack.showing import show_items, show_places, show_report, shown_progress

ROWS = 50_000
START_SECONDS = 60
OPTIONS = {
    # 8 chunks, so that several functions load at once
    "parallel": {"chunk_bytes": 2_000_000},
    "tolerate": {"rejects": len(BROKEN)},
}


def main() -> int:
    console = Console()
    directory = Path(os.environ.get("LOCAL_DIR", ".local"))
    deployment = Deployment.read(directory)
    ensure_table(deployment)
    key = _upload(console, deployment)
    with console.status("Waiting for the execution that the upload starts"):
        job = _started(deployment, key)
    with shown_progress(console) as show:
        report = deployment.pipeline.wait(job.job, show)
    show_report(console, report)
    agrees = _check(console, deployment, report)
    show_items(console, some_items(deployment, 3))
    show_places(console, _places(deployment, job, report, directory / "demo"))
    return 0 if agrees else 1


def _upload(console: Console, deployment: Deployment) -> str:
    """Returns the object's key; each run has its own, so that its execution can be told from others."""
    text = io.StringIO(newline="")
    write_sample(text, ROWS)
    body = text.getvalue().encode()
    key = f"{INCOMING_PREFIX}{TABLE}/orders-{datetime.now(UTC):%Y%m%d-%H%M%S}.csv"
    options = json.dumps(OPTIONS).encode()
    deployment.s3.put_object(Bucket=deployment.bucket, Key=layout.options_key(TABLE), Body=options)
    deployment.s3.put_object(Bucket=deployment.bucket, Key=key, Body=body)
    console.print(
        f"Uploaded {ROWS:,} rows, {len(body):,} bytes: s3://{deployment.bucket}/{key}", soft_wrap=True
    )
    return key


def _started(deployment: Deployment, key: str) -> JobSummary:
    """The job that the upload started. Raises HeadraceError where none did."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        for job in deployment.pipeline.jobs():
            if job.source == f"s3://{deployment.bucket}/{key}":
                return job
        time.sleep(0.5)
    raise HeadraceError(
        f"no execution started within {START_SECONDS} s of the upload of {key}: see the emulator's log"
    )


def _check(console: Console, deployment: Deployment, report: dict[str, Any]) -> bool:
    """Whether the job succeeded, read every row, and the table holds what it says it wrote."""
    rows, items = report["rows"], count_items(deployment)
    agrees: bool = report["status"] == "SUCCEEDED" and rows["read"] == ROWS and rows["written"] == items
    verdict = "as written" if agrees else f"but the report says {rows['written']:,} of {ROWS:,} rows written"
    console.print(f"A scan of {TABLE} counts {items:,} items, {verdict}.", style="green" if agrees else "red")
    return agrees


def _places(
    deployment: Deployment, job: JobSummary, report: dict[str, Any], directory: Path
) -> dict[str, str]:
    directory.mkdir(parents=True, exist_ok=True)
    files = {"report": layout.report_page_key(job.job)}
    if report.get("rejects", {}).get("location"):
        files["rejects, each with its reason"] = layout.rejects_key(job.job)
    places = {}
    for what, key in files.items():
        file = directory / Path(key).name
        deployment.s3.download_file(deployment.bucket, key, str(file))
        places[what] = os.path.relpath(file)
    return {
        **places,
        "the same in the bucket": f"s3://{deployment.bucket}/{layout.job_prefix(job.job)}",
        "execution": job.execution,
        "endpoint for the AWS CLI": os.environ["AWS_ENDPOINT_URL"],
        "to stop what make up started": "make down",
    }


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HeadraceError as error:
        sys.exit(str(error))
