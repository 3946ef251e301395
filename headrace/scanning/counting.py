"""Counts a segment's items, and does nothing else with them."""

from __future__ import annotations

from collections.abc import Callable

from headrace.ledger import UnitRecord
from headrace.ports import Page
from headrace.scanning.sink import PageByPage, UnitLedger, advanced


class CountSink(PageByPage):
    """
    Args:
        rows: how many of a page's items count, where it is not all of them.
    """

    def __init__(self, ledger: UnitLedger, job: str, rows: Callable[[Page], int] | None = None) -> None:
        super().__init__(ledger, job)
        self._rows = rows

    def take(self, record: UnitRecord, page: Page) -> UnitRecord:
        rows = self._rows(page) if self._rows else page.count
        return self.leave(advanced(record, page, rows=rows))
