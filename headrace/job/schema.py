"""The job's fields as a JSON Schema, for editors and for those who write jobs by program.

`python -m headrace.job.schema` prints it; docs/job.schema.json is that output.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from headrace.job.fields import JOB
from headrace.job.model import Operation


def job_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12: a definition for each operation. `parse_job` checks more:
    contradictions, lengths in bytes, and what means nothing for a format."""
    (operation,) = (field for field in JOB.fields if field.name == "operation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Headrace job",
        "description": "What to move from where to where, and how.",
        "type": "object",
        "properties": {"operation": operation.schema()},
        "required": ["operation"],
        "allOf": [_if(operation) for operation in Operation],
        "$defs": {str(operation): JOB.of(operation).schema() for operation in Operation},
    }


def _if(operation: Operation) -> dict[str, Any]:
    chosen = {"properties": {"operation": {"const": str(operation)}}, "required": ["operation"]}
    return {"if": chosen, "then": {"$ref": f"#/$defs/{operation}"}}


def schema_text() -> str:
    return json.dumps(job_schema(), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
