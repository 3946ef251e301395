"""How a stream of items becomes batches, in bounded memory, in an order in which the last one wins.

Duplicates are settled in windows of some thousand items. The batches of a window have no key in common,
and so go out in any order; windows go one after the other.
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from headrace.aws.manager.values import typed_values
from headrace.aws.tables import to_wire
from headrace.errors import RequestInvalidError
from headrace.items.equality import canonical_item
from headrace.job.problems import Problems
from headrace.line_writer import LineWriter, OutOfTimeError, Sums
from headrace.messages import MAX_REQUESTS, content_of, delete_request, put_request, requests_of
from headrace.ports import Clock, Item, Tables

MAX_WINDOW_ITEMS = 5_000
MAX_WINDOW_BYTES = 8 * 1024 * 1024
"""Of requests as JSON."""


@dataclass(frozen=True, slots=True)
class FailedItem:
    """`item`: as it was given. `reason`: for a person."""

    item: Any
    reason: str


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of items: `read` = `written` + `superseded` + `failed`, always.

    `written` counts items that are deleted too. `superseded`: items of one window that have the key of a
    later one; those in other windows count as written, as they are, for a while.
    """

    read: int
    written: int
    superseded: int
    failures: tuple[FailedItem, ...] = ()

    @property
    def failed(self) -> int:
        return len(self.failures)


_Requests = dict[Hashable, tuple[str, Any]]
"""By key: the request as JSON, and the item that it came from."""


@dataclass(slots=True)
class _Window:
    """What is held at once."""

    requests: _Requests = field(default_factory=dict)
    bytes: int = 0
    read: int = 0
    superseded: int = 0
    failures: list[FailedItem] = field(default_factory=list)

    @property
    def full(self) -> bool:
        return self.read >= MAX_WINDOW_ITEMS or self.bytes >= MAX_WINDOW_BYTES

    def keep(self, key: Hashable, request: str, item: Any) -> None:
        self.superseded += key in self.requests
        self.requests[key] = request, item
        self.bytes += len(request)

    def result(self, refused: Iterable[FailedItem]) -> BatchResult:
        failures = (*self.failures, *refused)
        return BatchResult(self.read, self.read - self.superseded - len(failures), self.superseded, failures)


class Batches:
    """
    Args:
        keys: names of the table's key attributes.
        patience: seconds for which a batch is tried.
    """

    def __init__(
        self,
        tables: Tables,
        table: str,
        keys: Iterable[str],
        clock: Clock,
        rng: random.Random,
        patience: float,
    ) -> None:
        self._tables = tables
        self._table = table
        self._keys = tuple(keys)
        self._clock = clock
        self._rng = rng
        self._patience = patience

    def write(self, items: Iterable[Mapping[str, Any]], parallel: int, deletes: bool) -> BatchResult:
        """See `BatchMethods`."""
        with ThreadPoolExecutor(parallel) as pool:
            results = [self._flush(window, pool) for window in self._windows(items, deletes)]
        return BatchResult(
            read=sum(one.read for one in results),
            written=sum(one.written for one in results),
            superseded=sum(one.superseded for one in results),
            failures=tuple(failure for one in results for failure in one.failures),
        )

    def _windows(self, items: Iterable[Mapping[str, Any]], deletes: bool) -> Iterator[_Window]:
        window = _Window()
        for item in items:
            window.read += 1
            try:
                window.keep(*self._request(item, deletes), item)
            except RequestInvalidError as error:
                window.failures.append(FailedItem(item, str(error)))
            if window.full:
                yield window
                window = _Window()
        if window.read:
            yield window

    def _request(self, given: Mapping[str, Any], deletes: bool) -> tuple[Hashable, str]:
        """Its key, and the request as JSON. Raises RequestInvalidError."""
        problems = Problems(RequestInvalidError)
        item: Item = to_wire(typed_values(given, "item", problems))
        for name in self._keys:
            if name not in item:
                problems.add("item", f"there is no attribute {name!r}", "items with the table's keys")
        problems.raise_if_any()
        key = {name: item[name] for name in self._keys}
        request = delete_request(key) if deletes else put_request(item)
        return canonical_item(key), request.decode()

    def _flush(self, window: _Window, pool: Executor) -> BatchResult:
        entries = iter(window.requests.items())
        lines = iter(lambda: dict(islice(entries, MAX_REQUESTS)), {})
        return window.result(chain.from_iterable(pool.map(self._write, lines)))

    def _write(self, requests: _Requests) -> list[FailedItem]:
        """Writes at most 25 requests until the table has taken or refused them, or time is up."""
        end, sums = self._clock.now() + self._patience, Sums()
        writer = LineWriter(
            self._tables,
            self._table,
            None,
            self._clock,
            self._rng,
            lambda: end - self._clock.now(),
            reserve=0,
        )
        line = "[" + ",".join(request for request, _ in requests.values()) + "]"
        late: tuple[str, ...] = ()
        try:
            writer.write(line, sums)
        except OutOfTimeError as error:
            sums.refused += error.refused
            late = tuple(request for line in error.left for request in requests_of(line))
        reason = f"the table did not take it in {self._patience:g} seconds: {', '.join(sums.throttles)}"
        return [
            *(FailedItem(self._item_of(one.request, requests), one.reason) for one in sums.refused),
            *(FailedItem(self._item_of(request, requests), reason) for request in late),
        ]

    def _item_of(self, request: str, requests: _Requests) -> Any:
        _, content = content_of(request)
        _, item = requests[canonical_item({name: content[name] for name in self._keys})]
        return item
