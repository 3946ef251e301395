"""A line of JSON becomes the item that it spells, or a reject that says why not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import HeaderError
from headrace.items.codec import RowRejected
from headrace.items.documents import json_text
from headrace.items.lines import LineCodec
from headrace.items.number import canonical_number
from headrace.items.quick import quick_item
from headrace.items.rejected import reject_line, reject_text
from headrace.items.size import MAX_ITEM_BYTES, item_size
from headrace.job.model import AttributeType as T
from headrace.job.model import Column, Job, Shape, WriteMode
from headrace.ports import Item, KeyAttribute
from tests.unit.items.strategies import items, plain_values, values

ID = KeyAttribute("id", "S", "partition")
AT = KeyAttribute("at", "N", "sort")
RAW = KeyAttribute("raw", "B", "partition")
BY_CITY = KeyAttribute("city", "S", "sort", index="by-city")
JOB = Job("s3://b/k", "t")
DELETE = replace(JOB, mode=WriteMode.DELETE)
WIRE, PLAIN = Shape.DYNAMODB_JSON, Shape.JSONL


def codec(shape: Shape, *keys: KeyAttribute, job: Job = JOB, **columns: Column) -> LineCodec:
    return LineCodec.compile(shape, keys or (ID,), replace(job, columns={**job.columns, **columns}))


def problems_of(found: LineCodec, line: str) -> list[tuple[str, str | None, str]]:
    with pytest.raises(RowRejected) as caught:
        found.encode(line)
    return [(problem.code, problem.column, problem.reason) for problem in caught.value.problems]


def reasons_of(found: LineCodec, line: str) -> str:
    return "; ".join(reason for _, _, reason in problems_of(found, line))


@given(items(values), st.booleans(), st.sampled_from([None, 1]))
def test_dynamodb_json_passes_through_unchanged(item: Item, wrapped: bool, indent: int | None) -> None:
    line = json.dumps({"Item": item} if wrapped else item, indent=indent, ensure_ascii=wrapped)
    assert orjson.dumps(codec(WIRE).encode(line)) == orjson.dumps(item)


def spelled_out(members: list[tuple[str, Any]], wrapped: bool, gap: str, in_ascii: bool) -> str:
    """With a member as often as it comes."""
    spell = json.JSONEncoder(ensure_ascii=in_ascii, separators=(",", ":" + gap)).encode
    text = "{" + ",".join(f"{spell(name)}:{gap}{spell(value)}" for name, value in members) + "}"
    return f'{{"Item":{text}}}' if wrapped else text


ODD: list[Any] = [
    None, True, 1, 1.5, "", "x", [], {}, {"S": 1}, {"N": "x"}, {"N": "1e400"}, {"N": "01"}, {"NULL": False},
    {"BOOL": "true"}, {"S": "a", "N": "1"}, {"Item": {"S": "a"}}, {"M": {"M": {"S": ""}}}, {"id": {"S": ""}},
]  # fmt: skip
members = st.tuples(
    st.sampled_from(["id", "Item", "S", "M", "", "n", "_headrace_row", "\ud800"]),
    values | st.sampled_from(ODD),
)
lines = st.builds(
    spelled_out, st.lists(members, max_size=4), st.booleans(), st.sampled_from(["", " "]), st.booleans()
)


def outcome(codec: LineCodec, line: str) -> object:
    try:
        return codec.encode(line)
    except RowRejected as rejected:
        return rejected.problems


@given(lines | items(values).map(lambda item: orjson.dumps({"Item": item}).decode()))
def test_a_line_that_is_read_quickly_is_read_alike(line: str) -> None:
    quick = codec(WIRE)
    assert quick.is_as_it_is
    assert outcome(quick, line) == outcome(replace(quick, is_as_it_is=False), line)


def test_a_plain_line_is_read_quickly() -> None:
    item = {"id": {"S": "é\n"}, "n": {"N": "-1.50"}, "yes": {"BOOL": True}, "no": {"NULL": True}}
    assert (
        quick_item(orjson.dumps({"Item": item}).decode()) == quick_item(orjson.dumps(item).decode()) == item
    )


@given(items(plain_values))
def test_plain_json_becomes_what_it_plainly_is(item: Item) -> None:
    found = codec(PLAIN).encode(json_text({"M": item}))
    assert orjson.dumps(canonical(found)) == orjson.dumps(canonical(item))


def canonical(item: Any) -> Any:
    """JSON has no numbers in quotes, and so an export writes the one that DynamoDB would give."""
    if isinstance(item, list):
        return [canonical(one) for one in item]
    if isinstance(item, dict):
        return {
            name: canonical_number(value) if name == "N" and isinstance(value, str) else canonical(value)
            for name, value in item.items()
        }
    return item


@given(items(values))
def test_a_reject_reads_back_in_either_shape_as_the_item_that_it_was(item: Item) -> None:
    line = reject_line(orjson.dumps(item), row=3, code="refused", reason="why").decode()
    assert codec(WIRE).encode(line) == codec(PLAIN).encode(line) == item


def test_numbers_keep_every_digit_as_typed() -> None:
    line = '{"id":"a","n":1.50,"big":12345678901234567890123456789012345678,"list":[1E5]}'
    assert codec(PLAIN).encode(line) == {
        "id": {"S": "a"},
        "n": {"N": "1.50"},
        "big": {"N": "12345678901234567890123456789012345678"},
        "list": {"L": [{"N": "1E5"}]},
    }
    assert codec(WIRE).encode('{"Item":{"id":{"S":"a"},"n":{"N":"+1.50e01"}}}')["n"] == {"N": "+1.50e01"}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (T.S, "5.0", {"S": "5.0"}),
        (T.N, '"5.0"', {"N": "5.0"}),
        (T.B, '"AQ=="', {"B": "AQ=="}),
        (T.BOOL, "false", {"BOOL": False}),
        (T.BOOL, '"yes"', {"BOOL": True}),
        (T.SS, '["b","a|c"]', {"SS": ["b", "a|c"]}),
        (T.NS, '[1,"2.50"]', {"NS": ["1", "2.50"]}),
        (T.BS, '["AQ==","Ag=="]', {"BS": ["AQ==", "Ag=="]}),
        (T.L, "[1]", {"L": [{"N": "1"}]}),
        (T.M, '"{\\"a\\": 1}"', {"M": {"a": {"N": "1"}}}),
        (T.JSON, '"[true]"', {"L": [{"BOOL": True}]}),
        (T.JSON, "[true]", {"L": [{"BOOL": True}]}),
        (T.TTL, '"2027-01-31T12:00:00Z"', {"N": "1801396800"}),
        (T.TTL, "1800000000", {"N": "1800000000"}),
        (T.N, "null", {"NULL": True}),
        (T.NULL, "null", {"NULL": True}),
    ],
)
def test_a_declared_type_is_what_becomes_of_plain_json(kind: T, text: str, value: Any) -> None:
    assert codec(PLAIN, x=Column(kind)).encode(f'{{"id":"a","x":{text}}}')["x"] == value


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (T.S, "[1]", "'[1]' is not of the type S"),
        (T.S, "true", "'true' is not of the type S"),
        (T.N, '"x"', "'x' is not a number"),
        (T.SS, '"a|b"', "'\"a|b\"' is not of the type SS"),
        (T.SS, '[1,"a"]', "has a member of another type; allowed: strings"),
        (T.SS, "[]", "an empty set; DynamoDB keeps none"),
        (T.M, "[]", "'[]' is not of the type M"),
        (T.B, '"?"', "'?' is not base64"),
        (T.JSON, '"abc"', "'abc' is not JSON"),
        (T.NULL, "1", "'1' is not of the type NULL"),
    ],
)
def test_plain_json_that_is_not_of_its_declared_type_is_rejected(kind: T, text: str, reason: str) -> None:
    ((code, column, told),) = problems_of(codec(PLAIN, x=Column(kind)), f'{{"id":"a","x":{text}}}')
    assert (code, column) == ("type", "x")
    assert told.startswith("attribute 'x': ")
    assert reason in told


def test_keys_of_plain_json_have_the_tables_types() -> None:
    item = codec(PLAIN, ID, AT, BY_CITY).encode('{"id":7,"at":"1.0","city":12}')
    assert item == {"id": {"S": "7"}, "at": {"N": "1.0"}, "city": {"S": "12"}}


@pytest.mark.parametrize("shape", [WIRE, PLAIN])
def test_members_are_renamed_and_dropped_in_both_shapes(shape: Shape) -> None:
    found = codec(shape, uid=Column(rename="id"), note=Column(drop=True))
    line = '{"uid":"a","note":1}' if shape is PLAIN else '{"Item":{"uid":{"S":"a"},"note":{"N":"x"}}}'
    assert found.encode(line) == {"id": {"S": "a"}}
    clash = line.replace('"note"', '"id"').replace("1}", '"b"}').replace('{"N":"x"}', '{"S":"b"}')
    assert "the key 'id' stands twice" in reasons_of(found, clash)


def test_columns_that_contradict_the_table_or_the_shape_are_refused() -> None:
    with pytest.raises(HeaderError, match="declared as N, but it is the partition key of the table"):
        codec(PLAIN, id=Column(T.N))
    with pytest.raises(HeaderError, match="'id' is dropped, but it is the partition key"):
        codec(WIRE, id=Column(drop=True))
    with pytest.raises(HeaderError, match="'n' is declared as N, but values in DynamoDB JSON say"):
        codec(WIRE, n=Column(T.N))


def test_names_that_end_like_a_type_are_names() -> None:
    found = codec(PLAIN, job=replace(JOB, columns={"total:N": Column(T.S)}))
    assert found.encode('{"id":"a","total:N":1}')["total:N"] == {"S": "1"}


def test_fields_of_a_reject_are_left_out_and_a_line_in_one_is_taken() -> None:
    line = '{"_headrace_row":3,"id":"a","_headrace_reason":"why"}'
    assert codec(PLAIN).encode(line) == {"id": {"S": "a"}}
    for broken in ('{"id":"a",}', '{"id":"\udcff"}', "id,name"):
        first = reject_text(broken, row=1, code="json", reason="why").decode()
        again = reject_text(first, row=1, code="json", reason="why").decode()
        assert again == first
        assert problems_of(codec(PLAIN), again)
    mended = first.replace('"id,name"', json.dumps('{"id":"a"}'))
    assert codec(PLAIN).encode(mended) == {"id": {"S": "a"}}


def test_a_key_is_an_item_only_where_items_are_deleted() -> None:
    line = reject_line(b'{"id":{"S":"a"}}', what="Key", code="refused", reason="why").decode()
    assert codec(WIRE, job=DELETE).encode(line) == {"id": {"S": "a"}}
    assert codec(PLAIN, job=DELETE).encode(line) == {"id": {"S": "a"}}
    assert problems_of(codec(WIRE), line)[0][0] == "json"


def test_a_delete_does_not_ask_for_the_keys_of_indexes() -> None:
    line = '{"id":{"S":"a"},"city":{"N":"1"}}'
    assert codec(WIRE, ID, BY_CITY, job=DELETE).encode(line)
    assert "is of type N" in reasons_of(codec(WIRE, ID, BY_CITY), line)


def test_an_attribute_may_be_named_item() -> None:
    found = codec(WIRE, KeyAttribute("Item", "S", "partition"))
    assert found.encode('{"Item":{"S":"a"}}') == {"Item": {"S": "a"}}
    assert found.encode('{"Item":{"S":"a"},"n":{"N":"1"}}')["n"] == {"N": "1"}
    assert found.encode('{"Item":{"Item":{"S":"a"}}}') == {"Item": {"S": "a"}}
    assert codec(PLAIN).encode('{"id":"a","Item":{"S":"b"}}')["Item"] == {"M": {"S": {"S": "b"}}}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("5", "a number where a value of DynamoDB JSON is expected"),
        ("{}", "an object of 0 fields where a value"),
        ('{"S":"a","N":"1"}', "an object of 2 fields where a value"),
        ('{"X":"a"}', "'X' is not a type of DynamoDB; allowed: S, N, B, BOOL, NULL, L, M, SS, NS, BS"),
        ('{"S":1}', "a number where a text is expected"),
        ('{"S":"\\ud800"}', "half of a surrogate pair"),
        ('{"N":1}', "a number where a number as a text is expected"),
        ('{"N":" 1"}', "' 1' has spaces around the number"),
        ('{"N":"1e126"}', "out of range"),
        ('{"N":"123456789012345678901234567890123456789"}', "39 significant digits"),
        ('{"B":"AQ"}', "'AQ' is not base64"),
        ('{"B":"AQ== "}', "spaces around the base64"),
        ('{"BOOL":"true"}', "a text where true or false is expected"),
        ('{"NULL":false}', "the value of NULL is true"),
        ('{"SS":[]}', "an empty set"),
        ('{"SS":["a","a"]}', "a set with a member twice"),
        ('{"NS":["1","1.0"]}', "a set with a member twice"),
        ('{"BS":["AQ==","AQ=="]}', "a set with a member twice"),
        ('{"NS":["x"]}', "'x' is not a number"),
        ('{"L":{}}', "an object where an array is expected"),
        ('{"L":["a"]}', "a text where a value of DynamoDB JSON"),
        ('{"M":[]}', "an array where an object is expected"),
        ('{"M":{"a":{"S":""},"a":{"S":""}}}', "the key 'a' stands twice in one object"),
        ('{"M":{"":{"S":""}}}', "the key '' is not between 1 and 65535 bytes long"),
    ],
)
def test_a_value_that_dynamodb_would_not_take_is_rejected(value: str, reason: str) -> None:
    ((code, column, told),) = problems_of(codec(WIRE), f'{{"Item":{{"id":{{"S":"a"}},"x":{value}}}}}')
    assert (code, column) == ("type", None)
    assert reason in told


@pytest.mark.parametrize(("opens", "closes"), [('{"L":[', "]}"), ('{"M":{"a":', "}}")])
def test_31_levels_are_kept_and_no_more(opens: str, closes: str) -> None:
    def line(levels: int) -> str:
        return f'{{"id":{{"S":"a"}},"x":{opens * levels}{{"S":""}}{closes * levels}}}'

    assert codec(WIRE).encode(line(31))
    assert problems_of(codec(WIRE), line(32))[0][0] == "nesting"
    assert (
        problems_of(codec(PLAIN), '{"id":"a","x":' + "[" * 100_000 + "]" * 100_000 + "}")[0][0] == "nesting"
    )


@pytest.mark.parametrize(
    ("keys", "item", "reason"),
    [
        ((ID,), {}, "attribute 'id': a key of the table is missing"),
        ((ID, AT), {"id": {"S": "a"}}, "attribute 'at': a key of the table is missing"),
        ((ID,), {"id": {"S": ""}}, "a key of 0 bytes; DynamoDB allows 1 to 2048"),
        ((ID,), {"id": {"S": "x" * 2049}}, "a key of 2049 bytes; DynamoDB allows 1 to 2048"),
        ((RAW,), {"raw": {"B": ""}}, "a key of 0 bytes"),
        ((ID,), {"id": {"N": "1"}}, "is of type N, but it is the partition key of the table, of type S"),
        (
            (ID, BY_CITY),
            {"id": {"S": "a"}, "city": {"NULL": True}},
            "is of type NULL, but it is the sort key of the index 'by-city', of type S",
        ),
        ((ID, BY_CITY), {"id": {"S": "a"}, "city": {"S": "é" * 513}}, "a key of 1026 bytes"),
        ((ID, replace(BY_CITY, name="id")), {"id": {"S": "x" * 1025}}, "DynamoDB allows 1 to 1024"),
    ],
)
def test_a_key_that_dynamodb_would_not_take_is_rejected(
    keys: tuple[KeyAttribute, ...], item: Item, reason: str
) -> None:
    ((code, column, told),) = problems_of(codec(WIRE, *keys), json.dumps({"Item": item}))
    assert (code, column) == ("key", told.split("'")[1])
    assert reason in told


def test_a_key_that_is_broken_is_told_once() -> None:
    assert problems_of(codec(WIRE), '{"id":{"S":1}}') == [
        ("type", "id", "attribute 'id': a number where a text is expected")
    ]
    assert [problem[:2] for problem in problems_of(codec(WIRE, ID, AT), '{"id":{"S":1},"x":{"S":2}}')] == [
        ("type", "id"),
        ("type", None),
        ("key", "at"),
    ]


@pytest.mark.parametrize("shape", [WIRE, PLAIN])
@pytest.mark.parametrize(
    ("line", "code", "reason"),
    [
        ("", "json", "is not JSON"),
        ("id,name", "json", "'id,name' is not JSON: Expecting value at character 1"),
        ('{"id":"a",}', "json", "is not JSON"),
        ("[1]", "json", "an array where a JSON object is expected"),
        ("5", "json", "a number where a JSON object is expected"),
        ('{"id":NaN}', "json", "NaN is not a number"),
        ('{"id":"\udcff"}', "encoding", "has bytes that are not utf-8"),
    ],
)
def test_a_line_that_is_no_object_is_rejected(shape: Shape, line: str, code: str, reason: str) -> None:
    ((found, column, told),) = problems_of(codec(shape), line)
    assert (found, column) == (code, None)
    assert reason in told


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id":"a"}', 'neither {"Item": {...}} nor an item in DynamoDB JSON; for plain JSON'),
        ('{"Item":5}', 'neither {"Item": {...}} nor an item'),
        (
            '{"Metadata":{"WriteTimestampMicros":{"N":"1"}},"Keys":{"id":{"S":"a"}},"NewImage":{"id":{"S":"a"}}}',
            "a line of an incremental export",
        ),
    ],
)
def test_a_line_that_is_plainly_something_else_is_told_as_such(line: str, reason: str) -> None:
    ((code, _, told),) = problems_of(codec(WIRE), line)
    assert code == "json"
    assert reason in told


@pytest.mark.parametrize("shape", [WIRE, PLAIN])
@pytest.mark.parametrize("character", ["x", "é", "\x01"])
def test_an_item_at_the_limit_is_kept_and_above_it_rejected(shape: Shape, character: str) -> None:
    room = MAX_ITEM_BYTES - len("idax")
    text = character * (room // len(character.encode()))
    text += "x" * (room - len(text.encode()))

    def line(text: str) -> str:
        return json.dumps({"id": "a", "x": text} if shape is PLAIN else {"id": {"S": "a"}, "x": {"S": text}})

    assert item_size(codec(shape).encode(line(text))) == MAX_ITEM_BYTES
    assert problems_of(codec(shape), line(text + "x"))[0][0] == "size"


@pytest.mark.parametrize("element", ['""', "[]", "0"])
def test_many_short_values_are_counted_and_too_many_not_even_read(element: str) -> None:
    for count in (MAX_ITEM_BYTES, 2 * MAX_ITEM_BYTES):
        line = f'{{"id":"a","x":[{",".join([element] * count)}]}}'
        assert problems_of(codec(PLAIN), line)[0][0] == "size"
    assert problems_of(codec(PLAIN), line)[0][2].startswith("more values than an item of 409600 bytes")
    reject = reject_text(line, code="size", reason="why").decode()
    assert problems_of(codec(PLAIN), reject) == problems_of(codec(PLAIN), line)


def test_the_longest_line_of_an_item_is_read_also_as_a_reject() -> None:
    members = ",".join(['{"SS":[""]}'] * (MAX_ITEM_BYTES - len("idax") - 3))
    line = f'{{"id":{{"S":"a"}},"x":{{"L":[{members}]}}}}'
    found = codec(WIRE).encode(reject_text(line, code="refused", reason="why").decode())
    assert len(found["x"]["L"]) == MAX_ITEM_BYTES - 7


@pytest.mark.parametrize(("one", "other"), [("1", "1.0"), ("-0", "0"), ("5e0", "5.")])
def test_equal_numbers_are_one_key(one: str, other: str) -> None:
    found = codec(WIRE, ID, AT)
    lines = [f'{{"id":{{"S":"a"}},"at":{{"N":"{number}"}}}}' for number in (one, other)]
    assert len({found.key_of(found.encode(line)) for line in lines}) == 1


@given(st.text(max_size=30) | st.recursive(st.none() | st.booleans() | st.text(), st.lists).map(json.dumps))
def test_any_line_becomes_an_item_or_a_reject(line: str) -> None:
    for shape in (WIRE, PLAIN):
        try:
            reasons, item = [], codec(shape).encode(line)
        except RowRejected as rejected:
            reasons, item = [problem.reason for problem in rejected.problems], {}
        assert all(reasons)
        assert bool(reasons) != bool(item)
