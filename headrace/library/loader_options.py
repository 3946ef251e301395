"""Checks what a loader is made with: everything that is wrong with it, at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headrace.errors import JobInvalidError
from headrace.job.kinds import Number
from headrace.job.parse import parse_job
from headrace.job.problems import Problems
from headrace.messages import MAX_REQUESTS
from headrace.planning.draft import Findings

_KINDS = {
    "max_workers": Number(1),
    "batch_size": Number(1, MAX_REQUESTS),
    "max_retries": Number(0),
    "base_delay": Number(0, whole=False, unit="seconds"),
    "max_delay": Number(0, whole=False, unit="seconds"),
}
_OWN = ("operation", "source", "target")
"""Fields of a job that a loader fills in itself."""
_SOMETHING = {"operation": "load", "source": "s3://some/file", "target": "something"}
"""Stands for them until it has a file and a table."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A loader's options that are numbers; delays are seconds."""

    max_workers: int
    batch_size: int
    max_retries: int
    base_delay: float
    max_delay: float


def check_options(table_name: str | None, numbers: Numbers, job: Mapping[str, Any]) -> Numbers:
    """The numbers, each of its kind.

    Args:
        job: further fields of a job.

    Raises JobInvalidError.
    """
    findings = Findings()
    read = findings.ask(lambda: _read(numbers))
    findings.ask(lambda: _check_own(job))
    target = _SOMETHING["target"] if table_name is None else table_name
    findings.ask(lambda: parse_job({**job, **_SOMETHING, "target": target}))
    findings.raise_if_any()
    assert read is not None, "or it would have been a problem"
    return read


def _read(numbers: Numbers) -> Numbers:
    problems = Problems()
    read = {name: kind.read(getattr(numbers, name), name, problems) for name, kind in _KINDS.items()}
    problems.raise_if_any()
    return Numbers(**read)


def _check_own(job: Mapping[str, Any]) -> None:
    found = [name for name in _OWN if name in job]
    if found:
        raise JobInvalidError([f"{name}: a loader says that itself; leave it out" for name in found])
