"""What AWS charges for a job: how much of what. The page on costs has its tables from here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from headrace.estimating.durations import gb_seconds
from headrace.estimating.measured import MEASURED
from headrace.estimating.settling_time import settling_calls
from headrace.estimating.volume import Volume
from headrace.job.model import Operation

_SQS_REQUEST_BYTES = 64 * 1024
_SQS_BATCH = 10
_QUEUE_PAGE_MESSAGES = 1000

UNIT_TRANSITIONS = 5
"""Of a child of the Map that is called once, its start included."""
JOB_TRANSITIONS = 11
"""Of the execution without its children, its start included, where settle is called once."""
SETTLE_TRANSITIONS = 3
"""Of each further call of settle."""
PHASE_TRANSITIONS = 4
"""Of counting first."""
_JOB_CALLS = 3
"""Plan, settle, report; more of settle where it takes long."""

_JOB_LEDGER_WRITES, _JOB_LEDGER_READS = 6, 20
UNIT_LEDGER_WRITES, UNIT_LEDGER_READS = 2, 3
"""Of a unit of one window; each further one is another write, and another read."""
MESSAGE_LEDGER_READS = 2
"""Its group's record and whether the job is to stop, a unit each. One write settles it."""
_EXPORT_LEDGER_WRITES = 7
"""Of a segment of an export, its parts included."""

_JOB_OBJECTS = 10
"""The plan, the units, the report and its page, the Map's results, and what is read of a part's head."""
_EXPORT_OBJECTS = 4
"""Of a segment, in parts."""


@dataclass(frozen=True, slots=True)
class Amount:
    """`kind`: what it is charged as, one of `prices.PER_MILLION`. `is_of_tables`: of the user's own tables;
    all else is the pipeline's. `is_hourly`: it is provisioned, and so paid for whether it is used or not."""

    what: str
    kind: str
    amount: int
    is_of_tables: bool = False
    is_hourly: bool = False


def amounts(volume: Volume) -> list[Amount]:
    """Of a job in the deployed pipeline; what there is nothing of is left out. Of a job on one's own machine
    only what is of tables is charged."""
    calls, transitions = _calls(volume), _transitions(volume)
    found = [
        Amount("DynamoDB, read units", "read_units", math.ceil(volume.read_units), is_of_tables=True),
        Amount(
            "DynamoDB, write units",
            "write_units",
            math.ceil(sum(volume.write_units.values())),
            is_of_tables=True,
        ),
        Amount("SQS, requests of 64 KB", "sqs_requests", _sqs_requests(volume)),
        Amount("DynamoDB, the ledger's writes", "write_units", _ledger_writes(volume)),
        Amount("DynamoDB, the ledger's reads", "read_units", _ledger_reads(volume)),
        Amount("Lambda, GB-seconds", "lambda_gb_seconds", math.ceil(gb_seconds(volume))),
        Amount("Lambda, calls", "lambda_calls", calls),
        Amount("Step Functions, transitions", "transitions", transitions),
        Amount("S3, reads", "s3_reads", volume.units + _JOB_OBJECTS + 2 * volume.blocks),
        Amount("S3, writes", "s3_writes", _s3_writes(volume)),
        Amount("CloudWatch Logs, KB", "log_kilobytes", _log_kilobytes(calls, transitions)),
    ]
    return [one for one in found if one.amount]


def _sqs_requests(volume: Volume) -> int:
    """A message is sent, received and deleted; a batch of messages takes as many requests as they do."""
    if volume.operation is Operation.SCAN:
        messages = _users_messages(volume)
        together = _SQS_BATCH * volume.items_per_message * volume.text_bytes
        return math.ceil(messages / _SQS_BATCH) * max(1, math.ceil(together / _SQS_REQUEST_BYTES))
    size = min(volume.message_bytes, volume.message_text)
    return volume.messages * (2 * math.ceil(size / _SQS_REQUEST_BYTES) + 1)


def _users_messages(volume: Volume) -> int:
    """Of a scan, to the user's queue."""
    return math.ceil(volume.items / volume.items_per_message)


def _ledger_writes(volume: Volume) -> int:
    """One that is conditional writes down that it has begun, too."""
    of_writers, messages = volume.messages * (2 if volume.writes_singly else 1), _users_messages(volume)
    of_units: Mapping[Operation, float] = {
        Operation.COUNT: volume.pages,
        Operation.EXPORT: _EXPORT_LEDGER_WRITES * volume.units,
        Operation.SCAN: max(volume.pages, messages / _QUEUE_PAGE_MESSAGES),
        Operation.COPY: 2 * volume.pages,
        Operation.TRUNCATE: 3 * volume.pages,
    }
    more = math.ceil(of_units.get(volume.operation, 0)) + volume.windows - volume.units
    return _JOB_LEDGER_WRITES + UNIT_LEDGER_WRITES * volume.units + of_writers + more


def _ledger_reads(volume: Volume) -> int:
    """A loader looks before each batch of messages whether the job is to stop; settle and report read the
    records of all units."""
    batches = max(volume.sends, volume.pages)
    looked = math.ceil(volume.units / 4) * (settling_calls(volume) + 1)
    of_units = UNIT_LEDGER_READS * volume.units + volume.windows - volume.units + batches
    return _JOB_LEDGER_READS + of_units + MESSAGE_LEDGER_READS * volume.messages + looked


def _calls(volume: Volume) -> int:
    return volume.messages + volume.units + _JOB_CALLS + settling_calls(volume) - 1


def _transitions(volume: Volume) -> int:
    phases = PHASE_TRANSITIONS if volume.operation is Operation.TRUNCATE else 0
    again = SETTLE_TRANSITIONS * (settling_calls(volume) - 1)
    return volume.units * UNIT_TRANSITIONS + JOB_TRANSITIONS + phases + again


def _s3_writes(volume: Volume) -> int:
    return _JOB_OBJECTS + (_EXPORT_OBJECTS * volume.units if volume.operation is Operation.EXPORT else 0)


def _log_kilobytes(calls: int, transitions: int) -> int:
    times = MEASURED.assumed
    return math.ceil(calls * times.log_kb_of_call + transitions * times.log_kb_of_transition)
