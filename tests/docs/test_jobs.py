"""A job that is copied from a page is accepted, and a wrong one is told what the page says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from headrace.errors import JobInvalidError
from headrace.job.control import read_control
from headrace.job.fields import JOB
from headrace.job.groups import Field, Group
from headrace.job.model import Operation
from headrace.job.parse import job_to_json, parse_job
from headrace.job.start import read_upload, upload_job
from headrace.scanning.lone import read_segment_event
from tests.builders import upload_event
from tests.docs.blocks import PAGES, block, blocks, page, table

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


CONTROLS = [(path.name, text) for path in PAGES for text in blocks(path, "control")]


@pytest.mark.parametrize(("name", "text"), CONTROLS)
def test_every_input_about_a_job_that_there_is_is_accepted(name: str, text: str) -> None:
    control = read_control(json.loads(text))
    assert control is not None, name
    assert control.job == "orders-2026-11-21"


def test_a_page_shows_how_to_stop_and_how_to_resume() -> None:
    assert {verb for _, text in CONTROLS for verb in json.loads(text)} == {"cancel", "resume"}


def test_the_event_of_a_segment_alone_is_accepted() -> None:
    event = read_segment_event(json.loads(block(page("scan-into-a-queue"), "event", "segment")))
    assert (event.segment.segment, event.segment.segments, event.most) == (10, 300, 3000)


def test_the_full_job_has_every_field_with_its_default() -> None:
    defaults = job_to_json(parse_job(MINIMAL))
    chosen = ("operation", "source", "target", "columns")
    assert {name: value for name, value in FULL.items() if name not in chosen} == {
        name: value for name, value in defaults.items() if name not in chosen
    }


def _named(field: Field) -> Iterator[tuple[str, frozenset[Operation]]]:
    """Dotted names of the field or of those inside it, with their operations; a dialect's are one."""
    if not isinstance(field.kind, Group) or field.name == "format":
        yield field.name, field.of
    else:
        yield from ((f"{field.name}.{inner.name}", field.of & inner.of) for inner in field.kind.fields)


def _operations() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, of in chain.from_iterable(map(_named, JOB.fields)):
        found.setdefault(name, set()).update(of)
    return found


def test_the_table_of_fields_has_every_field_and_its_operations() -> None:
    told: dict[str, set[str]] = {}
    name = ""
    for field, of, _, _ in table(CONSOLE, "fields"):
        name = field or name
        told.setdefault(name, set()).update(Operation if of == "all" else of.split(", "))
    assert told == _operations()


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
