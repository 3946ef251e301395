"""A job in numbers, from which all that it takes follows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from headrace.job.model import Job, Operation
from headrace.messages import MAX_MESSAGE_BYTES
from headrace.sending import MAX_ENTRIES

MESSAGE_BYTES = Job("", "").message_bytes
_WINDOW_BYTES = Job("", "").window_bytes

READ_UNIT_BYTES = 4096
PAGE_BYTES = 1_000_000
"""Of a page of a Scan, about. Source: Amazon DynamoDB Developer Guide, "Paginating table query results"."""

BLOCK_BYTES = 4 * 1024 * 1024
"""That are read at once of an object."""


@dataclass(frozen=True, slots=True)
class Volume:
    """
    `units`: work units of all phases. `rows`: records or items that are read. `items`: what is written,
    sent, exported or deleted of them. `read_bytes`: of the table, once through. `read_units`: of all times
    that it is read. `write_units`: by index, "" for the table itself. `text_bytes`: of an item as the job
    spells it. `message_bytes`: of a full message to the write queue. `writes_singly`: an item a call.
    `source_bytes`: of the text that is loaded, as it is stored.
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
    source_bytes: float = 0

    @property
    def message_text(self) -> float:
        """Bytes of all messages to the write queue; none of jobs that have no writers."""
        return self.items * self.text_bytes if self.write_units else 0.0

    @property
    def messages(self) -> int:
        """To the write queue. The last one of a unit is half full on average, and none is without an item."""
        full = self.message_text / self.message_bytes
        return math.ceil(min(full + self.units / 2, self.items)) if full else 0

    @property
    def sends(self) -> int:
        """Batches in which loaders send the messages: as many as are within SQS's limit together."""
        together = min(MAX_ENTRIES, MAX_MESSAGE_BYTES // min(self.message_bytes, MAX_MESSAGE_BYTES))
        return math.ceil(self.messages / together)

    @property
    def windows(self) -> int:
        """Of all units that read text."""
        return max(self.units, math.ceil(self.source_bytes / _WINDOW_BYTES))

    @property
    def blocks(self) -> int:
        """Of the text, as it is read from S3."""
        return math.ceil(self.source_bytes / BLOCK_BYTES)

    @property
    def pages(self) -> int:
        """Of the table, once through."""
        return math.ceil(self.read_bytes / PAGE_BYTES)


def scan_units(size: float, is_consistent: bool = False) -> float:
    """Read units for reading so many bytes of a table."""
    return math.ceil(size / READ_UNIT_BYTES) * (1.0 if is_consistent else 0.5)
