"""What the page on queries shows is what comes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from headrace.cli.query.keys import key_condition
from headrace.cli.query.outputs import OUTPUTS
from headrace.ports import Item, KeyAttribute, TableSchema
from tests.cli import Shell
from tests.docs.blocks import page, table
from tests.docs.commands import shown
from tests.fakes import MemoryTables

PAGE = page("query-a-table")
KEYS = (
    KeyAttribute("customer", "S", "partition"),
    KeyAttribute("order", "N", "sort"),
    KeyAttribute("city", "S", "partition", "by-city"),
    KeyAttribute("order", "N", "sort", "by-city"),
    KeyAttribute("city", "S", "partition", "by-name"),
    KeyAttribute("name", "S", "sort", "by-name"),
)
ORDERS = TableSchema("orders", "arn", KEYS)


def item(customer: str, order: str, city: str, total: str) -> Item:
    return {"customer": {"S": customer}, "order": {"N": order}, "city": {"S": city}, "total": {"N": total}}


@pytest.mark.parametrize(("arguments", "output"), shown(PAGE))
def test_a_command_prints_what_the_page_shows(
    arguments: list[str],
    output: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shell = Shell(tmp_path, monkeypatch, capsys)
    shell.here.places.default = MemoryTables(ORDERS)
    shell.here.places.default.add("orders", *(item(*row) for row in table(PAGE, "items")))
    said = shell(*arguments)
    assert (said.code, said.out) == (0, output)


def test_the_page_shows_commands() -> None:
    assert len(shown(PAGE)) == 6


@pytest.mark.parametrize("condition", [row[0] for row in table(PAGE, "conditions")])
def test_the_conditions_of_the_page_are_understood(condition: str) -> None:
    index, partition = ("by-name", "city=x") if condition.startswith("name") else (None, "customer=x")
    assert key_condition([partition, condition], ORDERS, index).text


def test_the_page_has_every_output() -> None:
    assert {row[0] for row in table(PAGE, "outputs")} == set(OUTPUTS)
