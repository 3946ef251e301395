"""Items as text: every digit and every byte, in every form; and no more is held than has to be."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

import orjson
import pytest
from hypothesis import given

from headrace.cli.query.distinct import distinct_values
from headrace.cli.query.outputs import OUTPUTS, visible
from headrace.cli.query.projection import aliased, columns_of
from headrace.items.documents import JsonNumber
from headrace.ports import Item
from tests.unit.items.strategies import items as any_item
from tests.unit.items.strategies import values

EXACT: Item = {
    "id": {"S": 'é,"\n'},
    "number": {"N": "-1234567890123456789012345678901234567.8"},
    "bytes": {"B": "AAH/"},
    "set": {"NS": ["1.50", "2"]},
    "map": {"M": {"no": {"N": "0.10"}, "yes": {"BOOL": True}}},
    "null": {"NULL": True},
}


def shown(output: str, items: Iterable[Item], columns: Iterable[str] = ("id",), is_all: bool = False) -> str:
    out = io.BytesIO()
    OUTPUTS[output](items, list(columns), is_all, out)
    return out.getvalue().decode()


def test_json_has_every_digit_and_every_byte() -> None:
    (line,) = shown("jsonl", [EXACT]).splitlines()
    found = json.loads(line, parse_float=JsonNumber)
    assert found == {
        "id": "é,\"\n", "number": "-1234567890123456789012345678901234567.8", "bytes": "AAH/",
        "set": ["1.50", 2], "map": {"no": "0.10", "yes": True}, "null": None,
    }  # fmt: skip
    assert json.loads(shown("json", [EXACT, EXACT]), parse_float=JsonNumber) == [found, found]


@pytest.mark.parametrize(
    ("output", "text"), [("json", "[]\n"), ("jsonl", ""), ("csv", "id\n"), ("table", "")]
)
def test_nothing_is_still_well_formed(output: str, text: str) -> None:
    assert shown(output, []) == text


@given(any_item(values))
def test_dynamodb_json_is_the_item_itself(item: Item) -> None:
    assert orjson.loads(shown("dynamodb-json", [item])) == {"Item": item}


def test_a_csv_has_a_column_for_whatever_comes_keys_first() -> None:
    text = shown("csv", [{"a": {"N": "1"}, "id": {"S": "x"}}, EXACT])
    first, second = csv.DictReader(io.StringIO(text))
    assert list(first) == ["id", "a", "number", "bytes", "set", "map", "null"]
    assert (first["a"], first["number"], second["a"]) == ("1", "", "")
    assert (second["id"], second["bytes"], second["set"]) == ('é,"\n', "AAH/", "[1.50,2]")
    assert second["map"] == '{"no":0.10,"yes":true}'


@pytest.mark.parametrize(("output", "is_all"), [("json", False), ("jsonl", False), ("csv", True)])
def test_an_item_is_written_before_the_next_is_asked_for(output: str, is_all: bool) -> None:
    out = io.BytesIO()

    def watched() -> Iterator[Item]:
        for number in range(3):
            assert out.getvalue().count(b"item") == number
            yield {"id": {"S": f"item{number}"}}

    OUTPUTS[output](watched(), ["id"], is_all, out)
    assert out.getvalue().count(b"item") == 3


def test_a_table_has_a_row_for_each_item_and_titles_again_behind_many() -> None:
    text = shown("table", ({"id": {"S": f"item-{number}"}} for number in range(201)))
    assert text.count(" id ") == 2
    assert text.count("item-") == 201


def test_a_table_shows_no_control_characters_and_cuts_what_is_long() -> None:
    assert visible("a\x1b[31m\nb\u202e") == "a\\u001b[31m\\nb\\u202e"
    assert len(visible("x" * 5000)) == 200
    assert "\x1b" not in shown("table", [{"id": {"S": "\x1b[2J"}}])


def test_values_are_counted_by_what_dynamodb_sees_as_one() -> None:
    values: list[Item] = [{"a": {"N": "1"}}, {"a": {"S": "1"}}, {"a": {"N": "1.0"}}, {}, {"a": {"N": "1"}}]
    assert list(distinct_values(values, "a")) == [
        {"value": {"N": "1"}, "count": {"N": "3"}},
        {"value": {"S": "1"}, "count": {"N": "1"}},
        {"count": {"N": "1"}},
    ]


@pytest.mark.parametrize(
    ("typed", "text", "names"),
    [
        ("name", "#name0", {"#name0": "name"}),
        (" a-b , a-b.c[0]", "#name0, #name0.#name1[0]", {"#name0": "a-b", "#name1": "c"}),
        ("#n.x", "#n.#name0", {"#name0": "x"}),
    ],
)
def test_a_projection_is_of_plain_names(typed: str, text: str, names: dict[str, str]) -> None:
    assert aliased(typed, {"#n": "other"}) == (text, names)


def test_placeholders_of_a_projection_keep_away_from_those_that_are_there() -> None:
    assert aliased("a", {"#name0": "b"}) == ("#name_0", {"#name_0": "a"})


def test_the_columns_of_a_projection_are_what_its_items_have() -> None:
    assert columns_of("#a, #b.#c, #b[2], d", {"#a": "x y", "#b": "b", "#c": "c"}) == ["x y", "b", "d"]
