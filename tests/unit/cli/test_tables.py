"""The verb tables: names, sizes, keys; for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from moto import mock_aws

from headrace import DynamoDBManager
from tests.unit.cli.running import CommandLine


@pytest.fixture
def headrace(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[CommandLine]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        manager = DynamoDBManager()
        manager.create_table_with_indexes(
            "orders", "customer", "order", sort_key_type="N",
            global_secondary_indexes=[{"IndexName": "by-city", "PartitionKey": "city"}],
        )  # fmt: skip
        manager.create_table_with_indexes(
            "stock", "id", billing_mode="PROVISIONED", read_capacity=5, write_capacity=6
        )
        manager.insert_item("orders", {"customer": "c", "order": 1})
        yield CommandLine(capsys)


def test_tables_are_listed_with_tabs_between_where_they_are_piped(headrace: CommandLine) -> None:
    ran = headrace("tables")
    first, orders, stock = (line.split("\t") for line in ran.out.splitlines())
    assert first == ["table", "items", "bytes", "billing", "keys", "indexes", "status"]
    assert orders[:2] == ["orders", "1"]
    assert orders[3:] == ["on demand", "customer:S, order:N", "by-city", "ACTIVE"]
    assert stock[3:] == ["provisioned", "id:S", "", "ACTIVE"]


def test_a_pattern_chooses_by_name(headrace: CommandLine) -> None:
    assert [line.split("\t")[0] for line in headrace("tables", "s*").out.splitlines()] == ["table", "stock"]
    assert headrace("tables", "nothing").out.count("\n") == 1


def test_programs_get_a_json_list(headrace: CommandLine) -> None:
    (stock,) = json.loads(headrace("tables", "stock", "--json").out)
    assert (stock["name"], stock["billing_mode"], stock["capacities"][0]["read"]) == (
        "stock",
        "PROVISIONED",
        5,
    )
    assert [key["name"] for key in stock["keys"]] == ["id"]


def test_another_argument_is_wrong_usage(headrace: CommandLine) -> None:
    assert headrace("tables", "a", "b").code == 2
