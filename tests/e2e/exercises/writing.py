"""Exercises of the functions that consume queues: write_batch and dead_letter."""

from __future__ import annotations

from uuid import uuid4

from tests.e2e.exercises import jobs
from tests.e2e.exercises.calls import Calls

# write_batch


def write(calls: Calls) -> str:
    """One item that the table takes and one that it refuses, which becomes a reject."""
    return _deliver(calls, "WriteBatch", calls.stack.table(), "1", "")


def insert(calls: Calls) -> str:
    return _deliver(calls, "WriteBatch", calls.stack.table(), "1", write={"mode": "insert"})


def put_back(calls: Calls) -> str:
    """The table takes nothing: the message goes back to the queue."""
    table = calls.stack.table(calls.stack.name("throttled"))
    return _deliver(calls, "WriteBatch", table, "1")


def stop_fast(calls: Calls) -> str:
    """The table is gone: nobody need try any more."""
    table = calls.stack.table()
    job = calls.planned(jobs.load(calls.stack, table))
    calls.stack.dynamodb.delete_table(TableName=table)
    return calls.deliver("WriteBatch", job, table, "1")


def set_aside(calls: Calls) -> str:
    return _deliver_of_cancelled(calls, "WriteBatch")


def release(calls: Calls) -> str:
    """A message that cannot be written comes again at once, not when its visibility timeout ends."""
    body = f"no message at all, {uuid4().hex}"
    calls.stack.sqs.purge_queue(QueueUrl=calls.stack.write_queue)
    calls.stack.sqs.send_message(QueueUrl=calls.stack.write_queue, MessageBody=body)
    receipt = _receive(calls)
    assert receipt
    calls.consume("WriteBatch", body, receipt)
    return "released" if _receive(calls) else "hidden"


def _receive(calls: Calls) -> str | None:
    """The receipt of a message, if one comes within a few seconds."""
    for _ in range(5):
        received = calls.stack.sqs.receive_message(QueueUrl=calls.stack.write_queue, WaitTimeSeconds=1)
        for message in received.get("Messages", []):
            return str(message["ReceiptHandle"])
    return None


# dead_letter


def give_up(calls: Calls) -> str:
    return _deliver(calls, "DeadLetter", calls.stack.table(), "1")


def set_dead_aside(calls: Calls) -> str:
    return _deliver_of_cancelled(calls, "DeadLetter")


def put_away(calls: Calls) -> str:
    return calls.consume("DeadLetter", "no message at all")


def put_away_what_no_job_has(calls: Calls) -> str:
    return calls.deliver("DeadLetter", calls.stack.name(), calls.stack.name(), "1")


def _deliver(calls: Calls, function: str, table: str, *ids: str, **fields: object) -> str:
    return calls.deliver(function, calls.planned(jobs.load(calls.stack, table, **fields)), table, *ids)


def _deliver_of_cancelled(calls: Calls, function: str) -> str:
    table = calls.stack.table()
    return calls.deliver(function, calls.cancelled(jobs.load(calls.stack, table)), table, "1")
