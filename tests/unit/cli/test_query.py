"""The verb query: which items it shows, what it reads for that, and what it refuses."""

from __future__ import annotations

import json
import random

import pytest

from headrace.cli.query.reading import Bounds, Reading
from headrace.errors import ThrottledError
from headrace.ports import Item, KeyAttribute, ReadRequest, TableSchema
from tests.cli import Said, Shell
from tests.fakes import FakeClock, MemoryTables

ORDERS = TableSchema(
    "orders",
    "arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
    (
        KeyAttribute("customer", "S", "partition"),
        KeyAttribute("order", "N", "sort"),
        KeyAttribute("city", "S", "partition", "by-city"),
        KeyAttribute("order", "N", "sort", "by-city"),
    ),
    items=10,
    bytes=1234,
)


def order(number: int) -> Item:
    return {
        "customer": {"S": f"c{number % 2}"},
        "order": {"N": str(number)},
        "city": {"S": "Bern" if number < 4 else "Ur"},
    }


@pytest.fixture
def tables() -> MemoryTables:
    found = MemoryTables(ORDERS, page_items=3)
    found.add("orders", *map(order, range(10)))
    return found


@pytest.fixture
def headrace(shell: Shell, tables: MemoryTables) -> Shell:
    shell.here.places.default = tables
    return shell


def numbers(ran: Said) -> list[int]:
    assert ran.code == 0, ran.err
    return [json.loads(line)["order"] for line in ran.out.splitlines()]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (["customer=c1"], [1, 3, 5, 7, 9]),
        (["customer=c1", "order>=5"], [5, 7, 9]),
        (["customer=c1", "order=3..7"], [3, 5, 7]),
        (["customer=c1", "--reverse"], [9, 7, 5, 3, 1]),
        (["customer=c1", "--reverse", "--head", "4"], [9, 7, 5, 3]),
        (["customer=c1", "--filter", "city = :city", "--value", ":city=Ur"], [5, 7, 9]),
        (["--index", "by-city", "city=Bern"], [0, 1, 2, 3]),
        (["--key-condition", "customer = :c", "--value", ":c=c0", "--head", "2"], [0, 2]),
    ],
)
def test_items_of_a_key_come_over_as_many_pages_as_it_takes(
    headrace: Shell, typed: list[str], found: list[int]
) -> None:
    assert numbers(headrace("query", "orders", *typed)) == found


def test_a_scan_shows_every_item(headrace: Shell) -> None:
    assert sorted(numbers(headrace("query", "orders", "--scan"))) == list(range(10))


def test_no_more_is_read_than_is_shown(headrace: Shell, tables: MemoryTables) -> None:
    ran = headrace("query", "orders", "customer=c1", "--head", "4")
    assert [request.limit for request in tables.reads] == [4, 1]
    assert ran.err == "4 items, of 4 looked at, 1 read units; there may be more\n"


def test_a_limit_counts_what_the_filter_leaves_out(headrace: Shell, tables: MemoryTables) -> None:
    ran = headrace(
        "query", "orders", "--scan", "--filter", "city = :c", "--value", ":c=nowhere", "--limit", "4"
    )
    assert ran.err == "0 items, of 4 looked at, 1 read units; there may be more\n"
    assert [request.limit for request in tables.reads] == [4, 1]


@pytest.mark.parametrize("options", [["--head", "6"], ["--limit", "6"], []])
def test_the_last_item_of_all_is_not_said_to_be_one_of_more(
    headrace: Shell, tables: MemoryTables, options: list[str]
) -> None:
    tables.page_items = 100
    assert "more" not in headrace("query", "orders", "customer=c1", *options).err


def test_distinct_values_are_shown_with_their_numbers(headrace: Shell, tables: MemoryTables) -> None:
    ran = headrace("query", "orders", "--scan", "--unique", "city", "--output", "csv")
    assert ran.out == "value,count\nUr,6\nBern,4\n"
    assert tables.reads[0].names == {"#unique": "city"}


def test_a_projection_shows_what_it_names_in_its_order(headrace: Shell) -> None:
    ran = headrace("query", "orders", "customer=c1", "--head", "1", "--projection", "city,order", "-o", "csv")
    assert ran.out == "city,order\nBern,1\n"


def test_piped_items_are_json_lines_and_the_numbers_are_beside_them(headrace: Shell) -> None:
    ran = headrace("query", "orders", "customer=c1", "order=1")
    assert ran.out == '{"customer":"c1","order":1,"city":"Bern"}\n'
    assert ran.err == "1 items, of 1 looked at, 0.5 read units\n"


def test_in_a_terminal_they_are_a_table(headrace: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headrace.cli.commands.query._is_terminal", lambda: True)
    assert "│ c1       │     1 │ Bern │" in headrace("query", "orders", "customer=c1", "order=1").out


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ([], "without a key all of 'orders' is read and charged for: 10 items, 1,234 bytes"),
        ([], "add --scan if you mean that, or a KEY: customer (S, partition key), order (N, sort key)"),
        (["order=5"], "customer: is missing"),
        (["customer=c", "--scan"], "leave out --scan, or the keys"),
        (["customer=c", "--key-condition", "customer = :c"], "two ways to say the same"),
        (["--scan", "--reverse"], "which has no order"),
        (["--scan", "--unique", "a", "--projection", "b"], "leave out --projection"),
        (["--scan", "--filter", "a = :a"], '":a" is not in scan.values'),
        (["--scan", "--head", "0"], "0 is not in the range"),
        (["--scan", "--output", "xml"], "'xml' is not one of"),
        (["--index", "by-town", "town=Ur"], "has no index 'by-town'; allowed: by-city"),
        (["--scan", "--value", "a"], "allowed: NAME=VALUE"),
    ],
)
def test_wrong_usage_is_a_line_that_helps(headrace: Shell, typed: list[str], told: str) -> None:
    ran = headrace("query", "orders", *typed)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_options_that_contradict_each_other_are_told_at_once(headrace: Shell) -> None:
    ran = headrace("query", "orders", "--scan", "--reverse", "--unique", "a", "--projection", "b")
    assert "which has no order; --unique shows one attribute" in ran.err


def test_a_table_that_is_not_there_is_told(headrace: Shell) -> None:
    ran = headrace("query", "nothing", "id=1")
    assert ran.code == 3
    assert "no table 'nothing'" in ran.err


def test_a_throttled_table_is_asked_again_for_two_minutes(tables: MemoryTables) -> None:
    clock = FakeClock()
    tables.faults.on("read", 1, ThrottledError("busy"))
    reading = Reading(tables, ReadRequest("orders"), Bounds(), clock, random.Random(0))
    assert len(list(reading)) == 10
    for call in range(1, 500):
        tables.faults.on("read", call, ThrottledError("busy"))
    with pytest.raises(ThrottledError):
        list(Reading(tables, ReadRequest("orders"), Bounds(), clock, random.Random(0)))
