"""Text cut at its quotes: outside and inside quotes in turn, if the quotes mean what they seem to."""

from __future__ import annotations

from stringzilla import Str

from headrace.delimited.counting import count_text, has_text
from headrace.delimited.marks import Marks
from headrace.delimited.views import Text


class Turns:
    """
    Args:
        text: marked, and with quotes.
        starts_inside: whether it starts inside quotes.

    Attributes:
        inside: all that is inside quotes, with a quote behind each part that is closed.
    """

    def __init__(self, text: Text, marks: Marks, starts_inside: bool) -> None:
        parts = Str(text).split(marks.quote)
        self._text = text
        self._marks = marks
        self._starts_inside = starts_inside
        self.ends_inside = starts_inside is (len(parts) % 2 == 1)
        inside = marks.quote.join(parts[int(not starts_inside) :: 2])
        self.inside: bytes = inside if self.ends_inside else inside + marks.quote

    def all_open(self) -> bool:
        """Whether each quote that comes outside opens quotes: it stands at the start of a field, or behind
        the quote that it doubles. So all quotes that stand behind text are found inside too: they close."""
        behind_text = self._marks.sign + self._marks.quote
        return count_text(self._text, behind_text) == count_text(self.inside, behind_text)

    def none_opens(self) -> bool:
        """Whether no field starts with a quote, and so all quotes are text."""
        quote = self._marks.quote
        if self._starts_inside or self._text.startswith(quote):
            return False
        return not any(has_text(self._text, start + quote) for start in self._marks.before_fields)
