"""Makes the write requests of many rows at once, straight from their cells: the hot path of a load.

Nothing is built of a row but its request. A row that cannot be made exactly, above all one that is a
reject, is left to whoever reads rows one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress

from headrace.delimited.cells import Cut
from headrace.items.codec import RowCodec
from headrace.items.column import NO_ITEM, ColumnEncoder, Share
from headrace.items.size import MAX_ITEM_BYTES, WRITE_UNIT_BYTES
from headrace.items.units import PutUnits
from headrace.job.model import WriteMode
from headrace.made import Made, joined_keys
from headrace.messages import for_sqs

_OPEN, _CLOSE = b'{"PutRequest":{"Item":{', b"}}}"
_END = b"\n"
"""Between requests: JSON does not have this byte."""
_ONE_UNIT_BYTES = len(_OPEN + _CLOSE) + WRITE_UNIT_BYTES
"""A put that is no longer takes one unit: what DynamoDB counts of an item is less than its JSON."""


class RowMaker:
    """Makes puts of the rows of a codec that it `can_make`."""

    def __init__(self, codec: RowCodec) -> None:
        self._encoders = _encoders(codec)
        self._units = PutUnits(codec, len(_OPEN + _CLOSE))
        self._keys = [self._encoders[name] for name, _ in codec.keys]

    @staticmethod
    def can_make(codec: RowCodec) -> bool:
        """Not deletes, nor items of which none would have what they are compared by."""
        job, attributes = codec.job, {column.attribute for column in codec.columns if not column.dropped}
        return job.mode is not WriteMode.DELETE and attributes >= {job.newer_by} - {None}

    def make(self, cut: Cut, row: int) -> Made:
        """The requests of those rows that are surely fine.

        Args:
            row: number of the first record.
        """
        columns, rows = cut.columns, _numbers(cut, row)
        shares, plain = list[Share](), set[int]()
        for one in self._encoders.values():
            of_column, is_plain = one.shares(columns[one.position])
            shares += of_column
            if is_plain:
                plain.add(one.position)
        text = for_sqs(_joined(shares, len(rows)))
        bodies = text.split(_END)
        bodies.pop()
        parts = [columns[one.position] for one in self._keys]
        largest = max(map(len, bodies), default=0)
        if largest > MAX_ITEM_BYTES or NO_ITEM in text:
            good = [len(body) <= MAX_ITEM_BYTES and NO_ITEM not in body for body in bodies]
            bodies, rows = list(compress(bodies, good)), list(compress(rows, good))
            parts = [list(compress(part, good)) for part in parts]
        keys = joined_keys([one.keys(part) for one, part in zip(self._keys, parts, strict=True)])
        units = self._units.count(bodies, columns, plain) if largest > _ONE_UNIT_BYTES else None
        return Made(rows, keys, bodies, units)


def _encoders(codec: RowCodec) -> dict[str, ColumnEncoder]:
    """By attribute. The table's partition key is in every item: commas stand on its side of all others."""
    places = {column.attribute: place for place, column in enumerate(codec.columns) if not column.dropped}
    anchor = places[codec.keys[0][0]]
    return {
        attribute: ColumnEncoder(
            codec.columns[place],
            place,
            codec.job,
            before=b"," if place > anchor else b"",
            behind=b"," if place < anchor else b"",
            needed=attribute == codec.job.newer_by,
        )
        for attribute, place in places.items()
    }


def _numbers(cut: Cut, row: int) -> Sequence[int]:
    if len(cut.rows) == cut.records:
        return range(row, row + cut.records)
    return [row + place for place in cut.rows]


def _joined(shares: Iterable[Share], rows: int) -> bytes:
    """The requests, from what stands side by side in their items."""
    sides = _merged([_OPEN, *shares, _CLOSE + _END])
    table = [b""] * (rows * len(sides))
    for place, side in enumerate(sides):
        table[place :: len(sides)] = [side] * rows if isinstance(side, bytes) else side
    return b"".join(table)


def _merged(shares: Iterable[Share]) -> list[Share]:
    """The same, those joined that are alike in all rows."""
    merged: list[Share] = [b""]
    for share in shares:
        last = merged[-1]
        if isinstance(share, bytes) and isinstance(last, bytes):
            merged[-1] = last + share
        else:
            merged.append(share)
    return merged
