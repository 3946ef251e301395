"""What the page on plans shows is what comes out."""

from __future__ import annotations

import json
import re

import pytest

from headrace.cli.commands.plan import plan
from headrace.cli.connection import Connection
from headrace.cli.main import run
from headrace.estimating.estimator import Estimator
from headrace.here.runner import HOME
from headrace.here.wiring import ANYTHING
from headrace.ports import IndexSchema, KeyAttribute, TableSchema
from headrace.prices import Prices
from tests.docs.blocks import block, page
from tests.docs.commands import shown
from tests.fakes import MemoryObjectStore, MemoryPlaces, MemoryTables

PAGE = page("plan-and-price")
KEYS = (
    KeyAttribute("customer", "S", "partition"),
    KeyAttribute("order", "N", "sort"),
    KeyAttribute("city", "S", "partition", "by-city"),
)
((ARGUMENTS, OUTPUT),) = shown(PAGE)


@pytest.fixture(autouse=True)
def estimator(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryObjectStore()
    store.objects["uploads", "orders.csv"] = block(PAGE, "file").encode()
    tables = MemoryTables(TableSchema("orders", "arn", KEYS, indexes=(IndexSchema("by-city"),)))

    def make(_: Connection, prices: Prices) -> Estimator:
        return Estimator(store, MemoryPlaces(tables), "data", ANYTHING, HOME, prices)

    monkeypatch.setattr(Connection, "estimator", make)


def test_the_command_prints_what_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ARGUMENTS) == 0
    assert capsys.readouterr().out == OUTPUT


def test_the_members_that_the_page_names_are_those_of_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    run([*ARGUMENTS, "--json"])
    found = set(json.loads(capsys.readouterr().out))
    _, _, told = PAGE.read_text().partition("## For programs")
    named = set(re.findall(r"`([a-z_]+)`", told))
    assert named - {"amounts"} == found - {"operation", "source", "target", "where"}


def test_the_options_that_the_page_names_exist() -> None:
    options = {option for one in plan.commands["load"].params for option in one.opts}
    assert set(re.findall(r"--[a-z][a-z-]*", PAGE.read_text())) <= options | {"--workers"}
