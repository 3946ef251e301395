"""Items are cut out of a page's answer, and whatever is in them, they are the very items of the answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headrace.aws import pages
from headrace.aws.pages import page_of
from headrace.ports import Page, ReadRequest

ALL = ReadRequest("orders")
SOME = replace(ALL, projection="a")
TRAPS = (
    "", "a", "M", "S", "L", "Items", "Count", '}},{"', '}},{"M":{"', "}},{", "}]", "}],", '"Items":[', '"',
    "\\", "é", "\n", "\uffff", "{}", ",{}", '}}\n{"',
)  # fmt: skip
"""Texts and names that look like what stands between items."""
texts = st.sampled_from(TRAPS) | st.text(alphabet='aM}]{[,":\\\n', max_size=6)
names = texts.filter(bool)
scalars = st.fixed_dictionaries({"S": texts}) | st.sampled_from(
    [{"N": "1"}, {"BOOL": True}, {"NULL": True}, {"B": ""}, {"SS": ["}},{"]}, {"NS": ["1", "2"]}, {"L": []}]
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.fixed_dictionaries({"M": st.dictionaries(names, inner, max_size=2)})
        | st.fixed_dictionaries({"L": st.lists(inner, max_size=3)})
    ),
    max_leaves=6,
)
items = st.dictionaries(names, values, min_size=1, max_size=3)
keys = st.dictionaries(names, st.fixed_dictionaries({"S": texts}), min_size=1, max_size=2)


def answer(items: list[Any], last: Any = None, *, order: int = 0, spaced: bool = False) -> bytes:
    """
    Args:
        order: of the fields.
    """
    used = {"TableName": "orders", "CapacityUnits": 1.5}
    fields = {"Items": items, "Count": len(items), "ScannedCount": 9, "ConsumedCapacity": used}
    fields |= {"LastEvaluatedKey": last} if last else {}
    turned = [*fields][order % len(fields) :] + [*fields][: order % len(fields)]
    separators = (", ", ": ") if spaced else (",", ":")
    return json.dumps(
        {name: fields[name] for name in turned}, ensure_ascii=order % 2 == 0, separators=separators
    ).encode()


def read(body: bytes, request: ReadRequest = ALL) -> Page:
    page = page_of(body, request)
    assert page is not None
    return page


@given(st.lists(items, max_size=5), keys | st.none(), st.integers(0, 9), st.booleans())
@example(
    [{"a": {"L": [{"M": {"M": {"S": "}]"}}}, {"M": {}}]}}, {"M": {"M": {"M": {"S": "x"}}}}], None, 0, False
)
@example([{"M": {"S": "a"}}, {"M": {"S": '}},{"M":{"'}}], {"Items": {"S": '"Items":[}],'}}, 3, False)
def test_the_items_of_a_page_are_those_of_its_answer(
    found: list[Any], last: Any, order: int, spaced: bool
) -> None:
    page = read(answer(found, last, order=order, spaced=spaced))
    assert page.items == found
    assert (page.count, page.scanned, page.units) == (len(found), 9, 1.5)
    assert page.next == (orjson.dumps(last).decode() if last else None)
    assert not any(b"\n" in text for text in page.texts)


@given(st.lists(st.dictionaries(names, values, max_size=2), max_size=5), st.integers(0, 9))
@example([{}, {"a": {"L": [{"M": {}}, {"M": {}}]}}], 0)
def test_items_of_which_nothing_was_asked_for_are_items(found: list[Any], order: int) -> None:
    assert read(answer(found, order=order), SOME).items == found


PLAIN = {"id": {"S": "a"}, "note": {"S": "b"}}
LISTS = {"id": {"S": "a"}, "list": {"L": [{"M": {"x": {"N": "1"}}}, {"M": {}}, {"M": {"y": {"S": "}"}}}]}}


@pytest.mark.parametrize("found", [[PLAIN], [PLAIN] * 3, [LISTS], [LISTS, PLAIN, LISTS]])
def test_most_pages_are_not_parsed(found: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_parsed", None)
    page = read(answer(found, {"id": {"S": "b"}}))
    assert page.texts == [orjson.dumps(item) for item in found]


def test_an_item_is_spelled_as_it_came() -> None:
    body = b'{"Items":[{"a":{"S":"\\u00e9\\/"}},{"a":{"N":"1.50"}}],"Count":2,"ScannedCount":2}'
    assert read(body).texts == [b'{"a":{"S":"\\u00e9\\/"}}', b'{"a":{"N":"1.50"}}']


def test_a_count_has_no_items() -> None:
    page = read(b'{"Count":3,"ScannedCount":9}', replace(ALL, count=True))
    assert (page.texts, page.count, page.scanned, page.next) == ((), 3, 9, None)


@given(st.lists(items, min_size=1, max_size=3), st.data())
def test_what_broke_off_is_no_page(found: list[Any], data: st.DataObject) -> None:
    body = answer(found)
    assert page_of(body[: data.draw(st.integers(0, len(body) - 1))], ALL) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'"Count"', b"<html>", b'{"Count":1}'])
def test_what_is_something_else_is_no_page(body: bytes) -> None:
    assert page_of(body, ALL) is None
