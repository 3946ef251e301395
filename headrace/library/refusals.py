"""Reports of jobs that could not start, as the errors that they are."""

from __future__ import annotations

from typing import Any

from headrace import errors
from headrace.errors import HeadraceError, JobFailedError, JobInvalidError


def is_refusal(report: dict[str, Any]) -> bool:
    """Whether the job could not start: then nothing of it was done."""
    return "units" not in report


def raise_if_refused(report: dict[str, Any]) -> None:
    """Raises the error for which the job could not start."""
    if is_refusal(report):
        raise error_of(report)


def error_of(report: dict[str, Any]) -> HeadraceError:
    """The error that a report names."""
    kind = getattr(errors, report["error"], JobFailedError)
    if issubclass(kind, JobInvalidError | errors.HeaderError | errors.TablesDifferError):
        return kind(report["cause"].split("\n"))
    found: HeadraceError = kind(report["cause"])
    return found
