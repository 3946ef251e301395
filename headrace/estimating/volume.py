"""A job in numbers, from which all that it takes follows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from headrace.job.model import Job, Operation

MESSAGE_BYTES = Job("", "").message_bytes

READ_UNIT_BYTES = 4096
PAGE_BYTES = 1_000_000
"""Of a page of a Scan, about. Source: Amazon DynamoDB Developer Guide, "Paginating table query results"."""


@dataclass(frozen=True, slots=True)
class Volume:
    """
    `units`: work units of all phases. `rows`: records or items that are read. `items`: what is written,
    sent, exported or deleted of them. `read_bytes`: of the table, once through. `read_units`: of all times
    that it is read. `write_units`: by index, "" for the table itself. `text_bytes`: of an item as the job
    spells it. `message_bytes`: of a full message to the write queue. `writes_singly`: an item a call.
    """

    operation: Operation
    units: int
    rows: float
    items: float
    read_bytes: float = 0
    read_units: float = 0
    write_units: Mapping[str, float] = field(default_factory=dict)
    text_bytes: float = 0
    message_bytes: int = MESSAGE_BYTES
    items_per_message: int = 1
    writes_singly: bool = False

    @property
    def messages(self) -> int:
        """To the write queue; none of jobs that have no writers."""
        return math.ceil(self.items * self.text_bytes / self.message_bytes) if self.write_units else 0

    @property
    def pages(self) -> int:
        """Of the table, once through."""
        return math.ceil(self.read_bytes / PAGE_BYTES)


def scan_units(size: float, is_consistent: bool = False) -> float:
    """Read units for reading so many bytes of a table."""
    return math.ceil(size / READ_UNIT_BYTES) * (1.0 if is_consistent else 0.5)
