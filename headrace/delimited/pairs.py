"""Text with its doubled quotes out of the way, as JSON in a quoted field has many of them."""

from __future__ import annotations

from stringzilla import Str

from headrace.delimited.counting import SAMPLE, count_bytes, has_text
from headrace.delimited.marks import Marks
from headrace.delimited.views import Text

_RUNS = (64, 8)
"""Long ones first: each is a part, and parts take time."""


def has_many_pairs(text: Text, quote: bytes) -> bool:
    """Whether half of the quotes are one behind the other, by the start of the text."""
    sample = bytes(text[:SAMPLE])
    return 4 * sample.count(quote * 2) > sample.count(quote)


def without_pairs(text: Text, marks: Marks) -> Text:
    """Marked text without quotes that are one behind the other, two by two.

    Two quotes from the start of a run on change nothing: they are an empty field, or one quote inside
    quotes, or text of an unquoted field, and what may follow is the same without them. If they are all of
    the run, it is the same behind text, too.
    """
    if _are_all_pairs(_whole_lines(bytes(text[:SAMPLE])), marks) and _are_all_pairs(bytes(text), marks):
        return marks.singles(text)
    if not has_text(text, marks.quote * 3) and (singles := _only_singles(text, marks)) is not None:
        return singles
    if b"\r" in text:
        # Without what is between them, CR and LF would be one line end.
        return text
    for length in _RUNS:
        text = b"".join(Str(text).split(marks.quote * length))
    return text.replace(marks.quote * 2, b"")


def _are_all_pairs(text: bytes, marks: Marks) -> bool:
    """Whether there are quotes, and all runs are of an even number of them."""
    quotes = count_bytes(text, marks.is_quote)
    return quotes > 0 and quotes == 2 * text.count(marks.quote * 2)


def _whole_lines(text: bytes) -> bytes:
    return text[: text.rfind(b"\n") + 1]


def _only_singles(text: Text, marks: Marks) -> bytes | None:
    """Text without three quotes in a row, with signs for any two.

    Single ones are looked for, as they are fewer, at the start of a field and at its end. None: one stands
    elsewhere.
    """
    text = b"\n" + bytes(text)
    for before, after in marks.around_fields:
        parts = Str(text).split(before + marks.quote + after)
        text = (before + marks.single + after).join(parts)
    return None if marks.has_single_quote(text) else marks.singles(text)[1:]
