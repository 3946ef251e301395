"""Text cut at its quotes: outside and inside quotes in turn, if the quotes mean what they seem to."""

from __future__ import annotations

from stringzilla import Str

from headrace.delimited.counting import count_line_ends, has_text
from headrace.delimited.marks import Marks
from headrace.delimited.views import Text


def count_outside(text: Text, marks: Marks, is_inside: bool) -> tuple[int, bool] | None:
    """How many records end in text with quotes, and whether it ends inside quotes.

    Args:
        text: marked.
        is_inside: whether it starts inside quotes.

    None: quotes are not what they seem to be. A quote that comes outside opens quotes if it stands at the
    start of a field, or behind the quote that it doubles, and so if it does not stand behind text.
    """
    parts = Str(text).split(marks.quote, keepseparator=True)
    outside = b"".join(parts[int(is_inside) :: 2])
    if has_text(outside, marks.sign + marks.quote):
        return None
    return count_line_ends(outside), is_inside is (len(parts) % 2 == 1)


def none_opens(text: Text, marks: Marks, is_inside: bool) -> bool:
    """Whether no field starts with a quote, and so all quotes are text."""
    if is_inside or text.startswith(marks.quote):
        return False
    return not any(has_text(text, start + marks.quote) for start in marks.before_fields)
