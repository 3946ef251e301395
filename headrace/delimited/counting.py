"""Counts characters in the way that is quickest in bytes.

Deleting a character jumps from one to the next (memchr), three times as fast as `bytes.count`, which
looks at every byte. Where there are many, the jumps cost more than they save.
"""

from __future__ import annotations

from typing import AnyStr

SAMPLE = 1024
"""How much of a text's start tells, as a rule, what is frequent in it. Only speed depends on it."""
_APART = 64
"""Bytes from one character to the next, from which on jumping is quicker. Measured."""


def count_char(text: AnyStr, char: AnyStr) -> int:
    """How many there are of one character, which is one byte in bytes."""
    if isinstance(text, str) or is_frequent(text, char, _APART):
        return text.count(char)
    return len(text) - len(text.replace(char, char[:0]))


def is_frequent(text: AnyStr, char: AnyStr, apart: int) -> bool:
    """Whether there is more than one in `apart`, by the start of the text."""
    return text.count(char, 0, SAMPLE) * apart > min(SAMPLE, len(text))


def count_line_ends(text: AnyStr, newline: AnyStr, carriage_return: AnyStr) -> int:
    """Of all three kinds: LF, CR LF, and CR alone."""
    lines = count_char(text, newline)
    if carriage_return in text:
        lines += _count_lone(text, carriage_return, newline)
    return lines


def with_newlines(text: AnyStr, newline: AnyStr, carriage_return: AnyStr) -> AnyStr:
    """The text with LF for CR LF, where there are many of these and all lines end so: putting back what was
    deleted then gives the very same text."""
    if not is_frequent(text, carriage_return, _APART * 8):
        return text
    bare = text.replace(carriage_return, newline[:0])
    return bare if bare.replace(newline, carriage_return + newline) == text else text


def _count_lone(text: AnyStr, first: AnyStr, second: AnyStr) -> int:
    """How often `first` comes without `second` behind it."""
    if is_frequent(text, first, _APART * 8):
        return text.count(first) - text.count(first + second)
    lone, at = 0, text.find(first)
    while at >= 0:
        lone += not text.startswith(second, at + 1)
        at = text.find(first, at + 1)
    return lone
