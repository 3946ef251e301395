"""The verb capacity: what it shows, what it changes, and what it asks before."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from headrace import Capacity, RequestInvalidError
from headrace.cli.connection import Connection
from headrace.prices import read_prices
from tests.cli import Shell
from tests.unit.manager.clients import Answer, ScriptedClient, described, manager_of

INDEX_KEYS = {"KeySchema": [{"AttributeName": "at", "KeyType": "HASH"}]}


def units(read: int, write: int, **more: Any) -> dict[str, Any]:
    return {"ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write, **more}}


def with_index(state: str, **more: Any) -> dict[str, Any]:
    return {"GlobalSecondaryIndexes": [{"IndexName": "by-at", "IndexStatus": state, **INDEX_KEYS, **more}]}


LOWERED = datetime(2026, 11, 21, 4, 46, tzinfo=UTC)
PROVISIONED = described(
    **units(5, 6, NumberOfDecreasesToday=3, LastDecreaseDateTime=LOWERED),
    **with_index("ACTIVE", **units(7, 8)),
)
ON_DEMAND = described(
    BillingModeSummary={"BillingMode": "PAY_PER_REQUEST"},
    WarmThroughput={"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000},
    OnDemandThroughput={"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": 100},
    **with_index("ACTIVE"),
)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ScriptedClient]:
    def answer(*answers: Answer) -> ScriptedClient:
        client = ScriptedClient(*answers)
        monkeypatch.setattr(Connection, "manager", manager_of(client))
        return client

    return answer


@pytest.fixture
def headrace(shell: Shell) -> Shell:
    return shell


def cells(line: str) -> list[str]:
    """Of a row; those in which there is nothing are left out."""
    return re.split(" {2,}", line)


def changes(client: ScriptedClient) -> list[dict[str, Any]]:
    """What DynamoDB was asked to change."""
    asked = [request for method, request in client.calls if method == "update_table"]
    return [{name: value for name, value in one.items() if name != "TableName"} for one in asked]


def test_what_is_provisioned_is_shown_with_its_price(headrace: Shell, scripted: Any) -> None:
    scripted(PROVISIONED)
    headline, titles, table, index = headrace("capacity", "orders").out.splitlines()
    assert headline == "orders: provisioned, 0.01 USD an hour in us-east-1 as of 2026-11-21"
    assert cells(titles) == ["of", "status", "read", "write", "last lowered", "lowerings left"]
    assert cells(table) == ["table", "ACTIVE", "5", "6", "2026-11-21 04:46", "1"]
    assert cells(index) == ["index by-at", "ACTIVE", "7", "8", "4"]


def test_on_demand_the_limits_and_what_is_warm_are_shown(headrace: Shell, scripted: Any) -> None:
    scripted(ON_DEMAND)
    headline, titles, table, _ = headrace("capacity", "orders").out.splitlines()
    assert headline == "orders: on demand"
    assert cells(titles) == ["of", "status", "most write", "warm read", "warm write"]
    assert cells(table) == ["table", "ACTIVE", "100", "12,000", "4,000"]


def test_programs_get_json(headrace: Shell, scripted: Any) -> None:
    scripted(PROVISIONED)
    found = json.loads(headrace("capacity", "orders", "--json").out)
    assert [one["write"] for one in found["capacities"]] == [6, 8]
    assert found["per_hour"] == round(12 * 0.00013 + 14 * 0.00065, 6)


@pytest.mark.parametrize(
    ("now", "typed", "asked"),
    [
        (PROVISIONED, ["--write", "60"], units(5, 60)),
        (
            PROVISIONED,
            ["--index", "by-at", "--read", "1"],
            {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "by-at", **units(1, 8)}}]},
        ),
        (PROVISIONED, ["--on-demand"], {"BillingMode": "PAY_PER_REQUEST"}),
        (
            ON_DEMAND,
            ["--warm-write", "5000", "--yes"],
            {"WarmThroughput": {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 5000}},
        ),
        (
            ON_DEMAND,
            ["--warm-read", "5000", "--index", "by-at", "--yes"],
            {
                "GlobalSecondaryIndexUpdates": [
                    {"Update": {"IndexName": "by-at", "WarmThroughput": {"ReadUnitsPerSecond": 5000}}}
                ]
            },
        ),
    ],
)
def test_what_is_typed_is_what_is_changed(
    headrace: Shell, scripted: Any, now: Answer, typed: list[str], asked: dict[str, Any]
) -> None:
    client = scripted(now)
    ran = headrace("capacity", "orders", *typed)
    assert ran.code == 0, ran.err
    assert changes(client) == [asked]
    assert ran.err == "Waiting until orders is changed\n"


def test_it_waits_until_table_and_index_are_active_unless_told_not_to(headrace: Shell, scripted: Any) -> None:
    changing = described(**units(5, 6), **with_index("UPDATING", **units(7, 8)))
    looks = [PROVISIONED, PROVISIONED, {"TableDescription": changing["Table"]}]
    client = scripted(*looks, changing, changing, PROVISIONED)
    assert headrace("capacity", "orders", "--write", "60").code == 0
    assert [method for method, _ in client.calls][3:] == ["describe_table"] * 3
    client = scripted(*looks)
    ran = headrace("capacity", "orders", "--write", "60", "--no-wait")
    assert len(client.calls) == 3
    assert "index by-at  UPDATING" in ran.out
    assert ran.err == ""


def test_what_costs_a_lot_more_an_hour_is_not_done_unasked(headrace: Shell, scripted: Any) -> None:
    client = scripted(PROVISIONED)
    ran = headrace("capacity", "orders", "--write", "20000")
    assert (ran.code, changes(client)) == (2, [])
    assert "That is 13.01 USD an hour, now 0.01 USD an hour, and nobody is here to be asked" in ran.err
    assert headrace("capacity", "orders", "--write", "20000", "--yes").code == 0
    assert changes(client) == [units(5, 20000)]


def test_indexes_count_where_a_table_comes_to_be_provisioned(headrace: Shell, scripted: Any) -> None:
    client = scripted(ON_DEMAND)
    ran = headrace("capacity", "orders", "--provisioned", "--read", "1", "--write", "1000")
    assert "That is 1.30 USD an hour" in ran.err
    assert changes(client) == []


def test_somebody_who_is_there_is_asked(
    headrace: Shell, scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("headrace.cli.commands.capacity._is_somebody_there", lambda: True)
    monkeypatch.setattr("click.confirm", lambda text, **_: asked.append(text))
    client = scripted(ON_DEMAND)
    headrace("capacity", "orders", "--warm-write", "5000")
    assert asked == ["Warming is charged, once, for the units that are added. Go on?"]
    assert len(changes(client)) == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ([], "Missing argument 'TABLE'"),
        (["orders", "--on-demand", "--provisioned"], "two modes; use one"),
        (["orders", "--on-demand", "--read", "5"], "--on-demand takes no units"),
        (["orders", "--index", "by-at"], "--index changes nothing alone"),
        (["orders", "--index", "by-at", "--on-demand"], "--index is of units"),
        (["orders", "--write", "0"], "0 is not in the range"),
        (["orders", "--write", "9", "--warm-write", "9", "--no-wait"], "one after the other"),
        (["orders", "--index", "by-town", "--write", "9"], "there is no such index; allowed: by-at"),
        (["orders", "--index", "by-town", "--warm-write", "9", "--yes"], '"by-town"; allowed: by-at'),
        (["orders", "--price-file", "/nowhere"], "does not exist"),
    ],
)
def test_wrong_usage_is_a_line_that_helps(
    headrace: Shell, scripted: Any, typed: list[str], told: str
) -> None:
    client = scripted(PROVISIONED)
    ran = headrace("capacity", *typed)
    assert (ran.code, changes(client)) == (2, [])
    assert told in ran.err


def test_what_is_warm_does_not_get_cold() -> None:
    with pytest.raises(RequestInvalidError, match="4000 or more, as what is warm does not get cold"):
        manager_of(ScriptedClient(ON_DEMAND)).warm_table("orders", write=100)


@pytest.mark.parametrize(
    ("today", "ago", "left"), [(0, 0, 4), (3, 0, 1), (4, 0, 0), (4, 61, 1), (9, 59, 0), (9, None, 1)]
)
def test_capacity_can_be_lowered_four_times_and_after_an_hour_without(
    today: int, ago: int | None, left: int
) -> None:
    last = None if ago is None else LOWERED - timedelta(minutes=ago)
    found = Capacity(None, "ACTIVE", 1, 1, None, None, None, None, today, last)
    assert found.decreases_left(LOWERED) == left


def test_a_price_file_of_ones_own_is_used(headrace: Shell, scripted: Any, tmp_path: Path) -> None:
    prices = read_prices()
    file = tmp_path / "prices.json"
    mine = {"region": "eu-west-1", "date": "2027-01-01", "currency": "EUR"}
    groups = {"per_million": prices.per_million, "per_hour": dict.fromkeys(prices.per_hour, 1)}
    file.write_text(json.dumps(mine | groups))
    scripted(PROVISIONED)
    ran = headrace("capacity", "orders", "--price-file", str(file))
    assert "26.00 EUR an hour in eu-west-1 as of 2027-01-01" in ran.out


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("no", 1),
        ("[]", 1),
        ('{"region": 1, "date": "", "currency": "", "per_million": {"read_units": -1}, "per_hour": 3}', 12),
    ],
)
def test_all_that_is_wrong_with_a_price_file_is_told(
    headrace: Shell, scripted: Any, tmp_path: Path, text: str, problems: int
) -> None:
    file = tmp_path / "prices.json"
    file.write_text(text)
    scripted(PROVISIONED)
    ran = headrace("capacity", "orders", "--price-file", str(file))
    assert ran.code == 3
    assert ran.err.count("headrace: ") == problems
