"""The Python of the page on the library does what the page says, and so do the examples of docstrings."""

from __future__ import annotations

import contextlib
import doctest
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import headrace
from headrace.library import pipeline as module
from headrace.library import wiring
from headrace.library.pipeline import Pipeline as LibraryPipeline
from headrace.ports import KeyAttribute, TableSchema
from tests.builders import HOME, Pipeline
from tests.docs.blocks import block, page
from tests.docs.running import check_prints
from tests.library import DeployedFakes

PAGE = page("use-the-library")
KEY = (KeyAttribute("order", "N", "partition"),)
TABLES = [TableSchema(name, HOME + name, KEY) for name in ("orders", "orders-staging")]
ITEMS = [json.loads(line)["Item"] for line in block(page("read-a-table"), "items", "orders").splitlines()]


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[DeployedFakes]:
    """The stack of the page, and the folder in which it works."""
    deployed = DeployedFakes(Pipeline(schema=TABLES[0], others=(TABLES[1],)))
    deployed.fakes.tables.add("orders", *ITEMS)
    deployed.machine.prompt.add("orders-2026-11-21")
    deployed.clock.time = datetime(2026, 11, 21, 4, 46, 8, tzinfo=UTC).timestamp()
    monkeypatch.setattr(headrace, "Pipeline", LibraryPipeline, raising=False)
    monkeypatch.setattr(wiring, "find_deployed", lambda *_: deployed.parts)
    (tmp_path / "orders.csv").write_text(block(page("load-a-file"), "csv", "orders"))
    with contextlib.chdir(tmp_path):
        yield deployed


def test_the_page_prints_what_it_says(shop: DeployedFakes) -> None:
    assert len(check_prints(PAGE)) == 8
    assert len(shop.fakes.items_of("orders-staging")) == 4


def test_the_examples_of_the_library_run(shop: DeployedFakes) -> None:
    found = doctest.DocTestFinder().find(module, extraglobs={"Pipeline": LibraryPipeline})
    examples = [one for one in found if one.examples]
    assert examples
    for example in examples:
        assert doctest.DocTestRunner().run(example).failed == 0
    assert shop.fakes.ledger.jobs
