"""Calls of one function, each list of events in a process of its own, and what memory they took."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headrace import layout

JOB = "benchmark"
TABLE_HEAD = "| object | work | before, MiB | peak, MiB |\n|---|---|---:|---:|"
_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Figure:
    """MiB: `before` with all imported and all clients made, `peak` at most."""

    shape: str
    work: str
    before: float
    peak: float

    def __str__(self) -> str:
        return f"| {self.shape} | {self.work} | {self.before:.0f} | {self.peak:.0f} |"


class Calls:
    """
    Args:
        folder: plays AWS.
        shape: of what the functions work on.
    """

    def __init__(self, folder: Path, shape: str) -> None:
        self._folder = folder
        self._shape = shape

    def plan(self, job: dict[str, Any], work: str) -> Figure:
        execution = f"arn:aws:states:eu-west-1:123456789012:execution:job:{JOB}"
        return self.call("plan", work, [{"execution": execution, "name": JOB, "input": job}])

    def units(self) -> list[dict[str, Any]]:
        """Events, one for each unit of the plan."""
        units = json.loads((self._folder / "data" / layout.units_key(JOB)).read_text())
        return [{"job": JOB, "unit": unit} for unit in units]

    def call(self, function: str, work: str, events: Sequence[Any]) -> Figure:
        """The events one after the other, as a warm function has them."""
        command = [sys.executable, "-m", "benchmarks.peak", function, str(self._folder)]
        done = subprocess.run(
            command, cwd=_ROOT, input=json.dumps(events), stdout=subprocess.PIPE, text=True, check=True
        )
        seen = json.loads(done.stdout)
        return Figure(self._shape, work, seen["before"] / 1024, seen["peak"] / 1024)


def batch_event(bodies: Mapping[str, str]) -> dict[str, Any]:
    """Of write_batch: messages by their names, each received once."""
    return {"Records": [_record(name, body) for name, body in bodies.items()]}


def _record(name: str, body: str) -> dict[str, Any]:
    return {
        "messageId": name,
        "receiptHandle": name,
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "eventSource": "aws:sqs",
    }
