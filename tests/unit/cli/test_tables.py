"""The verb tables: names, sizes, keys; for people and for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from moto import mock_aws

from headrace import DynamoDBManager
from tests.cli import Shell


@pytest.fixture
def headrace(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
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
        yield shell


def test_tables_are_listed_and_nothing_is_cut_off_where_they_are_piped(headrace: Shell) -> None:
    first, orders, stock = (re.split(" {2,}", line) for line in headrace("tables").out.splitlines())
    assert first == ["table", "items", "bytes", "billing", "keys", "indexes", "status"]
    assert orders[:2] == ["orders", "1"]
    assert orders[3:] == ["on demand", "customer:S, order:N", "by-city", "ACTIVE"]
    assert stock[3:] == ["provisioned", "id:S", "ACTIVE"]


def test_a_pattern_chooses_by_name(headrace: Shell) -> None:
    assert [line.split()[0] for line in headrace("tables", "s*").out.splitlines()] == ["table", "stock"]
    assert headrace("tables", "nothing").out.count("\n") == 1


def test_programs_get_a_json_list(headrace: Shell) -> None:
    (stock,) = json.loads(headrace("tables", "stock", "--json").out)
    assert (stock["name"], stock["billing_mode"], stock["capacities"][0]["read"]) == (
        "stock",
        "PROVISIONED",
        5,
    )
    assert [key["name"] for key in stock["keys"]] == ["id"]


def test_another_argument_is_wrong_usage(headrace: Shell) -> None:
    assert headrace("tables", "a", "b").code == 2
