"""Text cut at its quotes: outside and inside quotes in turn, if the quotes mean what they seem to."""

from __future__ import annotations

from stringzilla import Str

from headrace.delimited.counting import count_bytes, count_line_ends, has_text
from headrace.delimited.marks import Marks
from headrace.delimited.views import Text


def count_outside(text: Text, marks: Marks, is_inside: bool) -> tuple[int, bool] | None:
    """How many records end in text with quotes, and whether it ends inside quotes.

    Args:
        text: marked.
        is_inside: whether it starts inside quotes.

    None: quotes are not what they seem to be.
    """
    outside, ends_inside = _outside(text, marks, is_inside)
    return None if outside is None else (count_line_ends(outside), ends_inside)


def count_but_lone(text: Text, marks: Marks, is_inside: bool) -> tuple[int, bool] | None:
    """The same of text in which single quotes stand between text outside quotes: they are text too, as no
    field starts with them."""
    apart = marks.with_lone_apart(text)
    outside, ends_inside = _outside(apart, marks, is_inside)
    if outside is None or count_bytes(outside, marks.is_single) != count_bytes(apart, marks.is_single):
        return None
    return count_line_ends(outside), ends_inside


def none_opens(text: Text, marks: Marks, is_inside: bool) -> bool:
    """Whether no field starts with a quote, and so all quotes are text."""
    if is_inside or text.startswith(marks.quote):
        return False
    return not any(has_text(text, start + marks.quote) for start in marks.before_fields)


def _outside(text: Text, marks: Marks, is_inside: bool) -> tuple[bytes | None, bool]:
    """All that is outside quotes, with a quote behind each part, and whether the text ends inside.

    None: a quote there does not open quotes. Each does that stands at the start of a field, or behind the
    quote that it doubles, and so each that does not stand behind text.
    """
    parts = Str(text).split(marks.quote, keepseparator=True)
    outside = b"".join(parts[int(is_inside) :: 2])
    ends_inside = is_inside is (len(parts) % 2 == 1)
    return None if has_text(outside, marks.sign + marks.quote) else outside, ends_inside
