"""Shortcuts for text with quotes: what is true of a part of it, or of counts of it, and so of all.

Each leaves the csv module's records and its state as they are, says why, and says None where it
cannot tell.
"""

from __future__ import annotations

from itertools import repeat
from typing import AnyStr

from headrace.delimited.counting import SAMPLE, is_frequent

_FEW_APART = 64
_FEW = 8
_NEAR = 200
"""Behind a quote. Most of what is quoted ends within it, so that one search finds a whole field."""
_GAP = 1024
_RUNS = (16, 2)
_ALL_BYTES = bytes(range(256))


def near_quotes(text: AnyStr, quote: AnyStr, mark: AnyStr) -> AnyStr | None:
    """The text with only a mark for each long stretch without quotes. None: there are many quotes, or the
    mark's first character is in the text.

    A stretch without quotes that starts outside quotes ends outside them, and the character before the
    next quote, which tells what that quote means, is kept. So, if no mark is inside quotes, quotes mean
    here what they mean in the text, and all that is inside quotes is here.

    Args:
        mark: text of an unquoted field and a line end.
    """
    if is_frequent(text, quote, _FEW_APART):
        return None
    find, kept = text.find, list[AnyStr]()
    start = end = 0
    for _ in repeat(None, len(text) // _GAP + _FEW):
        at = find(quote, end)
        if at < 0:
            kept.append(text[start:end])
            if mark[:1] in mark[:0].join(kept):
                return None
            return mark.join(kept) + (mark if end < len(text) else mark[:0])
        if at > end + _GAP:
            kept.append(text[start:end])
            start = at - 1
        end = at + _NEAR
    return None


def without_pairs(text: AnyStr, quote: AnyStr) -> AnyStr:
    """The text without quotes that are one behind the other, two by two; no CR is in it.

    Two quotes from the start of a run on change nothing: they are an empty field, or one quote inside
    quotes, or text of an unquoted field, and what may follow is the same without them.
    """
    for length in _RUNS:
        text = text.replace(quote * length, quote[:0])
    return text


def has_many_pairs(text: AnyStr, quote: AnyStr) -> bool:
    """Whether half of the quotes are, by the start of the text."""
    return 4 * text.count(quote * 2, 0, SAMPLE) > text.count(quote, 0, SAMPLE)


def count_all_quoted(
    text: bytes, quote: bytes, delimiter: bytes, newline: bytes, is_inside: bool
) -> tuple[int, bool] | None:
    """How many records end in text whose every field is quoted, and whether it ends inside quotes.

    Args:
        is_inside: whether it starts inside quotes.

    If all quotes but the first and the last are pairs with a delimiter or a newline between them, each
    pair closes a field and opens the next: no field is unquoted. So text is outside and inside quotes in
    turn, and pairs of quotes with nothing but text between them may be left out to find the newlines
    outside.
    """
    if not is_inside and not text.startswith(quote):
        return None
    first, last = not is_inside, text.endswith(quote + newline)
    pair = quote + delimiter + quote
    if not _may_be_all_quoted(text[:SAMPLE], quote, pair, newline):
        return None
    pairs = text.replace(newline, delimiter).count(pair, first, len(text) - 2 * last)
    marks = text.translate(None, _ALL_BYTES.replace(quote, b"").replace(newline, b""))
    newlines = marks.count(newline)
    if len(marks) - newlines != 2 * pairs + first + last:
        return None
    parts = without_pairs(marks, quote).split(quote)
    return sum(map(len, parts[is_inside::2])), is_inside is (len(parts) % 2 == 1)


def _may_be_all_quoted(sample: bytes, quote: bytes, pair: bytes, newline: bytes) -> bool:
    quotes = sample.count(quote)
    return quotes - 2 * sample.replace(newline, pair[1:2]).count(pair) <= 3
