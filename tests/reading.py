"""What DynamoDB does for a Scan and for a Query, over items in memory: for the fake of Tables.

It knows few forms of expressions, and stops the test at any other.
"""

from __future__ import annotations

import base64
import bisect
import hashlib
import operator
import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from headrace.errors import ReadRefusedError
from headrace.items.equality import canonical_value
from headrace.items.size import item_size
from headrace.ports import Item, KeyAttribute, Page, ReadRequest, TableSchema

Predicate = Callable[[Item], bool]
_HASHES = 1 << 64
_COMPARISON = re.compile(r"(\S+?)\s*(=|<>|<=|>=|<|>)\s*(:\w+)")
_FUNCTION = re.compile(
    r"(begins_with|attribute_exists|attribute_not_exists)\s*\(\s*([^\s,)]+)(?:\s*,\s*(:\w+))?\s*\)"
)
_BETWEEN = re.compile(r"(\S+)\s+BETWEEN\s+(:\w+)\s+AND\s+(:\w+)")
_AND = re.compile(r"\s+AND\s+(?!:)")
_NAME = re.compile(r"#?\w+")
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def read_page(schema: TableSchema, items: list[Item], request: ReadRequest, page_items: int) -> Page:
    """
    Args:
        page_items: how many items at most a page looks at, as DynamoDB stops a page at 1 MiB.
    """
    expressions = Expressions(request)
    keys = schema.keys_of(request.index)
    _check(schema, request, keys, expressions)
    matches = expressions.condition(request.filter)
    names = expressions.names_of(request.projection)
    is_asked_for = _selection(request, keys[0], expressions)
    expressions.check_all_used()
    order = _order(schema, keys)
    rows = sorted((item for item in items if _is_in_index(item, keys) and is_asked_for(item)), key=order)
    if request.start is not None:
        start = order(orjson.loads(request.start))
        behind = bisect.bisect_right(rows, start, key=order)
        rows = rows[: bisect.bisect_left(rows, start, key=order)] if request.reverse else rows[behind:]
    if request.reverse:
        rows.reverse()
    size = min(page_items, request.limit or page_items)
    seen = rows[:size]
    found = [item for item in seen if matches(item)]
    units = -(-sum(map(item_size, seen)) // 4096) * (1.0 if request.consistent else 0.5)
    return Page(
        texts=() if request.count else [orjson.dumps(_projected(item, names)) for item in found],
        count=len(found),
        scanned=len(seen),
        next=_next(schema, keys, seen[-1]) if len(seen) == size else None,
        units=units,
    )


def is_less(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Values of different types are not comparable: false."""
    return _compare(operator.lt, one, other)


def _check(
    schema: TableSchema, request: ReadRequest, keys: tuple[KeyAttribute, ...], expressions: Expressions
) -> None:
    if not keys:
        raise _refused(request, f"The table does not have the specified index: {request.index}")
    if not 0 <= request.segment < request.segments <= 1_000_000:
        raise _refused(request, "Segment must be less than TotalSegments, and that at most 1000000")
    if request.limit is not None and request.limit < 1:
        raise _refused(request, "Limit must be greater than or equal to 1")
    if request.index and request.consistent and keys[0].name != schema.primary[0].name:
        raise _refused(request, "Consistent reads are not supported on global secondary indexes")
    if request.key_condition and keys[0].name not in expressions.equal_names(request.key_condition):
        raise _refused(request, f"Query condition missed key schema element: {keys[0].name}")


def _is_in_index(item: Item, keys: tuple[KeyAttribute, ...]) -> bool:
    return all(key.type in item.get(key.name, {}) for key in keys)


def _selection(request: ReadRequest, partition: KeyAttribute, expressions: Expressions) -> Predicate:
    if request.key_condition:
        return expressions.condition(request.key_condition)
    return lambda item: _hash(item, partition) * request.segments // _HASHES == request.segment


def _order(schema: TableSchema, keys: tuple[KeyAttribute, ...]) -> Callable[[Item], Any]:
    """Partitions by their hash, each by its sort key: an order that stays when others come and go."""
    return lambda item: (
        _hash(item, keys[0]),
        [_comparable(item[key.name]) for key in keys],
        [_comparable(item[key.name]) for key in schema.primary],
    )


def _hash(item: Item, key: KeyAttribute) -> int:
    return _hash_of(canonical_value(item[key.name]))


@lru_cache(1 << 20)
def _hash_of(key: Hashable) -> int:
    return int.from_bytes(hashlib.sha256(repr(key).encode()).digest()[:8], "big")


def _next(schema: TableSchema, keys: tuple[KeyAttribute, ...], last: Item) -> str:
    return orjson.dumps({key.name: last[key.name] for key in (*keys, *schema.primary)}).decode()


def _projected(item: Item, names: frozenset[str] | None) -> Item:
    return {name: value for name, value in item.items() if names is None or name in names}


def _comparable(value: Mapping[str, Any]) -> Any:
    ((kind, content),) = value.items()
    if kind == "N":
        return Decimal(content)
    return content.encode() if kind == "S" else base64.b64decode(content)


def _compare(holds: Callable[[Any, Any], bool], one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one.keys() == other.keys() <= {"S", "N", "B"} and holds(_comparable(one), _comparable(other))


def _refused(request: ReadRequest, reason: str) -> ReadRefusedError:
    return ReadRefusedError(f"scan: DynamoDB refuses to read table {request.table!r}: {reason}")


@dataclass
class Expressions:
    """The expressions of a request, terms such as `#n = :v` and `begins_with(n, :v)` joined by AND."""

    request: ReadRequest
    used: set[str] = field(default_factory=set)

    def condition(self, text: str | None) -> Predicate:
        terms = [self._term(term) for term in _AND.split(text.strip())] if text else []
        return lambda item: all(term(item) for term in terms)

    def names_of(self, text: str | None) -> frozenset[str] | None:
        return frozenset(self._name(name.strip()) for name in text.split(",")) if text else None

    def equal_names(self, text: str) -> set[str]:
        return {self._name(name) for name, sign, _ in _COMPARISON.findall(text) if sign == "="}

    def check_all_used(self) -> None:
        for kind, given in (("Names", self.request.names), ("Values", self.request.values)):
            unused = sorted(set(given) - self.used)
            if unused:
                reason = f"Value provided in ExpressionAttribute{kind} unused in expressions: {unused}"
                raise _refused(self.request, reason)

    def _term(self, text: str) -> Predicate:
        if match := _COMPARISON.fullmatch(text):
            return self._comparison(*match.groups())
        if match := _BETWEEN.fullmatch(text):
            name, low, high = match.groups()
            bounds = self._comparison(name, ">=", low), self._comparison(name, "<=", high)
            return lambda item: all(holds(item) for holds in bounds)
        match = _FUNCTION.fullmatch(text)
        assert match, f"the fake does not know the expression {text!r}"
        name = self._name(match[2])
        if match[1] == "attribute_exists":
            return lambda item: name in item
        if match[1] == "attribute_not_exists":
            return lambda item: name not in item
        value = self._value(match[3])
        return lambda item: _begins_with(item.get(name, {}), value)

    def _comparison(self, typed: str, sign: str, reference: str) -> Predicate:
        name, value = self._name(typed), self._value(reference)
        if sign in _OPERATORS:
            return lambda item: _compare(_OPERATORS[sign], item.get(name, {}), value)
        is_equal = sign == "="
        return lambda item: (_is(item.get(name), value)) is is_equal

    def _name(self, text: str) -> str:
        assert _NAME.fullmatch(text), f"the fake does not know the path {text!r}"
        if not text.startswith("#"):
            return text
        self.used.add(text)
        if text not in self.request.names:
            reason = f"An expression attribute name used in the document path is not defined; name: {text}"
            raise _refused(self.request, reason)
        return self.request.names[text]

    def _value(self, text: str) -> Mapping[str, Any]:
        self.used.add(text)
        if text not in self.request.values:
            reason = f"An expression attribute value used in expression is not defined; value: {text}"
            raise _refused(self.request, reason)
        return self.request.values[text]


def _is(found: Mapping[str, Any] | None, value: Mapping[str, Any]) -> bool:
    return found is not None and canonical_value(found) == canonical_value(value)


def _begins_with(found: Mapping[str, Any], start: Mapping[str, Any]) -> bool:
    return "N" not in found and _compare(lambda one, other: one.startswith(other), found, start)
