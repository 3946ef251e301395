"""The Python of the page on loading does what the page says, its tables are complete, and the examples of
docstrings run."""

from __future__ import annotations

import doctest
import inspect
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest

from headrace import AsyncDynamoDBLoader, LoadResult, ThreadedDynamoDBLoader
from headrace.here import wiring
from headrace.library import loaders, local
from headrace.ports import KeyAttribute, TableSchema
from tests.builders import HOME, Pipeline
from tests.docs.blocks import block, page, table
from tests.docs.running import check_prints
from tests.here import benches_over

PAGE = page("load-from-python")
KEY = (KeyAttribute("order", "N", "partition"),)
TABLES = [TableSchema(name, HOME + name, KEY) for name in ("orders", "orders-staging")]


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Pipeline:
    """The tables of the page, and the folder in which it works."""
    made = Pipeline(schema=TABLES[0], others=(TABLES[1],))
    monkeypatch.setattr(wiring, "Workbench", benches_over(made))
    monkeypatch.chdir(tmp_path)
    text = block(page("load-a-file"), "csv", "orders")
    Path("orders.csv").write_text(text)
    for number in (1, 2, 3):
        Path(f"orders-{number}.csv").write_text(text)
    return made


def test_the_page_prints_what_it_says(fakes: Pipeline) -> None:
    told = check_prints(PAGE)
    assert len(told) == 8
    assert fakes.items_of("orders-staging") == fakes.items


def test_its_options_are_those_of_the_loaders() -> None:
    for loader in (AsyncDynamoDBLoader, ThreadedDynamoDBLoader):
        given = inspect.signature(loader).parameters.values()
        options = {one.name: str(one.default) for one in given if one.kind is not one.VAR_KEYWORD}
        assert {name: default for name, default, _ in table(PAGE, "options")} == options


def test_its_fields_are_those_of_a_result() -> None:
    assert {row[0] for row in table(PAGE, "result")} == {one.name for one in fields(LoadResult)}


@pytest.mark.parametrize("module", [loaders, local])
def test_the_examples_of_docstrings_run(fakes: Pipeline, module: ModuleType) -> None:
    fakes.tables.add("orders", *({"order": {"N": str(number)}} for number in range(4)))
    found = [one for one in doctest.DocTestFinder().find(module) if one.examples]
    assert found
    for examples in found:
        assert doctest.DocTestRunner().run(examples).failed == 0
