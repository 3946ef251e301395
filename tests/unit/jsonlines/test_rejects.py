"""Rejects of lines say why, and read back as the lines that they were."""

from __future__ import annotations

import json

from headrace.delimited.rejects import Reject
from headrace.jsonlines.rejects import LineRejects


def spell(line: str) -> str:
    return LineRejects().row(Reject(7, 90, "type", "why", line)).decode()


def test_an_object_gets_its_reason_behind_its_own_fields() -> None:
    line = '{"n":1.50,"_headrace_row":3,"_headrace_reason":"earlier"}'
    added = '"_headrace_row":7,"_headrace_code":"type","_headrace_reason":"why"'
    assert spell(line) == f'{{"n":1.50,{added}}}\n'


def test_a_line_that_is_no_object_stays_a_text_however_often_it_is_rejected() -> None:
    once = spell("id,name")
    assert json.loads(once)["_headrace_line"] == "id,name"
    assert spell(once) == once


def test_files_join_without_a_header() -> None:
    assert (LineRejects.mark, LineRejects.header) == (b"", b"")
    assert LineRejects().without_header(b"{}\n") == b"{}\n"
