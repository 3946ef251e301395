"""A deployed pipeline by its parts: ports, and the outputs by which the real ones are found."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from headrace import names
from headrace.errors import SettingError
from headrace.ledger import Ledger
from headrace.ports import Clock, ObjectStore, StateMachine

NEEDED = (names.OUTPUT_STATE_MACHINE_ARN, names.OUTPUT_DATA_BUCKET, names.OUTPUT_LEDGER_TABLE)


@dataclass(frozen=True, slots=True)
class Deployed:
    """`bucket`: the data bucket. `late_seconds`: how long the report of an execution that was stopped is
    waited for, as another function writes it."""

    machine: StateMachine
    store: ObjectStore
    ledger: Ledger
    clock: Clock
    rng: random.Random
    bucket: str
    late_seconds: float = 120.0


def check_outputs(outputs: Mapping[str, str], where: str) -> None:
    """Raises SettingError with all that are missing.

    Args:
        where: what has the outputs, in words.
    """
    if missing := [name for name in NEEDED if not outputs.get(name)]:
        advice = "it is no stack of Headrace's, or its deployment is not through"
        raise SettingError([f"{where} has no output {name}: {advice}" for name in missing])
