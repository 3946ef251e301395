"""The published schema is current, and is the same rule as the validator's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from headrace.errors import JobInvalidError
from headrace.job.fields import JOB
from headrace.job.groups import NO_DEFAULT, Field, Group
from headrace.job.model import Job, Operation
from headrace.job.parse import job_to_json, parse_job
from headrace.job.schema import job_schema, schema_text
from tests.unit.job.strategies import MINIMAL, MINIMALS, job_like, jobs

PUBLISHED = Path(__file__).parents[3] / "docs" / "job.schema.json"
VALIDATOR = Draft202012Validator(job_schema())


def fields_of(group: Group) -> list[Field]:
    inner = [field.kind for field in group.fields if isinstance(field.kind, Group)]
    return [*group.fields, *(field for group in inner for field in fields_of(group))]


def test_the_published_schema_is_current() -> None:
    assert PUBLISHED.read_text() == schema_text(), "python -m headrace.job.schema > docs/job.schema.json"


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(job_schema())


@pytest.mark.parametrize("field", fields_of(JOB), ids=lambda field: field.name)
def test_every_field_is_described_in_one_line(field: Field) -> None:
    assert field.doc.endswith(".")
    assert "\n" not in field.doc
    assert field.schema()["description"] == field.doc


@pytest.mark.parametrize("operation", Operation)
def test_the_defaults_told_are_those_applied(operation: Operation) -> None:
    least = MINIMALS[operation]
    told = _told(JOB.of(operation, parse_job(least).format.shape))
    assert parse_job({**told, **least}) == parse_job(least)
    assert told.keys() >= {"parallel", "dry_run"}


def _told(group: Group) -> dict[str, Any]:
    inner = {field.name: _told(field.kind) for field in group.fields if isinstance(field.kind, Group)}
    return inner | {field.name: field.default for field in group.fields if field.default is not NO_DEFAULT}


@given(jobs())
def test_a_job_is_valid_under_the_schema(job: Job) -> None:
    VALIDATOR.validate(job_to_json(job))


@given(job_like())
def test_what_the_schema_refuses_the_validator_refuses(value: dict[str, Any]) -> None:
    if not VALIDATOR.is_valid(value):
        with pytest.raises(JobInvalidError):
            parse_job(value)


@pytest.mark.parametrize(
    "fields",
    [
        {"wirte": {}},
        {"operation": "scann"},
        {"operation": "scan"},
        {"scan": {}},
        {"mirror": True},
        {"target": {"table": "orders", "regoin": "eu-west-1"}},
        {"source": "s3://a..b/key"},
        {"target": "ab"},
        {"format": {"header": []}},
        {"format": {"delimiter": "ab"}},
        {"columns": {"a": "STRING"}},
        {"columns": {"a": {"drop": True, "type": "N"}}},
        {"columns": {"": "N"}},
        {"parallel": {"concurrency": 1001}},
        {"parallel": {"chunk_bytes": 1023}},
        {"tolerate": {"rejects_percent": -1}},
        {"dry_run": 1},
    ],
)
def test_the_schema_refuses_what_an_editor_should_mark(fields: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(MINIMAL)
    assert not VALIDATOR.is_valid({**MINIMAL, **fields})
