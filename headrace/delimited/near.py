"""Text with few quotes cut down to what is near them."""

from __future__ import annotations

from itertools import repeat

_FEW = 8
_NEAR = 200
"""Behind a quote. Most of what is quoted ends within it, so that one search finds a whole field."""
_GAP = 1024


def near_quotes(text: bytes, quote: bytes, mark: bytes) -> bytes | None:
    """The text with only a mark for each long stretch without quotes. None: there are many quotes, or the
    mark's first character is in the text.

    A stretch without quotes that starts outside quotes ends outside them, and the character before the
    next quote, which tells what that quote means, is kept. So, if no mark is inside quotes, quotes mean
    here what they mean in the text, and all that is inside quotes is here.

    Args:
        mark: text of an unquoted field and a line end.
    """
    find, kept = text.find, list[bytes]()
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
