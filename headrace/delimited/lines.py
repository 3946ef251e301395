"""Lines of a byte stream, as a file opened with `newline=""` gives them, in bounded memory.

Text in an encoding that has ASCII's bytes for ASCII's characters stays bytes until a line is
decoded; UTF-16 is decoded first, as a byte of it says nothing alone.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from typing import AnyStr

from headrace.delimited.dialect import MAX_RECORD_BYTES
from headrace.delimited.encoding import TextEncoding
from headrace.errors import SourceFormatError

PIECE = 256 * 1024
"""Splitting a piece takes many times its size in memory, and is quicker where it fits a cache."""


def whole_lines(blocks: Iterable[AnyStr], newline: AnyStr, carriage_return: AnyStr) -> Iterator[AnyStr]:
    """The same text in pieces that end where a line ends; only the last piece may not.

    Raises:
        SourceFormatError: a line is longer than any record may be.
    """
    rest = newline[:0]
    for part, is_whole in _cut_at_lines(blocks, newline, carriage_return):
        if rest.endswith(carriage_return) and not part.startswith(newline):
            yield rest
            rest = newline[:0]
        text = rest + part if rest else part
        if is_whole:
            yield text
        else:
            check_line(text)
        rest = newline[:0] if is_whole else text
    if rest:
        yield rest


def check_line(text: str | bytes) -> None:
    """Raises SourceFormatError: it is longer than any record may be."""
    if len(text) > MAX_RECORD_BYTES:
        raise SourceFormatError(
            f"a line is longer than {MAX_RECORD_BYTES} bytes: is this the text that the job's format says?"
        )


def _cut_at_lines(
    blocks: Iterable[AnyStr], newline: AnyStr, carriage_return: AnyStr
) -> Iterator[tuple[AnyStr, bool]]:
    """Small parts of the blocks, each with whether it surely ends with a line."""
    for block in blocks:
        at = 0
        while at < len(block):
            most = min(at + PIECE, len(block))
            end = last_line_end(block, at, most, newline, carriage_return)
            yield block[at : end or most], end > 0
            at = end or most


def last_line_end(text: AnyStr, start: int, stop: int, newline: AnyStr, carriage_return: AnyStr) -> int:
    """0: no line ends there."""
    end = text.rfind(newline, start, stop) + 1
    # A carriage return at the very end may be the first half of a line end.
    return text.rfind(carriage_return, max(start, end), stop - 1) + 1 or end


def byte_pieces(blocks: Iterable[bytes]) -> Iterator[bytes]:
    return whole_lines(blocks, b"\n", b"\r")


def text_pieces(blocks: Iterable[bytes], encoding: TextEncoding) -> Iterator[str]:
    return whole_lines(_decoded(blocks, encoding), "\n", "\r")


def _decoded(blocks: Iterable[bytes], encoding: TextEncoding) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding.codec)(encoding.errors)
    for block in blocks:
        if text := decoder.decode(block):
            yield text
    half, _ = decoder.getstate()
    if half:
        yield "".join(chr(0xDC00 + byte) for byte in half)


def read_lines(blocks: Iterable[bytes], encoding: TextEncoding) -> Iterator[tuple[str, int]]:
    """Each line with its line end, and its size in bytes."""
    if encoding.wide:
        for text in text_pieces(blocks, encoding):
            for line in split_lines(text):
                yield line, len(encoding.encode(line))
        return
    for piece in byte_pieces(blocks):
        for data in piece.splitlines(keepends=True):
            yield encoding.decode(data), len(data)


def split_lines(text: str) -> Iterator[str]:
    """`str.splitlines` would also cut at form feeds and other characters that end no line here."""
    return iter(io.StringIO(text, newline=""))
