"""Failures that the state machine caught, in words, and where the ledger keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from headrace.errors import HeadraceError
from headrace.ledger import Ledger, UnitRecord, UnitState
from headrace.plan import Unit

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


def note_failure(ledger: Ledger, job: str, unit: Mapping[str, Any] | None, error: Mapping[str, Any]) -> None:
    """Marks the unit as failed, or, where the error is of none, notes it with the job."""
    text = ": ".join(explain(error))[:_MOST_CHARACTERS]
    if unit is not None:
        its = Unit(**unit)
        record = ledger.unit(job, its.unit) or UnitRecord(its.unit, offset=its.start, row=its.row)
        ledger.save_unit(job, replace(record, state=UnitState.FAILED, error=text))
    elif (known := ledger.job(job)) is not None:
        ledger.save_job(replace(known, error=text))
