"""Write requests that were made of many rows at once, before anybody knows which of them are kept."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat

import orjson


@dataclass(frozen=True)
class Made:
    """Of each row, in their order: its number, its item's key, its request as JSON, and the write units
    that DynamoDB will take for that; None: one for each."""

    rows: Sequence[int] = ()
    keys: Sequence[bytes] = ()
    bodies: Sequence[bytes] = ()
    units: Sequence[int] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[bytes, bytes, int, int]]:
        """Key, request, units and number of each row."""
        units = repeat(1, len(self)) if self.units is None else self.units
        return zip(self.keys, self.bodies, units, self.rows, strict=True)

    @cached_property
    def size(self) -> int:
        """Bytes of the requests."""
        return sum(map(len, self.bodies))

    def between(self, start: int, end: int | None = None) -> Made:
        """Those of rows from number `start` to before `end`; None: to the last."""
        first = bisect_left(self.rows, start)
        last = len(self) if end is None else bisect_left(self.rows, end)
        rows, keys, bodies = self.rows[first:last], self.keys[first:last], self.bodies[first:last]
        return Made(rows, keys, bodies, self.units and self.units[first:last])

    def has(self, row: int) -> bool:
        place = bisect_left(self.rows, row)
        return place < len(self) and self.rows[place] == row


NOTHING = Made()


def key_bytes(parts: Sequence[str]) -> bytes:
    """A key as one value, and another value for every other key: its parts as in a JSON list."""
    return orjson.dumps(parts)[2:-2]


def joined_keys(parts: Sequence[Sequence[bytes]]) -> Sequence[bytes]:
    """What `key_bytes` makes of each key.

    Args:
        parts: of all keys the first parts, then the second parts, as `cells.escaped` spells them.
    """
    return parts[0] if len(parts) == 1 else list(map(b'","'.join, zip(*parts, strict=True)))
