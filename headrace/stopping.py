"""Stops a job at once where one of its workers or writers meets what no second try can mend."""

from __future__ import annotations

from headrace.errors import JobError
from headrace.ledger import Ledger, Stop


def stop_for(ledger: Ledger, job: str, error: JobError) -> None:
    """Tells all who work on the job to stop. The first reason stays."""
    ledger.stop(job, Stop(type(error).__name__, str(error)))
