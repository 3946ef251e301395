"""Tables: pages of a Scan and of a Query, to the last of them, items exactly as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from headrace.errors import ReadRefusedError, TableNotFoundError, ThrottledError, TransientError
from headrace.items.equality import same_items
from headrace.ports import Item, Page, ReadRequest, Tables
from tests.contract.conftest import TABLE
from tests.contract.test_tables import Wire, refusal, spelled

ALL = ReadRequest(TABLE)
EXACT: Item = {
    "id": {"S": "é𝄞\uffff\ufffe\u0000"},
    "at": {"N": "-1234567890123456789012345678901234567.8"},
    "empty": {"S": ""},
    "no bytes": {"B": ""},
    "bytes": {"B": "AAH/"},
    "huge": {"N": "9" * 38},
    "tiny": {"N": "0." + "0" * 20 + "12345678901234567"},
    "true": {"BOOL": True},
    "null": {"NULL": True},
    "names": {"SS": ["a", "", "é"]},
    "numbers": {"NS": ["-1.5", "0", "1" * 38]},
    "binaries": {"BS": ["", "/w=="]},
    "nothing": {"L": []},
    "nobody": {"M": {}},
    "nested": {"L": [{"M": {"a.b": {"L": [{"B": "AA=="}, {"N": "0.1"}, {"NULL": True}]}}}, {"SS": ["x"]}]},
}
"""Every type that there is, as DynamoDB gives it back."""


def item(number: int, **more: dict[str, Any]) -> Item:
    key = {"id": {"S": f"p{number % 5}"}, "at": {"N": str(number)}}
    return key | {"city": {"S": "Ur" if number % 2 else "Uruk"}} | more


def fill(tables: Tables, *items: Item) -> None:
    for at in range(0, len(items), 25):
        puts = ({"PutRequest": {"Item": one}} for one in items[at : at + 25])
        assert tables.write(TABLE, spelled(*puts)).unprocessed == ()


def pages(tables: Tables, request: ReadRequest) -> Iterator[Page]:
    page = tables.read(request)
    yield page
    while page.next is not None:
        page = tables.read(replace(request, start=page.next))
        yield page


def read(tables: Tables, request: ReadRequest) -> list[Item]:
    return [one for page in pages(tables, request) for one in page.items]


def numbers(items: list[Item]) -> list[int]:
    return sorted(int(one["at"]["N"]) for one in items)


def test_an_item_of_every_type_comes_back_to_the_byte(tables: Tables) -> None:
    fill(tables, EXACT)
    (first,) = read(tables, ALL)
    assert same_items(first, EXACT)
    fill(tables, first)
    (second,) = read(tables, ALL)
    assert orjson.dumps(second) == orjson.dumps(first)


@pytest.mark.parametrize("segments", [1, 2, 7, 50])
@pytest.mark.parametrize("limit", [1, 3, None])
def test_segments_and_their_pages_give_every_item_once(
    tables: Tables, segments: int, limit: int | None
) -> None:
    fill(tables, *map(item, range(20)))
    request = replace(ALL, segments=segments, limit=limit)
    found = [one for segment in range(segments) for one in read(tables, replace(request, segment=segment))]
    assert numbers(found) == list(range(20))


def test_a_page_goes_on_behind_items_that_are_gone(tables: Tables) -> None:
    fill(tables, *map(item, range(20)))
    found: list[Item] = []
    for page in pages(tables, replace(ALL, limit=3)):
        found += page.items
        deletes = [{"DeleteRequest": {"Key": {k: one[k] for k in ("id", "at")}}} for one in page.items]
        if deletes:
            tables.write(TABLE, spelled(*deletes))
    assert numbers(found) == list(range(20))
    assert read(tables, ALL) == []


def test_a_filter_leaves_pages_empty_and_the_read_goes_on(tables: Tables) -> None:
    fill(tables, *map(item, range(20)))
    request = replace(
        ALL, filter="#a = :a AND begins_with(id, :p)", names={"#a": "at"}, limit=2,
        values={":a": {"N": "7.0"}, ":p": {"S": "p"}},
    )  # fmt: skip
    every = list(pages(tables, request))
    assert numbers([one for page in every for one in page.items]) == [7]
    assert [page for page in every if not page.items and page.next]
    assert (sum(page.scanned for page in every), sum(page.count for page in every)) == (20, 1)


def test_a_projection_gives_the_named_attributes_alone(tables: Tables) -> None:
    fill(tables, item(1, name={"S": "Ada"}))
    assert read(tables, replace(ALL, projection="id, #n", names={"#n": "name"})) == [
        {"id": {"S": "p1"}, "name": {"S": "Ada"}}
    ]


def test_an_index_gives_the_items_that_are_in_it(tables: Tables) -> None:
    lone = {"id": {"S": "p"}, "at": {"N": "99"}}
    fill(tables, *map(item, range(20)), lone)
    assert numbers(read(tables, replace(ALL, index="by-city", limit=6))) == list(range(20))


@pytest.mark.parametrize("limit", [2, None])
def test_a_key_condition_gives_the_items_of_one_key_in_order(tables: Tables, limit: int | None) -> None:
    fill(tables, *map(item, range(20)))
    request = replace(
        ALL, key_condition="id = :id AND #at > :at", names={"#at": "at"}, limit=limit,
        values={":id": {"S": "p3"}, ":at": {"N": "3"}},
    )  # fmt: skip
    assert [one["at"]["N"] for one in read(tables, request)] == ["8", "13", "18"]
    by_city = replace(ALL, key_condition="city = :c", index="by-city", values={":c": {"S": "Ur"}})
    assert numbers(read(tables, by_city)) == list(range(1, 20, 2))


@pytest.mark.parametrize("limit", [2, None])
def test_a_query_goes_from_the_highest_sort_key_down_and_between_two(
    tables: Tables, limit: int | None
) -> None:
    fill(tables, *map(item, range(20)))
    request = replace(
        ALL, key_condition="id = :id AND #at BETWEEN :from AND :to", names={"#at": "at"}, limit=limit,
        values={":id": {"S": "p3"}, ":from": {"N": "8"}, ":to": {"N": "18"}}, reverse=True,
    )  # fmt: skip
    assert [one["at"]["N"] for one in read(tables, request)] == ["18", "13", "8"]


@pytest.mark.parametrize("projection", [None, "id"])
def test_a_count_has_no_items(tables: Tables, projection: str | None) -> None:
    fill(tables, *map(item, range(20)))
    every = list(pages(tables, replace(ALL, count=True, limit=6, projection=projection)))
    assert sum(page.count for page in every) == 20
    assert all(page.items == [] for page in every)


def test_a_read_tells_what_it_consumed(strict_tables: Tables) -> None:
    fill(strict_tables, *map(item, range(20)))
    eventual, consistent = (
        sum(page.units for page in pages(strict_tables, replace(ALL, consistent=kind)))
        for kind in (False, True)
    )
    assert 0 < eventual < consistent


@pytest.mark.parametrize(
    "request_",
    [
        replace(ALL, filter="#n = :v", names={"#n": "n"}),
        replace(ALL, filter="n = :v", values={":v": {"S": "x"}, ":unused": {"S": "x"}}),
        replace(ALL, projection="#n"),
        replace(ALL, index="by-nothing"),
        replace(ALL, index="by-city", consistent=True),
        replace(ALL, key_condition="at = :v", values={":v": {"N": "1"}}),
        replace(ALL, segment=2, segments=2),
        replace(ALL, segments=1_000_001),
    ],
    ids=repr,
)
def test_what_dynamodb_does_not_read_is_refused_by_the_tables_name(
    strict_tables: Tables, request_: ReadRequest
) -> None:
    with pytest.raises(ReadRefusedError, match=r"refuses to read table 'orders': .+"):
        strict_tables.read(request_)


def test_of_a_table_that_is_not_there_nothing_is_read(tables: Tables) -> None:
    with pytest.raises(TableNotFoundError, match="no table 'others'"):
        tables.read(ReadRequest("others"))
    with pytest.raises(TableNotFoundError, match="no table 'others'"):
        tables.absent("others", [{"id": {"S": "a"}, "at": {"N": "1"}}])


def test_keys_under_which_nothing_is_are_told(tables: Tables) -> None:
    fill(tables, *map(item, range(0, 100, 2)))
    keys = [{"id": {"S": f"p{n % 5}"}, "at": {"N": f"{n}.0"}} for n in range(100)]
    assert tables.absent(TABLE, keys) == keys[1::2]
    assert tables.absent(TABLE, keys[::2]) == []
    assert tables.absent(TABLE, []) == []


@pytest.mark.parametrize(
    "keys",
    [
        [{"id": {"S": "a"}}],
        [{"id": {"S": "a"}, "at": {"S": "1"}}],
        [{"id": {"S": "a"}, "at": {"N": "1"}}] * 2,
        [{"id": {"S": "a"}, "at": {"N": str(number)}} for number in range(101)],
    ],
    ids=["no whole key", "a key of another type", "a key twice", "too many"],
)
def test_keys_that_are_none_are_refused(strict_tables: Tables, keys: list[Item]) -> None:
    with pytest.raises(ReadRefusedError, match=r"refuses to read table 'orders': .+"):
        strict_tables.absent(TABLE, keys)


@pytest.mark.usefixtures("aws")
def test_what_is_asked_for_goes_over_the_wire_as_it_was_spelled() -> None:
    wire = Wire(Items=[], Count=0, ScannedCount=0, ConsumedCapacity={"CapacityUnits": 1.5})
    start = '{"id": {"S":"\\ufffe"},"at":{"N":"1.50"}}'
    request = ReadRequest(TABLE, 3, 9, start, consistent=True, limit=5, count=True)
    assert wire.tables.read(request) == Page((), 0, 0, None, 1.5)
    (body,) = wire.bodies
    assert b'"ExclusiveStartKey":' + start.encode() in body
    assert orjson.loads(body) == {
        "TableName": TABLE, "Segment": 3, "TotalSegments": 9, "ConsistentRead": True, "Limit": 5,
        "Select": "COUNT", "ReturnConsumedCapacity": "TOTAL", "ExclusiveStartKey": orjson.loads(start),
    }  # fmt: skip


@pytest.mark.usefixtures("aws")
def test_an_item_on_the_wire_is_the_item_of_the_page() -> None:
    found, last = EXACT | {"odd": {"N": "1.50"}}, {"id": {"S": "a"}, "at": {"N": "1E+2"}}
    wire = Wire(Items=[found], Count=1, ScannedCount=2, LastEvaluatedKey=last)
    assert wire.tables.read(ALL) == Page([orjson.dumps(found)], 1, 2, orjson.dumps(last).decode())


@pytest.mark.usefixtures("aws")
def test_reading_that_is_throttled_tells_dynamodbs_reasons() -> None:
    reasons = [{"reason": "TableReadKeyRangeThroughputExceeded", "resource": "arn"}]
    wire = refusal("ProvisionedThroughputExceededException", ThrottlingReasons=reasons)
    with pytest.raises(ThrottledError) as caught:
        wire.tables.read(ALL)
    assert caught.value.reasons == ("TableReadKeyRangeThroughputExceeded",)


@pytest.mark.usefixtures("aws")
def test_an_answer_that_broke_off_is_trouble_that_may_pass() -> None:
    with pytest.raises(TransientError, match="no JSON"):
        Wire(body=b'{"Items":[{"id":{"S').tables.read(ALL)


@pytest.mark.usefixtures("aws")
def test_keys_that_were_left_are_asked_for_again() -> None:
    one, other, third = ({"id": {"S": name}, "at": {"N": "1"}} for name in "abc")
    wire = Wire(
        {"Responses": {TABLE: [one]}, "UnprocessedKeys": {TABLE: {"Keys": [other, third]}}},
        {"Responses": {TABLE: [third]}, "UnprocessedKeys": {}},
    )
    assert wire.tables.absent(TABLE, [one, other, third]) == [other]
    asked = [orjson.loads(body)["RequestItems"][TABLE] for body in wire.bodies]
    assert [keys["Keys"] for keys in asked] == [[one, other, third], [other, third]]
    assert all(keys["ConsistentRead"] for keys in asked)


@pytest.mark.usefixtures("aws")
def test_keys_of_which_none_is_read_are_throttled() -> None:
    key = {"id": {"S": "a"}, "at": {"N": "1"}}
    wire = Wire(Responses={}, UnprocessedKeys={TABLE: {"Keys": [key]}})
    with pytest.raises(ThrottledError, match="none of 1 keys"):
        wire.tables.absent(TABLE, [key])
