"""Many items by their keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count, islice
from typing import Any

from headrace.aws.manager.base import ManagerBase
from headrace.aws.manager.expressions import Projection, expressions
from headrace.aws.manager.items import Item
from headrace.aws.manager.values import Typed, plain_item, typed_item
from headrace.aws.tables import to_wire
from headrace.backoff import full_jitter
from headrace.errors import ThrottledError
from headrace.items.equality import canonical_item

MAX_KEYS = 100
"""Source: Amazon DynamoDB API Reference, BatchGetItem."""

_Key = dict[str, Typed]


class GetMethods(ManagerBase):
    def batch_get_items(
        self,
        table_name: str,
        keys: Iterable[Mapping[str, Any]],
        *,
        projection: Projection | None = None,
        consistent_read: bool = False,
        names: Mapping[str, str] | None = None,
    ) -> list[Item]:
        """The items with these keys, any number of them, in any order; of keys without an item nothing.

        Args:
            keys: each the table's key attributes, all of them and no others; one that is there twice
                gives one item.
            projection, consistent_read, names: as for `get_item`.

        Raises:
            ThrottledError: the table does not give some of them, also in the last try.

        >>> keys = [{"City": "Bern", "Day": 1}, {"City": "Bern", "Day": 2}]
        >>> manager.batch_get_items("Orders", keys, projection="Name")
        [{'Name': 'Ann'}]
        """
        typed = (typed_item(key, f"keys[{position}]") for position, key in enumerate(keys))
        unique = iter({canonical_item(to_wire(key)): key for key in typed}.values())
        asked = {"ConsistentRead": consistent_read, **expressions(None, names, projection=projection)}
        batches = iter(lambda: list(islice(unique, MAX_KEYS)), [])
        return [plain_item(item) for batch in batches for item in self._get_all(table_name, batch, asked)]

    def _get_all(self, table: str, keys: list[_Key], asked: Mapping[str, Any]) -> Iterator[_Key]:
        for attempt in count(1):
            request = {table: {"Keys": keys, **asked}}
            answer = self._call("batch_get_item", table, repeatable=True, RequestItems=request)
            yield from answer["Responses"].get(table, [])
            keys = answer["UnprocessedKeys"].get(table, {}).get("Keys", [])
            if not keys:
                return
            if attempt == self._max_tries:
                raise ThrottledError(
                    f"table {table!r}: {len(keys)} keys were not read (tried {attempt} times)"
                )
            self._clock.sleep(full_jitter(attempt - 1, self._rng))
