"""What becomes of the pages of a segment: the `Sink`, one for each kind of target."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from headrace.ledger import Stop, Tally, UnitRecord, add_tallies
from headrace.ports import Page


class Sink(Protocol):
    """Where one segment's pages go, in one invocation of its worker."""

    def take(self, record: UnitRecord, page: Page) -> UnitRecord:
        """Takes a page. `record` stands at the page's start and comes back standing behind it.

        Raises:
            OutOfTimeError: nothing of the page was taken (see `headrace.scanning.pages`).
            TurnLostError: another worker has the unit now.
            JobError, TransientError: see the ports.
        """
        ...

    def leave(self, record: UnitRecord) -> UnitRecord:
        """Makes all that was taken durable and saves the record, whose state says whether the segment
        is done."""
        ...

    def abandon(self) -> None:
        """Gives up what is not durable, after an error."""
        ...


class UnitLedger(Protocol):
    """What a segment's worker needs of the ledger."""

    def take_unit(self, job: str, fresh: UnitRecord) -> UnitRecord: ...

    def save_unit(self, job: str, record: UnitRecord) -> None: ...

    def stopped(self, job: str) -> Stop | None: ...


class PageByPage:
    """A sink that holds nothing back: it saves the record with each page."""

    def __init__(self, ledger: UnitLedger, job: str) -> None:
        self._ledger = ledger
        self._job = job

    def leave(self, record: UnitRecord) -> UnitRecord:
        self._ledger.save_unit(self._job, record)
        return record

    def abandon(self) -> None:
        """There is nothing to give up."""


def advanced(record: UnitRecord, page: Page, **tally: Any) -> UnitRecord:
    """The record behind a page, and none in flight.

    Args:
        record: at the page's start; its `sent` counts the page's messages already.
        tally: what the page adds beside what it cost: `requests`, `delivered`, ... `records` and `rows`
            are the page's items where they are not given.
    """
    taken = {"records": page.count, "rows": page.count, "scanned": page.scanned, "read_units": page.units}
    return replace(
        record,
        key=page.next,
        page=record.page + 1,
        first_message=record.sent,
        mark="",
        pending=0,
        tally=add_tallies(record.tally, Tally(**taken | tally)),
    )
