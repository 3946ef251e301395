"""Tables of reference are complete, and say what the code says."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from headrace import errors, layout
from headrace.delimited.dialect import MAX_RECORD_BYTES
from headrace.head import HEAD_BYTES
from headrace.items.documents import MAX_LEVELS
from headrace.items.header import MAX_KEY_BYTES
from headrace.items.size import MAX_ITEM_BYTES
from headrace.items.text import CellError
from headrace.job.model import MAX_WINDOW_BYTES, Job
from headrace.messages import MAX_MESSAGE_BYTES
from headrace.names import DEAD_PREFIX, EXPORTS_PREFIX, INCOMING_PREFIX
from headrace.plan import Phase
from headrace.planning.draft import MAX_UNITS
from tests.docs.blocks import PAGES, ROOT, page, table

LOAD = page("load-a-file")
_CODE = re.compile(r'(?:[Pp]roblem\(\s*(?:name, )?|CellError\((?:[^()]|\([^()]*\))*?, )"([a-z_]+)"[,)]')
_PATH = re.compile(r"`((?:incoming|jobs|dead|exports)/[^`]*)`")


def subclasses(kind: type[Exception]) -> Iterator[type[Exception]]:
    for one in kind.__subclasses__():
        yield from (one, *subclasses(one))


def test_every_error_has_its_heading() -> None:
    headings = re.findall(r"^### (\w+Error)$", page("troubleshooting").read_text(), re.MULTILINE)
    groups = {errors.JobError, errors.JobFailedError}
    named = {one for one in subclasses(errors.HeadraceError) if one.__module__ == errors.__name__}
    assert set(headings) == {one.__name__ for one in named - groups if not one.__name__.startswith("_")}


def test_the_places_in_the_bucket_are_those_of_the_layout() -> None:
    job, folder, resumption = "<job>", "<table>", 1234
    numbered = {
        layout.units_key(job, Phase.WORK, resumption),
        layout.units_key(job, Phase.COUNT, resumption),
        layout.resumption_key(job, resumption),
    }
    places = {
        layout.source_key(job, ""),
        layout.document_key(job),
        layout.plan_key(job),
        layout.units_key(job),
        layout.units_key(job, Phase.COUNT),
        *(key.replace(str(resumption), "<resumption>") for key in numbered),
        layout.report_key(job),
        layout.report_page_key(job),
        layout.rejects_key(job),
        layout.rejects_key(job, "jsonl"),
        layout.large_messages_prefix(job),
        layout.parked_prefix(job),
        layout.export_prefix(job),
        layout.options_key(folder),
        f"{INCOMING_PREFIX}{folder}/",
        DEAD_PREFIX,
    }
    _, _, listed = LOAD.read_text().partition("## Where things are")
    assert {place for place in _PATH.findall(listed) if place != "jobs/"} == places


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_place_that_a_page_names_is_in_the_list_of_places(path: Path) -> None:
    known = set(_PATH.findall(LOAD.read_text())) | {
        f"{INCOMING_PREFIX}<table>/<name>",
        INCOMING_PREFIX,
        EXPORTS_PREFIX,
    }
    assert set(_PATH.findall(path.read_text())) <= known


def test_the_codes_of_rejects_are_those_of_the_engine() -> None:
    source = "".join(file.read_text() for file in (ROOT / "headrace").rglob("*.py"))
    default = inspect.signature(CellError).parameters["code"].default
    codes = {default, *_CODE.findall(source)}
    assert {row[0] for row in table(page("rejects"), "codes")} == codes


def test_the_limits_are_those_of_the_code() -> None:
    numbers = {
        int(number) for row in table(page("limits"), "limits") for number in re.findall(r"\d+", row[1])
    }
    limits = {MAX_RECORD_BYTES, HEAD_BYTES, MAX_ITEM_BYTES, MAX_MESSAGE_BYTES, MAX_LEVELS, MAX_UNITS}
    job = Job("", "")
    assert limits | {MAX_WINDOW_BYTES, *MAX_KEY_BYTES.values(), job.concurrency, job.message_bytes} <= numbers
