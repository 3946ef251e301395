"""Failures that the state machine caught, in words, and where the ledger keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from headrace.errors import HeadraceError
from headrace.ledger import Ledger, UnitRecord, UnitState
from headrace.plan import Segment, Unit

_MOST_CHARACTERS = 1000
"""Of a failure that is kept with each unit."""


def explain(error: Mapping[str, Any]) -> tuple[str, str]:
    """Name and text of an error as a state machine catches it: a function's own is JSON in `Cause`."""
    name, cause = str(error.get("Error") or HeadraceError.__name__), str(error.get("Cause") or "")
    try:
        details = json.loads(cause)
    except json.JSONDecodeError:
        details = None
    text = str(details.get("errorMessage", cause)) if isinstance(details, dict) else cause
    return name, text or name


def refusal(error: HeadraceError) -> dict[str, str]:
    """One of our errors in the form in which a state machine gives those that it caught."""
    return {"Error": type(error).__name__, "Cause": str(error)}


def note_unit_failure(ledger: Ledger, job: str, work: Unit | Segment, error: Mapping[str, Any]) -> UnitRecord:
    """Marks the unit as failed, in a turn of its own: a worker that goes on all the same cannot save
    over it. Where it stood stays in its record, and a unit that is done stays as it is.

    Raises TurnLostError: another worker has taken the unit since."""
    record = ledger.take_unit(job, _fresh(work))
    if not record.state.is_final:
        record = replace(record, state=UnitState.FAILED, error=_text(error))
        ledger.save_unit(job, record)
    return record


def _fresh(work: Unit | Segment) -> UnitRecord:
    if isinstance(work, Segment):
        return UnitRecord(work.unit, task=work.task)
    return UnitRecord(work.unit, offset=work.start, row=work.row)


def note_job_failure(ledger: Ledger, job: str, error: Mapping[str, Any]) -> None:
    """Keeps with the job what went wrong outside any unit."""
    if (record := ledger.job(job)) is not None:
        ledger.save_job(replace(record, error=_text(error)))


def _text(error: Mapping[str, Any]) -> str:
    return ": ".join(explain(error))[:_MOST_CHARACTERS]
