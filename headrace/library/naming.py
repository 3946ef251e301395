"""Names for executions that nobody named: they say what a job does, with what, and when it was started."""

from __future__ import annotations

import random
import re
import string

from headrace.job.located import table_name
from headrace.job.model import Job, Operation
from headrace.library.jobs import time_of

# AWS Step Functions API Reference, "StartExecution", name; CloudWatch Logs takes no other characters.
LONGEST = 80
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_-]+")
_RANDOM = string.ascii_lowercase + string.digits


def job_name_of(job: Job, now: float, rng: random.Random) -> str:
    """Such as `load-orders-20261121-044609-k3f9`.

    Args:
        now: seconds since 1970.
    """
    reads_only = job.operation in (Operation.SCAN, Operation.EXPORT, Operation.COUNT)
    table = table_name(job.source if reads_only else job.target)
    return execution_name(f"{job.operation}-{table}", now, rng)


def execution_name(what: str, now: float, rng: random.Random) -> str:
    """`what` as far as there is room for it, with a time and some characters behind that make it the only
    one of its name."""
    ending = f"-{time_of(now):%Y%m%d-%H%M%S}-{''.join(rng.choices(_RANDOM, k=4))}"
    return _NOT_ALLOWED.sub("-", what)[: LONGEST - len(ending)] + ending
