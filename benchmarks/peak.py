"""Calls one function of the pipeline in this process, with AWS played by a folder, and prints what
memory it took: `python -m benchmarks.peak <function> <folder>`, the events as a JSON list on stdin.

A process of its own for each measurement: a process's peak never comes down again.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.resident import peak_kib
from benchmarks.wire import ENDPOINT, Wire
from headrace import names

ENVIRONMENT = {
    "AWS_ENDPOINT_URL": ENDPOINT,
    "AWS_ENDPOINT_URL_S3": ENDPOINT,
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "POWERTOOLS_LOG_LEVEL": "ERROR",
    names.ENV_BUCKET: "data",
    names.ENV_WRITE_QUEUE_URL: f"{ENDPOINT}/queue",
    names.ENV_LEDGER_TABLE: "ledger",
    names.ENV_TABLES: "orders,scanned,copied",
    names.ENV_QUEUES: "arn:aws:sqs:eu-west-1:123456789012:items",
    names.ENV_RETENTION_DAYS: "30",
    names.ENV_STALL_SECONDS: "2700",
}
MADE = {
    "plan": "planning.planner",
    "load_chunk": "loading.loader",
    "scan_segment": "scanning.scanner",
    "write_batch": "writing.writer",
    "dead_letter": "giving_up.dead_letters",
    "settle": "ledger",
    "report": "reporting.reporter",
    "stop": "reporting.reporter",
}
"""The functions, and what of `lambdas.wiring` the first event of each has to make, with its clients."""
CONTEXT = SimpleNamespace(
    function_name="benchmark",
    memory_limit_in_mb=0,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:benchmark",
    aws_request_id="1",
    get_remaining_time_in_millis=lambda: 900_000,
)


def made(function: str) -> tuple[str, str]:
    """What of MADE a function has: the module, and the name in it."""
    module, _, name = f"lambdas.wiring.{MADE[function]}".rpartition(".")
    return module, name


def measure(function: str, folder: Path, events: list[Any]) -> dict[str, Any]:
    """`before`, `peak`: KiB resident before the first event and at most; the last event's `answer`."""
    os.environ |= ENVIRONMENT
    wire = Wire(folder)
    wire.attach()
    handler = importlib.import_module(f"lambdas.{function}").handler
    module, name = made(function)
    getattr(importlib.import_module(module), name)()
    before, answer = peak_kib(), None
    for event in events:
        answer = handler(event, CONTEXT)
    if wire.failed:
        raise RuntimeError(f"a figure of what failed would be none: {wire.failed}")
    return {"before": before, "peak": peak_kib(), "answer": answer}


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]), json.load(sys.stdin))))
