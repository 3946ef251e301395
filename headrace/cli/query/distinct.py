"""The distinct values of an attribute, with how many items have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator

from headrace.items.equality import canonical_value
from headrace.ports import Item


def distinct_values(items: Iterable[Item], attribute: str) -> Iterator[Item]:
    """Items with `value` and `count`, the most frequent first; items without the attribute have no `value`.

    What is held is each value once. `1` and `1.0` are one value, as they are to DynamoDB.
    """
    counts: Counter[Hashable] = Counter()
    values: dict[Hashable, Item] = {}
    for item in items:
        value = item.get(attribute)
        key = None if value is None else canonical_value(value)
        counts[key] += 1
        values.setdefault(key, {} if value is None else {"value": value})
    for key, count in counts.most_common():
        yield values[key] | {"count": {"N": str(count)}}
