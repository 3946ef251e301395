"""A plan comes back as it was kept, from a few places at once, and from another version too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from headrace import layout
from headrace.errors import MessageError
from headrace.job.model import Job, Operation, Place
from headrace.plan import MOST_PLANS, Phase, Plan, Plans
from headrace.ports import ObjectRef
from tests.builders import BUCKET, ID, plan_of
from tests.fakes import MemoryObjectStore


def test_a_plan_comes_back_as_it_was() -> None:
    store = MemoryObjectStore()
    place = Place("us-east-1", "arn:aws:iam::123456789012:role/r", "partner")
    copy = Job("orders", "copies", Operation.COPY, source_place=place)
    plan = Plan("one", copy, None, "utf-8", False, (), (ID,), read_keys=(ID,), table={"items": 1}, counted=4)
    Plans(store, BUCKET).save(plan)
    assert Plans(store, BUCKET).find("one") == plan


def test_a_process_reads_the_plans_of_a_few_jobs_once_each() -> None:
    store = MemoryObjectStore()
    plans, jobs = Plans(store, BUCKET), [f"job{n}" for n in range(MOST_PLANS + 1)]
    for job in jobs:
        plans.save(replace(plan_of(), job_id=job))
    for job in jobs[1:] * 3:
        assert plans.find(job).job_id == job
    assert store.faults.calls["get"] == MOST_PLANS
    plans.find(jobs[0])
    plans.find(jobs[-1])
    assert store.faults.calls["get"] == MOST_PLANS + 1


def test_a_plan_that_is_saved_again_is_the_one_that_is_found() -> None:
    plans = Plans(MemoryObjectStore(), BUCKET)
    plans.save(plan_of(counted=4))
    assert plans.find("one").counted == 4
    plans.save(plan_of())
    assert plans.find("one").counted == 0


def test_a_job_counts_until_it_has_counted_if_it_has_to() -> None:
    assert plan_of(counted=4).phase({}) is Phase.COUNT
    assert plan_of(counted=4).phase({"items": 0}) is Phase.WORK
    assert plan_of().phase({}) is Phase.WORK


def test_a_job_without_a_plan_is_named() -> None:
    with pytest.raises(MessageError, match="no plan of job 'one'"):
        Plans(MemoryObjectStore(), BUCKET).find("one")


def test_messages_of_a_version_before_or_after_find_their_plan() -> None:
    """`units` is a field that plans had once."""
    store, job = (
        MemoryObjectStore(),
        {"operation": "load", "source": "s3://data/rows.csv", "target": "orders"},
    )
    source: dict[str, Any] = {"bucket": "data", "key": "rows.csv", "size": 12, "etag": "e"}
    key = {"name": "id", "type": "S", "role": "partition", "index": None}
    plan = {"job_id": "one", "job": job, "source": source, "codec": "utf-8", "zipped": False}
    plan |= {
        "header": ["id", "name"],
        "keys": [key],
        "inferred": [],
        "looks_like": {},
        "records": 1,
        "units": 1,
    }
    store.put(BUCKET, layout.plan_key("one"), orjson.dumps(plan))
    found = Plans(store, BUCKET).find("one")
    assert (found.source, found.keys, found.records) == (ObjectRef(**source), (ID,), 1)
