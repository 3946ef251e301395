"""Records of a delimited text many at a time: pieces of whole records, each cut into cells at once.

Each piece can also be read record by record, by the reader that defines what a record is: that is for
the rows of a piece that are not in its cells, and for all that is too long to be cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from headrace.delimited.cells import Cut
from headrace.delimited.cutting import Cutter
from headrace.delimited.dialect import MAX_RECORD_BYTES
from headrace.delimited.encoding import TextEncoding
from headrace.delimited.lines import byte_pieces
from headrace.delimited.records import RecordReader
from headrace.job.model import Format

_BYTES = 256 * 1024
"""Of a piece: what is made of it on the way takes many times its size in memory."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole records, the first of them row `row`. `end`: the byte offset behind them. `cut`: None where
    they are only to be read one by one."""

    reader: RecordReader
    row: int
    end: int
    cut: Cut | None


class BatchReader:
    """Iterates over the batches of `blocks`.

    Args:
        blocks: bytes from the start of a record on.
        width: how many columns there are.
        offset: where in the object the bytes start.
        row: number of the first record.

    Raises (while iterating or reading a batch):
        SourceFormatError: as the RecordReader does.
    """

    def __init__(
        self,
        blocks: Iterable[bytes],
        form: Format,
        encoding: TextEncoding,
        width: int,
        offset: int = 0,
        row: int = 1,
    ) -> None:
        self._pieces = _smaller(byte_pieces(blocks))
        self._form = form
        self._encoding = encoding
        self._cutter = Cutter(form, encoding, width)
        self._offset = offset
        self._row = row

    def __iter__(self) -> Iterator[Batch]:
        rest = b""
        while piece := self._next_piece(rest):
            data = rest + piece
            if len(data) > MAX_RECORD_BYTES:
                yield self._uncut(chain([data], self._pieces))
                return
            cut = self._cutter.cut(data)
            rest = cut.rest
            if cut.records:
                yield self._batch(data[: len(data) - len(rest)], cut)
        if rest:
            yield self._uncut([rest])

    def _next_piece(self, rest: bytes) -> bytes:
        """As long as what it is to continue, so that no record is looked at again and again."""
        taken, size = list[bytes](), 0
        for piece in self._pieces:
            taken.append(piece)
            size += len(piece)
            if size >= len(rest):
                break
        return b"".join(taken)

    def _batch(self, data: bytes, cut: Cut) -> Batch:
        reader, row = self._uncut([data]).reader, self._row
        self._offset += len(data)
        self._row += cut.records
        return Batch(reader, row, self._offset, cut)

    def _uncut(self, blocks: Iterable[bytes]) -> Batch:
        reader = RecordReader(blocks, self._form, self._encoding, self._offset, self._row)
        return Batch(reader, self._row, self._offset, None)


def _smaller(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        at = 0
        while at < len(piece):
            most = at + _BYTES
            end = piece.rfind(b"\n", at, most) + 1 or piece.find(b"\n", most) + 1 or len(piece)
            yield piece[at:end]
            at = end
