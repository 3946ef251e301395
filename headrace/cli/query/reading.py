"""The items of a request, page after page, as far as they are asked for."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from headrace.ports import Clock, Item, Page, ReadRequest, Tables
from headrace.scanning.pages import PageReader

_PATIENCE = 120.0
"""Seconds for which a table that is throttled is asked for a page."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """`head`: items to give at most. `looked_at`: items to read at most, before the filter."""

    head: int | None = None
    looked_at: int | None = None


class Reading:
    """Can be gone through once; then its numbers tell what that took. A page at a time is held.

    `given`: items. `scanned`: items that DynamoDB looked at. `units`: read units. `is_cut`: there may be
    more behind the bounds.
    """

    def __init__(
        self, tables: Tables, request: ReadRequest, bounds: Bounds, clock: Clock, rng: random.Random
    ) -> None:
        self._pages = PageReader(tables, clock, rng)
        self._clock = clock
        self._request = request
        self._bounds = bounds
        self.given = 0
        self.scanned = 0
        self.units = 0.0
        self.is_cut = False

    def __iter__(self) -> Iterator[Item]:
        """Raises as Tables.read; of throttling only after two minutes of it."""
        for page in self._read_pages():
            for item in page.items:
                if self.given == self._bounds.head:
                    self.is_cut = True
                    return
                self.given += 1
                yield item

    def _read_pages(self) -> Iterator[Page]:
        page = self._read(None)
        yield page
        while page.next is not None:
            if self.given == self._bounds.head or self.scanned == self._bounds.looked_at:
                self.is_cut = True
                return
            page = self._read(page.next)
            yield page

    def _read(self, start: str | None) -> Page:
        end = self._clock.now() + _PATIENCE
        request = replace(self._request, start=start, limit=self._limit)
        page = self._pages.read(request, lambda: end - self._clock.now(), 0)
        self.scanned += page.scanned
        self.units += page.units
        return page

    @property
    def _limit(self) -> int | None:
        """Of the next page: nothing is read that is not asked for."""
        wanted = [] if self._bounds.looked_at is None else [self._bounds.looked_at - self.scanned]
        if self._bounds.head is not None and not self._request.filter:
            wanted.append(self._bounds.head - self.given)
        return min(wanted, default=None)
