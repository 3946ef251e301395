"""Exercises of the function that plans."""

from __future__ import annotations

from uuid import uuid4

from tests.e2e.exercises import jobs
from tests.e2e.exercises.calls import Calls


def plan_upload(calls: Calls) -> str:
    """Without options: what is not there has to be told from what is not allowed."""
    stack = calls.stack
    key = stack.upload(stack.table(), jobs.ROWS)
    detail = {"bucket": {"name": stack.bucket}, "object": {"key": key, "sequencer": uuid4().hex}}
    return calls.plan({"source": "aws.s3", "detail-type": "Object Created", "detail": detail})


def plan_scan(calls: Calls) -> str:
    return calls.plan(jobs.scan(calls.stack))


def plan_export(calls: Calls) -> str:
    return calls.plan(jobs.export(calls.stack))


def plan_query(calls: Calls) -> str:
    return calls.plan(jobs.count(jobs.table(calls.stack), **jobs.ONE_ID))


def plan_index_scan(calls: Calls) -> str:
    return calls.plan(jobs.count_index())


def plan_index_query(calls: Calls) -> str:
    return calls.plan(jobs.count_index(**jobs.ONE_PRICE))


def plan_resumption(calls: Calls) -> str:
    job = calls.cancelled(jobs.load(calls.stack))
    return calls.plan({"resume": job}, execution=f"{calls.execution}-again")
