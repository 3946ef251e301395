"""Counts bytes and short texts many bytes at a time (SIMD), by a library."""

from __future__ import annotations

from stringzilla import __capabilities__, bytesum, count, find, translate

from headrace.delimited.views import Text

SAMPLE = 1024
"""How much of a text's start tells, as a rule, what is frequent in it. Only speed depends on it."""

_TRANSLATES_QUICKLY = bool({"ice", "neon"} & set(__capabilities__))
"""With AVX-512 or NEON. With AVX2 it takes ten times as long, and jumping from match to match is quicker."""
_DENSE = 16
"""Bytes from one match to the next, up to which jumping never is. Measured."""


def table_of(wanted: bytes) -> bytes:
    """One for each of these bytes, nought for all others."""
    return bytes(byte in wanted for byte in range(256))


LINE_FEED, _RETURN = map(table_of, (b"\n", b"\r"))


def count_bytes(text: Text, table: bytes) -> int:
    """How many there are of the bytes of a `table_of`: a sum, which takes the same for few and for many."""
    return int(bytesum(translate(text, table)))


def count_text(text: Text, wanted: bytes) -> int:
    """What `bytes.count` says, which is quicker only where there is little else."""
    return int(count(text, wanted))


def has_text(text: Text, wanted: bytes) -> bool:
    return int(find(text, wanted)) >= 0


def is_frequent(text: Text, wanted: bytes, apart: int) -> bool:
    """Whether there is more than one in `apart` bytes, by the start of the text."""
    return bytes(text[:SAMPLE]).count(wanted) * apart > min(SAMPLE, len(text))


def count_line_ends(text: Text) -> int:
    """Of all three kinds: LF, CR LF, and CR alone."""
    if _TRANSLATES_QUICKLY or is_frequent(text, b"\n", _DENSE):
        feeds = count_bytes(text, LINE_FEED)
    else:
        feeds = count_text(text, b"\n")
    return feeds + count_text(text, b"\r") - count_text(text, b"\r\n") if b"\r" in text else feeds


def with_newlines(text: Text) -> Text:
    """The text with LF for CR LF, if all its lines end so, else as it is."""
    if b"\r" not in text:
        return text
    pairs = count_text(text, b"\r\n")
    are_alike = pairs == count_bytes(text, LINE_FEED) == count_bytes(text, _RETURN)
    return bytes(text).replace(b"\r", b"") if are_alike else text
