"""What the page on capacity shows is what comes out."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest
from moto import mock_aws

from headrace import DynamoDBManager
from headrace.cli.commands import capacity
from headrace.cli.main import run
from tests.docs.blocks import blocks, page, quoted, table
from tests.docs.commands import shown

PAGE = page("capacity")


@pytest.fixture(autouse=True)
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoDBManager]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        found = DynamoDBManager()
        found.create_table_with_indexes(
            "orders", "customer", billing_mode="PROVISIONED", read_capacity=5, write_capacity=10,
            global_secondary_indexes=[{"IndexName": "by-city", "PartitionKey": "city"}],
        )  # fmt: skip
        yield found


def test_the_command_prints_what_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    ((arguments, output),) = shown(PAGE)
    assert run(arguments) == 0
    assert capsys.readouterr().out == output


def test_the_changes_of_the_page_are_made(manager: DynamoDBManager) -> None:
    _, changes = blocks(PAGE, "sh")
    for command in changes.splitlines():
        assert run(shlex.split(command)[1:]) == 0
    assert [one.write for one in manager.summarize_table("orders").capacities] == [500, 500]


def test_the_columns_of_the_page_are_those_that_are_shown() -> None:
    named = [name for row in table(PAGE, "columns") for name in (quoted(row[0]) or [row[0]])]
    assert named == list(capacity._TITLES)[2:]


def test_the_options_that_the_page_names_exist() -> None:
    options = {option for one in capacity.capacity.params for option in one.opts} | {"--json"}
    assert set(re.findall(r"--[a-z][a-z-]*", PAGE.read_text())) <= options
