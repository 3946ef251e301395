"""Write units of puts, by the length of their JSON where that tells them: to read it takes much longer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import orjson

from headrace.items.codec import RowCodec
from headrace.items.header import HeaderColumn
from headrace.items.number import MAX_DIGITS, MAX_MAGNITUDE, MIN_MAGNITUDE
from headrace.items.size import item_size, write_units
from headrace.job.model import AttributeType
from headrace.messages import content_of

_AROUND_TEXT = len(':{"S":""},')
_NULL = len(':{"NULL":true},') - 1
_PER_ESCAPE = len(r"\u0001") - 1
_LONGEST_NUMBER = len("-0.") - MIN_MAGNITUDE + MAX_DIGITS + MAX_MAGNITUDE
_MEASURED = {AttributeType.S, AttributeType.N, AttributeType.TTL}


class PutUnits:
    """
    Args:
        envelope: bytes of a put around its attributes.
    """

    def __init__(self, codec: RowCodec, envelope: int) -> None:
        keys = {name for name, _ in codec.keys}
        self._envelope = envelope - 1  # the comma that the last attribute lacks
        self._columns = [
            _Column.of(column, place, column.attribute in keys)
            for place, column in enumerate(codec.columns)
            if not column.dropped
        ]
        self._are_measured = all(column.type in _MEASURED for column in codec.columns if not column.dropped)

    def count(
        self, bodies: Iterable[bytes], columns: Sequence[Sequence[bytes]], plain: Collection[int]
    ) -> list[int]:
        """The write units of each put.

        Args:
            columns: the cells that they were made of, and maybe more.
            plain: the columns whose cells are all in the puts as they are.
        """
        if not self._are_measured:
            return list(map(_read_units, bodies))
        bounds = [column.bounds(columns, column.place in plain) for column in self._columns]
        least, most = (self._envelope + sum(bound) for bound in zip(*bounds, strict=True))
        return [_units(body, least, most) for body in bodies]


@dataclass(frozen=True, slots=True)
class _Column:
    """`around`: how much longer an attribute of text is in JSON, with a comma, than DynamoDB counts it."""

    place: int
    is_number: bool
    is_key: bool
    around: int

    @classmethod
    def of(cls, column: HeaderColumn, place: int, is_key: bool) -> _Column:
        name = column.attribute
        around = len(orjson.dumps(name)) - len(name.encode()) + _AROUND_TEXT
        return cls(place, column.type is not AttributeType.S, is_key, around)

    def bounds(self, columns: Sequence[Sequence[bytes]], is_plain: bool) -> tuple[int, int]:
        """The same of any of its attributes, at least and at most. Escapes make it longer still."""
        if not self.is_number:
            most = self.around if is_plain else self.around - _AROUND_TEXT + _NULL
        else:
            most = self.around + (max(map(len, columns[self.place])) if is_plain else _LONGEST_NUMBER)
        # A number of one digit counts as two bytes. An attribute that is not there is no longer.
        return (self.around - self.is_number if is_plain or self.is_key else 0), most


def _units(body: bytes, least: int, most: int) -> int:
    escapes = body.count(b"\\") * _PER_ESCAPE if b"\\" in body else 0
    units = write_units(len(body) - least)
    return units if units == write_units(len(body) - most - escapes) else _read_units(body)


def _read_units(body: bytes) -> int:
    _, item = content_of(body.decode())
    return write_units(item_size(item))
