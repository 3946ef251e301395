"""The ledger's records as JSON and back: what any ledger keeps of them. To JSON they go by `orjson.dumps`.

Another version of Headrace may have written them: what it did not know has its default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from headrace.ledger import (
    DuplicateNote,
    JobRecord,
    JobState,
    Outcome,
    Part,
    Progress,
    RejectNote,
    Tally,
    UnitRecord,
    UnitState,
)
from headrace.ports import Counts


def read_job(text: str | bytes) -> JobRecord:
    fields = orjson.loads(text)
    return JobRecord(**fields | {"state": JobState(fields["state"])})


def read_unit(text: str | bytes) -> UnitRecord:
    fields = orjson.loads(text)
    tally = fields["tally"]
    first_reject, first_duplicate = tally["first_reject"], tally["first_duplicate"]
    notes = {
        "first_reject": RejectNote(**first_reject) if first_reject else None,
        "first_duplicate": DuplicateNote(**first_duplicate) if first_duplicate else None,
    }
    nested = {
        "state": UnitState(fields["state"]),
        "tally": Tally(**tally | notes),
        "void": tuple((first, count) for first, count in fields.get("void", ())),
        "parts": tuple(Part(**part) for part in fields.get("parts", ())),
    }
    return UnitRecord(**fields | nested)


def read_outcome(text: str | bytes) -> Outcome:
    return _outcome(orjson.loads(text))


def read_progress(text: str | bytes) -> Progress:
    fields = orjson.loads(text)
    return Progress(fields["lines"], _outcome(fields["outcome"]))


def _outcome(fields: Mapping[str, Any]) -> Outcome:
    return Outcome(Counts(**fields["counts"]), tuple(fields["parts"]), fields["reason"])
