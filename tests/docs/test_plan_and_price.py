"""What the page on plans shows is what comes out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from headrace.cli.commands.plan import plan
from headrace.ports import IndexSchema, KeyAttribute, TableSchema
from tests.cli import Shell
from tests.docs.blocks import block, page
from tests.docs.commands import shown
from tests.fakes import MemoryTables

PAGE = page("plan-and-price")
KEYS = (
    KeyAttribute("customer", "S", "partition"),
    KeyAttribute("order", "N", "sort"),
    KeyAttribute("city", "S", "partition", "by-city"),
)
((ARGUMENTS, OUTPUT),) = shown(PAGE)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    made = Shell(tmp_path, monkeypatch, capsys)
    made.here.store.objects["uploads", "orders.csv"] = block(PAGE, "file").encode()
    orders = TableSchema("orders", "arn", KEYS, indexes=(IndexSchema("by-city"),))
    made.here.places.default = MemoryTables(orders)
    return made


def test_the_command_prints_what_the_page_shows(shell: Shell) -> None:
    said = shell(*ARGUMENTS)
    assert (said.code, said.out) == (0, OUTPUT)


def test_the_members_that_the_page_names_are_those_of_the_json(shell: Shell) -> None:
    found = set(shell(*ARGUMENTS, "--json").json)
    _, _, told = PAGE.read_text().partition("## For programs")
    named = set(re.findall(r"`([a-z_]+)`", told))
    assert named - {"amounts"} == found - {"operation", "source", "target", "where"}


def test_the_options_that_the_page_names_exist() -> None:
    options = {option for one in plan.commands["load"].params for option in one.opts}
    assert set(re.findall(r"--[a-z][a-z-]*", PAGE.read_text())) <= options | {"--workers"}
