"""Whole lines of blocks of bytes as views into them: only lines that straddle blocks are copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from stringzilla import Str

from headrace.delimited.lines import PIECE, check_line, last_line_end

Text: TypeAlias = bytes | Str
"""`Str` is bytes too, but part of others."""


def line_views(blocks: Iterable[bytes]) -> Iterator[Text]:
    """The same text in pieces that end where a line ends; only the last piece may not.

    Raises:
        SourceFormatError: a line is longer than any record may be.
    """
    rest = b""
    for block in filter(None, blocks):
        start = _first_line_end(rest, block)
        if start is None:
            rest += block
            check_line(rest)
            continue
        if rest:
            yield rest + block[:start]
        end = last_line_end(block, start, len(block), b"\n", b"\r") or start
        yield from _views(block, start, end)
        rest = block[end:]
    if rest:
        yield rest


def _first_line_end(rest: bytes, block: bytes) -> int | None:
    """Where the line that `rest` begins ends in the block. None: not surely there."""
    if not rest:
        return 0
    if rest.endswith(b"\r"):
        return int(block.startswith(b"\n"))
    end = line_end(block, 1)
    # A carriage return at the very end may be the first half of a line end.
    return end if block.endswith(b"\n", 0, end) or end < len(block) else None


def _views(block: bytes, start: int, end: int) -> Iterator[Text]:
    whole = Str(block)
    while start < end:
        stop = min(start + PIECE, end)
        if stop < end:
            stop = last_line_end(block, start, stop, b"\n", b"\r") or line_end(block, stop)
        yield whole[start:stop]
        start = stop


def ends_line(text: Text) -> bool:
    return bool(text.endswith(b"\n") or text.endswith(b"\r"))


def line_end(text: Text, index: int) -> int:
    """The end of the line that reaches to `index` or beyond; the text's end if it ends before."""
    end: int = text.find(b"\n", index - 1) + 1 or len(text)
    lone: int = text.find(b"\r", index - 1, end)
    return end if lone < 0 or text[lone : lone + 2] == b"\r\n" else lone + 1
