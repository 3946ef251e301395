"""Items of every type that DynamoDB has, for the properties of exports."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import strategies as st

from headrace.items.number import canonical_number, number_key
from headrace.ports import Item

names = st.sampled_from(
    [
        "a",
        "b",
        "c",
        "a:S",
        "a:",
        ":N",
        "x,y",
        'q"',
        "two\nlines",
        "ü",
        "_headrace_row",
        "_headrace_line",
        "Item",
    ]
)
texts = st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(
    [
        "",
        " ",
        "null",
        "NULL",
        "\\N",
        "true",
        "1",
        "01",
        "a,b",
        'a"b',
        "a\r\nb",
        "a|b",
        "[]",
        "{}",
        "é",
        "漢",
        "\\",
        "\ufeff",
    ]
)
_spelled = st.sampled_from(
    ["0", "-1", "12345678901234567890123456789012345678", "1E+100", "-0.5", "1E-130", "9" * 38 + "E+87"]
)
numbers = st.integers(-(10**20), 10**20).map(str) | st.decimals(-9, 9, places=3).map(str).map(
    canonical_number
)
numbers = numbers | _spelled
binaries = st.binary(max_size=5).map(lambda data: base64.b64encode(data).decode())

scalars: dict[str, st.SearchStrategy[Any]] = {
    "S": texts,
    "N": numbers,
    "B": binaries,
    "BOOL": st.booleans(),
    "NULL": st.just(True),
}
sets: dict[str, st.SearchStrategy[Any]] = {
    "SS": st.lists(texts, min_size=1, max_size=3, unique=True),
    "NS": st.lists(numbers, min_size=1, max_size=3, unique_by=number_key),
    "BS": st.lists(binaries, min_size=1, max_size=3, unique=True),
}


def _of(kinds: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of([st.fixed_dictionaries({kind: content}) for kind, content in kinds.items()])


def _nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    maps = st.dictionaries(names | st.just("n"), inner, max_size=3)
    return _of({"L": st.lists(inner, max_size=3), "M": maps})


values = st.recursive(_of(scalars | sets), lambda inner: _nested(inner) | inner, max_leaves=6)
plain_values = st.recursive(
    _of({kind: scalars[kind] for kind in ("S", "N", "BOOL", "NULL")}),
    lambda inner: _nested(inner) | inner,
    max_leaves=6,
)
"""What JSON has."""


def of_type(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """Values of one type, lists and maps of what JSON has."""
    if kind == "L":
        return st.lists(plain_values, max_size=3).map(lambda content: {"L": content})
    if kind == "M":
        return st.dictionaries(names, plain_values, max_size=3).map(lambda content: {"M": content})
    return (scalars | sets)[kind].map(lambda content: {kind: content})


keys = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=4
) | st.sampled_from(["NULL", "\\N", "null", "a,b", "\ufeff"])


@st.composite
def items(draw: st.DrawFn, inside: st.SearchStrategy[dict[str, Any]] = values) -> Item:
    return {"id": {"S": draw(keys)}, **draw(st.dictionaries(names, inside, max_size=4))}
