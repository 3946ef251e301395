"""A job that is copied from a page is accepted, and a wrong one is told what the page says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headrace.errors import JobInvalidError
from headrace.job.fields import JOB
from headrace.job.groups import Group
from headrace.job.parse import job_to_json, parse_job
from headrace.job.start import read_upload, upload_job
from tests.builders import upload_event
from tests.docs.blocks import PAGES, block, blocks, page

CONSOLE = page("start-from-the-console")
MINIMAL = json.loads(block(CONSOLE, "job", "minimal"))
FULL = json.loads(block(CONSOLE, "job", "full"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_json_block_is_json(path: Path) -> None:
    for text in blocks(path, "json"):
        json.loads(text)


@pytest.mark.parametrize("path", [path for path in PAGES if blocks(path, "job")], ids=lambda path: path.name)
def test_every_job_is_accepted(path: Path) -> None:
    for text in blocks(path, "job"):
        parse_job(json.loads(text))


def test_the_full_job_has_every_field_with_its_default() -> None:
    defaults = job_to_json(parse_job(MINIMAL))
    chosen = ("operation", "source", "target", "columns")
    assert {name: value for name, value in FULL.items() if name not in chosen} == {
        name: value for name, value in defaults.items() if name not in chosen
    }


def test_the_table_of_fields_has_every_field() -> None:
    names = {
        f"{field.name}.{inner.name}"
        for field in JOB.fields
        if isinstance(field.kind, Group) and field.name != "format"
        for inner in field.kind.fields
    }
    names |= {field.name for field in JOB.fields if not isinstance(field.kind, Group)} | {"format"}
    text = CONSOLE.read_text()
    assert all(f"| `{name}` |" in text for name in names)


def test_five_mistakes_get_the_five_messages_of_the_page() -> None:
    with pytest.raises(JobInvalidError) as caught:
        parse_job(json.loads(block(CONSOLE, "mistakes")))
    assert list(caught.value.problems) == block(CONSOLE, "messages").splitlines()
    assert len(caught.value.problems) == 5


def test_the_options_of_a_folder_make_a_job_of_an_upload() -> None:
    upload = read_upload(upload_event())
    assert upload is not None
    job = parse_job(upload_job(upload, json.loads(block(page("load-a-file"), "options"))))
    assert (job.target, job.tolerate.rejects_percent, len(job.columns)) == ("orders", 1, 3)


def test_the_columns_of_the_page_are_accepted() -> None:
    columns = json.loads(block(page("columns-and-types"), "columns"))
    assert parse_job(MINIMAL | {"columns": columns}).columns["Order No"].rename == "order"
