"""Where a job's objects lie in the data bucket."""

from __future__ import annotations

import re
from collections.abc import Mapping

from headrace.names import DEAD_PREFIX, EXPORTS_PREFIX, INCOMING_PREFIX, JOBS_PREFIX, OPTIONS_OBJECT


def job_prefix(job: str) -> str:
    return f"{JOBS_PREFIX}{job}/"


def plan_key(job: str) -> str:
    return job_prefix(job) + "plan.json"


def units_key(job: str, phase: str = "work", resumed: int = 0) -> str:
    """The units of a phase, as planned or as listed by the resumption of that number."""
    name = "units" if phase == "work" else f"units-{phase}"
    return job_prefix(job) + (f"{name}-{resumed:04d}.json" if resumed else f"{name}.json")


def resumption_key(job: str, resumed: int) -> str:
    """What the resumption of that number does beside its list of units."""
    return f"{job_prefix(job)}resumption-{resumed:04d}.json"


def unfinished_units_key(job: str) -> str:
    return job_prefix(job) + "units-unfinished.json"


def source_key(job: str, name: str) -> str:
    """A file that was sent together with its job."""
    return f"{job_prefix(job)}source/{name}"


def document_key(job: str) -> str:
    """The job as it was started."""
    return job_prefix(job) + "job.json"


def parked_prefix(job: str) -> str:
    return job_prefix(job) + "parked/"


def parked_key(job: str, unit: int, sequence: int) -> str:
    return f"{parked_prefix(job)}{unit:06d}-{sequence:06d}.txt"


def reject_parts_prefix(job: str) -> str:
    return job_prefix(job) + "rejects/parts/"


def window_rejects_key(job: str, unit: int, window: int, ending: str = "csv") -> str:
    return f"{reject_parts_prefix(job)}{unit:06d}-window-{window:06d}.{ending}"


def message_rejects_key(job: str, unit: int, sequence: int, try_: str, ending: str = "csv") -> str:
    return f"{reject_parts_prefix(job)}{unit:06d}-message-{sequence:06d}-{try_}.{ending}"


def large_messages_prefix(job: str) -> str:
    return job_prefix(job) + "messages/"


def large_message_key(job: str, unit: int, sequence: int) -> str:
    return f"{large_messages_prefix(job)}{unit:06d}-{sequence:06d}.txt"


def is_large_message_key(key: str) -> bool:
    return re.fullmatch(rf"{JOBS_PREFIX}[^/]+/messages/\d{{6,}}-\d{{6,}}\.txt", key) is not None


def page_rejects_key(job: str, unit: int, page: int) -> str:
    """Rejects of a segment's page, or of the export's part that begins with it."""
    return f"{reject_parts_prefix(job)}{unit:06d}-page-{page:06d}.jsonl"


def is_committed_part(key: str, behind: Mapping[int, int]) -> bool:
    """Whether a rejects part is of a window or a page that its unit has behind it; `behind` says how
    many each unit has."""
    found = re.search(r"/(\d+)-(?:window|page)-(\d+)\.\w+$", key)
    return found is not None and int(found[2]) < behind.get(int(found[1]), 0)


def rejects_key(job: str, ending: str = "csv") -> str:
    """`ending`: csv, or jsonl where items are rejected."""
    return f"{job_prefix(job)}rejects/rejects.{ending}"


def export_prefix(job: str) -> str:
    """Where an export goes of which the job does not say it."""
    return f"{EXPORTS_PREFIX}{job}/"


def report_key(job: str) -> str:
    return job_prefix(job) + "report.json"


def report_page_key(job: str) -> str:
    return job_prefix(job) + "report.html"


def dead_key(message_id: str) -> str:
    return f"{DEAD_PREFIX}{message_id}.txt"


def options_key(table: str) -> str:
    return f"{INCOMING_PREFIX}{table}/{OPTIONS_OBJECT}"
