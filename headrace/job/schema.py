"""The job's fields as a JSON Schema, for editors and for those who write jobs by program.

`python -m headrace.job.schema` prints it; docs/job.schema.json is that output.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from headrace.job.fields import JOB


def job_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12. `parse_job` checks more: contradictions and lengths in bytes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Headrace job",
        "description": "What to load from where to where, and how.",
        **JOB.schema(),
    }


def schema_text() -> str:
    return json.dumps(job_schema(), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
