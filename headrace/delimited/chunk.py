"""A part of a text that is a text of its own, and how large it may be."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes `start` to before `end`; its first record is row `row`, and it has `records` of them."""

    start: int
    end: int
    row: int
    records: int


@dataclass(frozen=True, slots=True)
class Limits:
    """A chunk ends at the first record end at or after `bytes`, and before that where it would have
    more than `records` records."""

    bytes: int
    records: int = sys.maxsize
