"""Items of every type that DynamoDB takes, in DynamoDB JSON."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import strategies as st

from headrace.items.number import number_key

texts = st.text(max_size=6)
names = st.text(min_size=1, max_size=4)
binaries = st.binary(max_size=6).map(lambda data: base64.b64encode(data).decode())
numbers = st.one_of(
    st.integers(-(10**37), 10**37).map(str),
    st.decimals(-9999, 9999, places=4).map(str),
    st.tuples(st.integers(1, 10**38 - 1), st.integers(-130, 87)).map(lambda parts: f"{parts[0]}E{parts[1]}"),
)


def _set_of(members: st.SearchStrategy[str], key: Any = None) -> st.SearchStrategy[list[str]]:
    return st.lists(members, min_size=1, max_size=3, unique_by=key or (lambda member: member))


_plain = {"S": texts, "N": numbers, "BOOL": st.booleans(), "NULL": st.just(True)}
_scalars = _plain | {
    "B": binaries,
    "SS": _set_of(texts),
    "NS": _set_of(numbers, number_key),
    "BS": _set_of(binaries),
}


def _values(kinds: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    leaves = st.one_of([st.fixed_dictionaries({kind: content}) for kind, content in kinds.items()])
    return st.recursive(
        leaves,
        lambda inner: (
            st.fixed_dictionaries({"L": st.lists(inner, max_size=3)})
            | st.fixed_dictionaries({"M": st.dictionaries(names, inner, max_size=3)})
        ),
        max_leaves=8,
    )


values = _values(_scalars)
plain_values = _values(_plain)
"""Those that plain JSON has."""


def items(of: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """With the key `id`, a text."""
    own = st.dictionaries(names.filter(lambda name: not name.startswith("_headrace_")), of, max_size=5)
    keys = st.text(min_size=1, max_size=9).map(lambda text: {"id": {"S": text}})
    return st.builds(lambda item, key: item | key, own, keys)
