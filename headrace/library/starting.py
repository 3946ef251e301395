"""Checks a job, and the file that is to be sent with it, before anything is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headrace.errors import JobInvalidError, SourceAccessError, SourceNotFoundError
from headrace.job.control import check_job_name
from headrace.job.model import Job
from headrace.job.parse import job_to_json, parse_job
from headrace.planning.draft import Findings

_BLOCK = 1024 * 1024
_SOMEWHERE = "s3://somewhere/else"
"""Stands for the source that a file will be."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A job that may be started: as JSON, and read."""

    document: dict[str, Any]
    job: Job


def check_job(job: Mapping[str, Any] | Job, name: str | None) -> Checked:
    """Raises JobInvalidError with all that is wrong with the job and its name."""
    document = job_to_json(job) if isinstance(job, Job) else dict(job)
    findings = Findings()
    if name is not None:
        findings.ask(lambda: check_job_name(name))
    parsed = findings.ask(lambda: parse_job(document))
    findings.raise_if_any()
    assert parsed is not None, "or it would have been a problem"
    return Checked(document, parsed)


def check_file_job(path: Path, job: Mapping[str, Any] | Job, name: str | None) -> Checked:
    """The same of a job whose source is a file, wherever that will be.

    Raises JobInvalidError, SourceNotFoundError, SourceAccessError."""
    document = job_to_json(job) if isinstance(job, Job) else dict(job)
    findings = Findings()
    findings.ask(lambda: _check_readable(path))
    checked = findings.ask(lambda: check_job(document | {"source": _SOMEWHERE}, name))
    if checked and checked.job.operation.reads_table:
        findings.ask(lambda: _refuse(checked.job))
    findings.raise_if_any()
    assert checked is not None, "or it would have been a problem"
    return checked


def read_blocks(path: Path, on_sent: Callable[[int], object]) -> Iterator[bytes]:
    """Tells how many bytes were taken, each time that more are asked for."""
    sent = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
            sent += len(block)
            on_sent(sent)


def _check_readable(path: Path) -> None:
    try:
        path.open("rb").close()
    except FileNotFoundError as error:
        raise SourceNotFoundError(f"source: there is no file {path}") from error
    except OSError as error:
        raise SourceAccessError(f"source: the file {path} cannot be read: {error.strerror}") from error


def _refuse(job: Job) -> None:
    raise JobInvalidError([f"operation: {job.operation} reads no file; allowed: load, restore"])
