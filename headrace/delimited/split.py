"""Where a delimited text may be cut: at the end of a record, and nowhere else.

A newline ends a record unless it is quoted or escaped, and whether it is depends on everything
before it. So the whole text is looked at once, in order, by a scanner that follows the csv module's
state over pieces of whole lines. Memory is bounded by a piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from headrace.delimited.chunk import Chunk, Limits
from headrace.delimited.counting import count_bytes, table_of
from headrace.delimited.dialect import MAX_RECORD_BYTES, State
from headrace.delimited.encoding import TextEncoding
from headrace.delimited.lines import text_pieces
from headrace.delimited.scanner import Scanner
from headrace.delimited.views import Text, ends_line, line_end, line_views
from headrace.errors import SourceFormatError
from headrace.job.model import Format

_UTF_8 = TextEncoding("utf-8")
_CHARACTERS = table_of(bytes({*range(256)} - {*range(0x80, 0xC0)}))
_BEYOND_TWO_BYTES = table_of(bytes(range(0xF0, 0x100)))


def find_chunks(
    blocks: Iterable[bytes], form: Format, encoding: TextEncoding, limits: Limits, start: int, row: int
) -> Iterator[Chunk]:
    """Cuts the text of `blocks` into chunks.

    Args:
        blocks: the object's bytes from `start`, where a record starts.
        row: the number of that record.

    Raises:
        SourceFormatError: a record is longer than any item can be.
    """
    if encoding.wide:
        # A byte of UTF-16 says nothing alone, one of UTF-8 does.
        pieces = (text.encode("utf-8", "surrogatepass") for text in text_pieces(blocks, encoding))
        return _Cutter(form, _UTF_8, _utf_16_size, 2, limits, start, row).cut(pieces)
    return _Cutter(form, encoding, len, 1, limits, start, row).cut(line_views(blocks))


def _utf_16_size(text: Text) -> int:
    """Bytes of UTF-16, by the first byte of each character of UTF-8."""
    return 2 * (count_bytes(text, _CHARACTERS) + count_bytes(text, _BEYOND_TWO_BYTES))


class _Cutter:
    """Walks over pieces of whole lines and remembers where the current chunk began.

    Args:
        encoding: of the pieces.
        size: how many bytes of the object a part of a piece is; `width` is the most for one byte.
    """

    def __init__(
        self,
        form: Format,
        encoding: TextEncoding,
        size: Callable[[Text], int],
        width: int,
        limits: Limits,
        start: int,
        row: int,
    ) -> None:
        self._scanner = Scanner(form, encoding)
        self._size = size
        self._width = width
        self._limits = limits
        self._start = self._position = self._record_end = start
        self._row = row
        self._records = 0
        self._state = State.RECORD

    def cut(self, pieces: Iterable[Text]) -> Iterator[Chunk]:
        unterminated = False
        for piece in pieces:
            yield from self._cut_piece(piece)
            unterminated = not ends_line(piece)
        if unterminated or self._state is not State.RECORD:
            self._records += 1
        if self._position > self._start:
            yield self._chunk()

    def _cut_piece(self, piece: Text) -> Iterator[Chunk]:
        at = 0
        while at < len(piece):
            missing = self._start + self._limits.bytes - self._position
            text, crowded = self._step(piece, at, max(missing // self._width, 1))
            at += len(text)
            full = crowded or self._position - self._start >= self._limits.bytes
            if full and self._state is State.RECORD and ends_line(text):
                yield self._chunk()
                self._start, self._row, self._records = self._position, self._row + self._records, 0

    def _step(self, piece: Text, at: int, length: int) -> tuple[Text, bool]:
        """Follows whole lines from `at`, of about `length` or of a part of it where those have too many
        records, and says whether the chunk is full of them now."""
        room = self._limits.records - self._records
        length = min(length, len(piece) - at)
        crowded = False
        while True:
            text = piece[at : line_end(piece, at + length)]
            records, state = self._scanner.advance(text, self._state)
            begun = records + (state is not State.RECORD)
            if begun <= room or length == 1:
                break
            crowded, length = True, length // 2
        self._state = state
        self._follow(records, self._size(text))
        return text, crowded or records >= room

    def _follow(self, records: int, size: int) -> None:
        self._records += records
        self._position += size
        if records:
            self._record_end = self._position
        elif self._position - self._record_end > MAX_RECORD_BYTES:
            raise SourceFormatError(
                f"row {self._row + self._records} is longer than {MAX_RECORD_BYTES} bytes "
                f"before byte {self._position}: is a quote unbalanced there?"
            )

    def _chunk(self) -> Chunk:
        return Chunk(self._start, self._position, self._row, self._records)
