"""Text cut at its quotes: outside and inside quotes in turn, if the quotes mean what they seem to."""

from __future__ import annotations

from typing import AnyStr, Generic


class Turns(Generic[AnyStr]):
    """
    Args:
        text: has quotes.
        starts_inside: whether it starts inside quotes.

    Attributes:
        outside, inside: the parts, if all quotes open and close.
    """

    def __init__(self, text: AnyStr, quote: AnyStr, starts_inside: bool) -> None:
        parts: list[AnyStr] = text.split(quote)
        self._before_quotes: list[AnyStr] = parts[:-1]
        self._starts_inside = starts_inside
        self.outside: list[AnyStr] = parts[starts_inside::2]
        self.inside: list[AnyStr] = parts[not starts_inside :: 2]
        self.ends_inside = starts_inside is (len(parts) % 2 == 1)

    def all_open(self, before_fields: set[AnyStr]) -> bool:
        """Whether each quote that comes outside opens quotes: it stands at the start of a field, or behind
        the quote that it doubles.

        Args:
            before_fields: the characters behind which a field starts, and none.
        """
        before = self.outside if self.ends_inside else self.outside[:-1]
        # Most are alike.
        return {part[-1:] for part in set(before)} <= before_fields

    def none_opens(self, before_fields: set[AnyStr]) -> bool:
        """Whether no field starts with a quote, and so all quotes are text."""
        if self._starts_inside or not self._before_quotes or self._before_quotes[0][-1:] in before_fields:
            return False
        return {part[-1:] for part in self._before_quotes if part}.isdisjoint(before_fields)
