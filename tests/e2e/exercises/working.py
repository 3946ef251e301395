"""Exercises of the functions that work on units: load_chunk and scan_segment."""

from __future__ import annotations

import base64
import random

from tests.e2e.exercises import jobs
from tests.e2e.exercises.calls import Calls
from tests.e2e.policies import without

# load_chunk


def load(calls: Calls) -> str:
    return calls.work("LoadChunk", calls.planned(jobs.load(calls.stack)))


def load_again(calls: Calls) -> str:
    """What is settled of the unit is not sent again."""
    job = calls.planned(jobs.load(calls.stack))
    return calls.work("LoadChunk", job, calls.unit(job) | {"again": True})


def load_what_is_gone(calls: Calls) -> str:
    document = jobs.load(calls.stack)
    job = calls.planned(document)
    bucket, _, key = document["source"].removeprefix("s3://").partition("/")
    calls.stack.s3.delete_object(Bucket=bucket, Key=key)
    return calls.work("LoadChunk", job)


# scan_segment


def scan(calls: Calls) -> str:
    return calls.work("ScanSegment", calls.planned(jobs.scan(calls.stack)))


def export(calls: Calls) -> str:
    return calls.work("ScanSegment", calls.planned(jobs.export(calls.stack)))


def copy(calls: Calls) -> str:
    return calls.work("ScanSegment", calls.planned(jobs.copy(calls.stack)))


def mirror(calls: Calls) -> str:
    """Counts what the copy has and its source has not."""
    job = calls.planned(jobs.copy(calls.stack, mirror=True))
    return calls.work("ScanSegment", job, calls.unit(job, "count", 1))


def query(calls: Calls) -> str:
    job = jobs.count(jobs.table(calls.stack), **jobs.ONE_ID)
    return calls.work("ScanSegment", calls.planned(job))


def index_scan(calls: Calls) -> str:
    return calls.work("ScanSegment", calls.planned(jobs.count_index()))


def index_query(calls: Calls) -> str:
    return calls.work("ScanSegment", calls.planned(jobs.count_index(**jobs.ONE_PRICE)))


def break_off_an_export(calls: Calls) -> str:
    """In the middle of a part, large enough to be uploaded by and by, of which nothing may be left."""
    document = jobs.export(calls.stack, _large_table(calls))
    job = calls.planned(document)
    with without(calls.stack, "ScanSegment", "s3:PutObject", "jobs/"):
        calls.work("ScanSegment", job)
    return calls.left_below(document["target"].removeprefix(f"s3://{calls.stack.bucket}/"))


def _large_table(calls: Calls) -> str:
    """More than 8 MiB that cannot be compressed."""
    name, rng = jobs.table(calls.stack), random.Random(1)
    large = (base64.b64encode(rng.randbytes(390_000)).decode() for _ in range(24))
    calls.stack.fill(
        name, ({"id": {"S": f"large-{n}"}, "bytes": {"B": text}} for n, text in enumerate(large))
    )
    return name
