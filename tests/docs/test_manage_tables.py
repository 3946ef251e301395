"""What the page on tables and items shows is what comes out; and so it is with the library's docstrings."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

import headrace
from headrace import DynamoDBManager
from headrace.aws import manager as package
from tests.docs.blocks import blocks, page, quoted, table

PAGE = page("manage-tables")
METHODS = {name for name in dir(DynamoDBManager) if name[0] != "_"}
_SHOWN = "  # -> "


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


def run(block: str, names: dict[str, Any]) -> int:
    """Runs a block; answers with how many of its values are as they are shown behind `# ->`."""
    shown = 0
    lines = block.splitlines()
    for statement in ast.parse(block).body:
        source = ast.unparse(statement)
        _, mark, expected = lines[(statement.end_lineno or 0) - 1].partition(_SHOWN)
        if mark:
            assert repr(eval(source, names)) == expected, source
            shown += 1
        else:
            exec(source, names)
    return shown


def test_the_page_shows_what_comes_out(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    examples = blocks(PAGE, "python")
    assert sum(run(block, names) for block in examples) == PAGE.read_text().count(_SHOWN)
    assert "not a number" in capsys.readouterr().out


def test_the_page_names_every_method() -> None:
    unsaid = {name for name in METHODS if name not in PAGE.read_text()}
    assert unsaid == {"enable_point_in_time_recovery", "wait_until_active"}, "create_… does both"


def test_the_errors_of_the_page_are_public() -> None:
    named = [name for row in table(PAGE, "errors") for name in quoted(f"`{row[0]}`")]
    assert named
    assert set(named) <= set(headrace.__all__)


def docstrings() -> Iterator[doctest.DocTest]:
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        tests = doctest.DocTestFinder().find(importlib.import_module(found.name))
        yield from (test for test in tests if test.examples)


EXAMPLES = list(docstrings())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name.rpartition(".")[2])
def test_the_examples_of_a_docstring_run(example: doctest.DocTest) -> None:
    example.globs["manager"] = sample()
    runner = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert runner.run(example).failed == 0


def test_every_method_has_an_example() -> None:
    shown = {example.name.rpartition(".")[2] for example in EXAMPLES}
    assert METHODS - shown == {"set_deletion_protection", "enable_point_in_time_recovery", "ttl_attribute"}


def sample() -> DynamoDBManager:
    """With the tables of the docstrings: some orders, and no users yet."""
    found = DynamoDBManager(region_name="eu-west-1")
    found.create_table_with_indexes("Orders", "City", "Day", sort_key_type="N")
    found.create_table_with_indexes("Users", "UserID", "Timestamp")
    orders = [("Bern", 1, "Ann"), ("Bern", 3, "Cem"), ("Basel", 1, "Bo")]
    found.batch_insert_items(
        "Orders", ({"City": city, "Day": day, "Name": name} for city, day, name in orders)
    )
    return found
