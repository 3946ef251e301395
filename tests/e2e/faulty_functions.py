"""The loader and the writer with all that can go wrong around them. It goes into the functions' place;
the name of a job, or of a table, says what goes wrong with it.

| name holds | what happens |
|---|---|
| thrice | each message is sent three times |
| halfway | the loader is killed in the middle of a batch, once |
| lost | the queue loses the first message of each batch |
| later | messages come ten seconds late |
| slow | each batch takes two seconds to send |
| slowly | each page of a scan takes a second, too; neither once the job is told to hurry |
| thirds | a third of each batch of write requests, or of messages to a user's queue, is not taken |
| throttled | every batch of write requests comes back unprocessed |
| unsettled | the writer is killed after the write and before the settling, once |
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import lambdas.load_chunk
import lambdas.scan_segment
import lambdas.write_batch
from headrace.aws.ledger import DynamoLedger
from headrace.aws.queue import SqsUserQueue, SqsWriteQueue
from headrace.aws.tables import DynamoBegunWrite, DynamoTables
from headrace.ledger import Outcome
from headrace.ports import Page, ReadRequest, UserMessage, Written

_send, _write, _settle = SqsWriteQueue.send, DynamoTables.write, DynamoLedger.settle
_read, _send_to_user = DynamoTables.read, SqsUserQueue.send
_begin_write = DynamoTables.begin_write
_scanned = {"job": ""}
"""The job whose segment this process scans now."""


class Killed(BaseException):
    """Ends an invocation where it stands: nothing of the functions' catches it."""


def load_chunk(event: dict[str, Any], context: Any) -> Any:
    _note(f"call-{event['job']}-{time.time_ns()}")
    return _killable(lambdas.load_chunk.handler, event, context)


def scan_segment(event: dict[str, Any], context: Any) -> Any:
    _scanned["job"] = event.get("job", "")
    _note(f"call-{_scanned['job']}-{time.time_ns()}")
    return _killable(lambdas.scan_segment.handler, event, context)


def write_batch(event: dict[str, Any], context: Any) -> Any:
    return _killable(lambdas.write_batch.handler, event, context)


def _killable(handler: Callable[..., Any], event: dict[str, Any], context: Any) -> Any:
    try:
        return handler(event, context)
    except Killed as end:
        if "HEADRACE_FAULTS_EXIT" in os.environ:
            os._exit(1)
        raise RuntimeError("the process was killed") from end


def _rest(job: str, seconds: float) -> None:
    hurry, end = Path(os.environ["HEADRACE_FAULTS_DIR"], f"hurry-{job}"), time.monotonic() + seconds
    while time.monotonic() < end and not hurry.exists():
        time.sleep(0.05)


def _note(name: str) -> bool:
    """Whether it was not noted before, by any process."""
    try:
        Path(os.environ["HEADRACE_FAULTS_DIR"], name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def send(self: SqsWriteQueue, bodies: Sequence[str], delay: int = 0) -> list[int]:
    job = json.loads(bodies[0].split("\n")[0])["job"]
    if "halfway" in job and _note(f"killed-{job}"):
        _send(self, bodies[: len(bodies) // 2], delay)
        raise Killed
    if "lost" in job and _note(f"lost-{job}-{bodies[0][:200].replace('/', '_')}"):
        return _send(self, bodies[1:], delay) if bodies[1:] else []
    for _ in range(2 if "thrice" in job else 0):
        _send(self, bodies, delay)
    _rest(job, 2 if "slow" in job else 0)
    return _send(self, bodies, 10 if "later" in job else delay)


def write(self: DynamoTables, table: str, requests: str) -> Written:
    if "throttled" in table:
        return Written(tuple(json.dumps(request) for request in json.loads(requests)))
    if "thirds" not in table:
        return _write(self, table, requests)
    given = json.loads(requests)
    taken = len(given) - len(given) // 3
    written = _write(self, table, json.dumps(given[:taken]))
    left = (*written.unprocessed, *(json.dumps(request) for request in given[taken:]))
    return Written(left, written.units)


def begin_write(self: DynamoTables, table: str, requests: str) -> DynamoBegunWrite:
    """Not past the client, where it is `write` that goes wrong."""
    goes_wrong = "throttled" in table or "thirds" in table
    return (
        DynamoBegunWrite(self, table, requests, None) if goes_wrong else _begin_write(self, table, requests)
    )


def settle(self: DynamoLedger, job: str, unit: int, sequence: int, outcome: Outcome) -> bool:
    if "unsettled" in job and _note(f"killed-{job}"):
        raise Killed
    return _settle(self, job, unit, sequence, outcome)


def read(self: DynamoTables, request: ReadRequest) -> Page:
    job = _scanned["job"]
    if "slowly" in job:
        _rest(job, 1)
        _note(f"page-{job}-{request.segment}-{request.start}-{time.time_ns()}"[:200].replace("/", "_"))
    return _read(self, request)


def send_to_user(self: SqsUserQueue, messages: Sequence[UserMessage]) -> list[int]:
    job = _scanned["job"]
    if "halfway" in job and _note(f"killed-{job}"):
        _send_to_user(self, messages[: len(messages) // 2])
        raise Killed
    if "thirds" not in job:
        return _send_to_user(self, messages)
    taken = len(messages) - len(messages) // 3
    return [*_send_to_user(self, messages[:taken]), *range(taken, len(messages))]


DynamoTables.read = read  # type: ignore[method-assign]
SqsUserQueue.send = send_to_user  # type: ignore[method-assign]
SqsWriteQueue.send = send  # type: ignore[method-assign]
DynamoTables.write = write  # type: ignore[method-assign]
DynamoTables.begin_write = begin_write  # type: ignore[method-assign]
DynamoLedger.settle = settle  # type: ignore[method-assign]
