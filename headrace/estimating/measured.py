"""What the pipeline takes of processors and of time, from one dated file: CPU is measured, times are assumed.

The page on costs tells each of them, and what follows from them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files

from headrace.names import MEMORY_MB

FULL_CPU_MB = 1769
"""Memory with which a function has a whole vCPU. Source: AWS Lambda Developer Guide, "Configure Lambda
function memory"."""


@dataclass(frozen=True, slots=True)
class Cpu:
    """Microseconds of the processor that was measured; bytes are those of the text, or of the messages."""

    planned_byte: float
    loaded_row: float
    loaded_byte: float
    written_row: float
    written_byte: float


@dataclass(frozen=True, slots=True)
class Assumed:
    """
    `lambda_cpu`: how many times longer a whole vCPU of Lambda takes. `start_ms`: a function's start;
    `call_ms`: a small call of it; `ledger_ms`: a call of the ledger; `write_ms`: a BatchWriteItem of 25
    items; `send_ms`: a SendMessageBatch of 1 MiB; `get_ms`: 4 MiB of S3; `page_ms`: a page of a Scan;
    `requests_ms`: making write requests of a page; `user_send_ms`: ten messages to a user's queue;
    `text_mb_ms`: compressing 1 MB of an export. `log_kb_…`: what is logged of each.
    `write_units_per_second`: what a table takes.
    """

    lambda_cpu: float
    start_ms: float
    call_ms: float
    ledger_ms: float
    write_ms: float
    send_ms: float
    get_ms: float
    page_ms: float
    requests_ms: float
    user_send_ms: float
    text_mb_ms: float
    log_kb_of_call: float
    log_kb_of_transition: float
    write_units_per_second: float


@dataclass(frozen=True, slots=True)
class Measured:
    """As of `date`, by `source`."""

    date: str
    source: str
    cpu: Cpu
    assumed: Assumed

    def cpu_seconds(self, microseconds: float, function: str) -> float:
        """In a function of the pipeline, one of `MEMORY_MB`: less memory is less CPU, and one thread uses one
        vCPU at most."""
        share = min(1.0, MEMORY_MB[function] / FULL_CPU_MB)
        return microseconds / 1e6 * self.assumed.lambda_cpu / share


def gigabytes(function: str) -> float:
    """As Lambda bills them, of 1,024 MB each."""
    return MEMORY_MB[function] / 1024


def _read() -> Measured:
    found = json.loads((files(__package__) / "measured.json").read_text())
    return Measured(found["date"], found["source"], Cpu(**found["cpu_us"]), Assumed(**found["assumed"]))


MEASURED = _read()
