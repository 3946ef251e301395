"""Text whose every field is quoted."""

from __future__ import annotations

from headrace.delimited.counting import LINE_FEED, SAMPLE, count_bytes, count_text, has_text, is_frequent
from headrace.delimited.marks import Marks
from headrace.delimited.views import Text

_DENSE = 8
"""Bytes from one match to the next, up to which looking at each byte is quicker than jumping. Measured."""


def count_all_quoted(text: Text, marks: Marks, is_inside: bool) -> tuple[int, bool] | None:
    """How many records end in text whose every field is quoted, and whether it ends inside quotes.

    Args:
        text: marked, its lines end with LF.
        is_inside: whether it starts inside quotes.

    If all quotes but the first and the last are pairs with a break between them, a delimiter or a newline,
    each pair closes a field and opens the next. If there are no more breaks than these, none is inside
    quotes. Else a newline inside is between two quotes only if it is all of a field, and so there are a
    quote, a break, a quote and a break from its field's first quote on.
    """
    quote, pair = marks.quote, marks.quote + marks.delimiter + marks.quote
    if not (is_inside or text.startswith(quote)) or not _may_be_all_quoted(bytes(text[:SAMPLE]), pair):
        return None
    first, last = not is_inside, text.endswith(quote + b"\n")
    alike = marks.with_breaks_alike(text)
    between = alike[first : len(alike) - 2 * last]
    pairs = between.count(pair) if is_frequent(between, pair, _DENSE) else count_text(between, pair)
    if count_bytes(alike, marks.is_quote) != 2 * pairs + first + last:
        return None
    if count_bytes(alike, marks.is_delimiter) == pairs + last:
        return count_bytes(text, LINE_FEED), not last
    if has_text(alike, pair + marks.delimiter):
        return None
    return count_text(text, quote + b"\n" + quote) + last, not last


def _may_be_all_quoted(sample: bytes, pair: bytes) -> bool:
    return sample.count(pair[:1]) - 2 * sample.replace(b"\n", pair[1:2]).count(pair) <= 3
