"""Cuts the items out of a page of a Scan or a Query without reading them.

Between two items of compact JSON stands `}},{"`. The same five characters may stand elsewhere, in a list of
maps or at the end of a text, but the answer also says how many items it has: where they stand as often as
that takes, each of them is an end of an item. Any other page is parsed, and its items are spelled anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from headrace.compact import compact_json
from headrace.ports import Page, ReadRequest

_ITEMS = b'"Items":['
_LAST = b"}]"
_BETWEEN = b'}},{"'
_CUT = b'}}\n{"'
_EMPTY = b"{}"
_IN_A_LIST = re.compile(rb'\}\}\n\{"M":\{(?=\}|"(?!M")[^"\\]*":\{)')
"""A cut before a map of a list. An item whose first attribute is called M has a type there, and an object
behind a type only where that is M."""


def page_of(body: bytes, request: ReadRequest) -> Page | None:
    """None: the answer is no page, or has come in parts.

    Args:
        body: the answer to `request`, as it came.
    """
    return _cut(body, request) or _parsed(body, request)


def _cut(body: bytes, request: ReadRequest) -> Page | None:
    """None: it is not certain where the items are."""
    start, end = body.find(_ITEMS) + len(_ITEMS), body.rfind(_LAST) + 1
    if request.count or not len(_ITEMS) <= start < end:
        return None
    # Where the last `}]` is not the array's end but in a text of the last key, this is no JSON.
    around = _object(body[:start] + body[end:])
    items = body[start:end]
    if around is None or b"\n" in items or (request.projection and _EMPTY in items):
        return None
    texts = _between(items, around["Count"])
    return None if texts is None else _page(texts, around)


def _between(items: bytes, count: int) -> list[bytes] | None:
    """Compact JSON has no line ends, and no item may be empty."""
    cut = items.replace(_BETWEEN, _CUT)
    texts = cut.split(b"\n")
    if len(texts) > count:
        texts = _IN_A_LIST.sub(rb'}},{"M":{', cut).split(b"\n")
    return texts if len(texts) == count else None


def _parsed(body: bytes, request: ReadRequest) -> Page | None:
    found = _object(body)
    if found is None:
        return None
    return _page(() if request.count else list(map(compact_json, found["Items"])), found)


def _object(text: bytes) -> dict[str, Any] | None:
    """The fields of an answer around its items; None: they are not there."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) and {"Count", "ScannedCount"} <= found.keys() else None


def _page(texts: Sequence[bytes], around: Mapping[str, Any]) -> Page:
    last = around.get("LastEvaluatedKey")
    return Page(
        texts=texts,
        count=around["Count"],
        scanned=around["ScannedCount"],
        next=orjson.dumps(last).decode() if last else None,
        units=around.get("ConsumedCapacity", {}).get("CapacityUnits", 0.0),
    )
