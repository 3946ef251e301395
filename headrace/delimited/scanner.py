"""Follows the csv module's state over a text without parsing it: how many records end, and what is open.

Pieces are counted and split at C speed: what is near quotes if there are few, counts alone if every field
is quoted, else text split at all quotes. The csv module itself is asked only about what those cannot judge:
quotes in the middle of unquoted fields beside quoted ones, escapes beside quotes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import AnyStr, Generic

from headrace.delimited.counting import count_line_ends, with_newlines
from headrace.delimited.dialect import State, csv_reader, open_state
from headrace.delimited.lines import split_lines
from headrace.delimited.quotes import count_all_quoted, has_many_pairs, near_quotes, without_pairs
from headrace.delimited.turns import Turns
from headrace.job.model import Format


class Scanner(Generic[AnyStr]):
    """Follows the csv module's state over whole lines of bytes or of text.

    Args:
        spell: turns the dialect's characters into the kind of text that is scanned.
        decode: turns scanned bytes into text.
    """

    def __init__(self, form: Format, spell: Callable[[str], AnyStr], decode: Callable[[bytes], str]) -> None:
        self._format = form
        self._decode = decode
        self._newline: AnyStr = spell("\n")
        self._return: AnyStr = spell("\r")
        self._crlf: AnyStr = spell("\r\n")
        self._quote: AnyStr | None = spell(form.quote) if form.quote else None
        self._escape: AnyStr | None = spell(form.escape) if form.escape else None
        self._ordinary = _unused(form, "wxyz")
        self._sign = _unused(form, "\0\1\2\3")
        self._mark: AnyStr = spell(self._sign + "\n")
        self._delimiter: AnyStr = spell(form.delimiter)
        self._before_fields: set[AnyStr] = {spell(""), self._delimiter, self._newline, self._return}

    def advance(self, text: AnyStr, state: State) -> tuple[int, State]:
        """How many records end in `text`, which starts and ends with a line, and the state behind it."""
        if self._escape and self._escape in text:
            return self._with_escapes(text, state, self._escape)
        if self._quote is None or self._quote not in text:
            return (0, state) if state is State.QUOTED else (self._count_lines(text), State.RECORD)
        if state is State.ESCAPED or len(self._delimiter) > 1:
            # A delimiter of several bytes cannot be told from other text by its last one.
            return self.ask_csv(text, state)
        return self._with_quotes(text, state, self._quote)

    def ends_line(self, text: AnyStr) -> bool:
        return text.endswith((self._newline, self._return))

    def line_end(self, text: AnyStr, index: int) -> int:
        """The end of the line that reaches to `index` or beyond; the text's end if it ends before."""
        end = text.find(self._newline, index - 1) + 1 or len(text)
        lone = text.find(self._return, index - 1, end)
        if lone < 0 or text[lone : lone + 2] == self._crlf:
            return end
        return lone + 1

    def _count_lines(self, text: AnyStr) -> int:
        text = with_newlines(text, self._newline, self._return)
        return count_line_ends(text, self._newline, self._return)

    def _with_quotes(self, text: AnyStr, state: State, quote: AnyStr) -> tuple[int, State]:
        return (
            self._by_what_is_near(text, state, quote)
            or self._by_what_is_left(text, state, quote)
            or self.ask_csv(text, state)
        )

    def _by_what_is_left(self, text: AnyStr, state: State, quote: AnyStr) -> tuple[int, State] | None:
        text = with_newlines(text, self._newline, self._return)
        if has_many_pairs(text, quote) and self._return not in text:
            text = without_pairs(text, quote)
        return self._by_counts(text, state, quote) or self._by_turns(text, state, quote)

    def _by_what_is_near(self, text: AnyStr, state: State, quote: AnyStr) -> tuple[int, State] | None:
        near = near_quotes(text, quote, self._mark)
        if near is None:
            return None
        turns = Turns(near, quote, state is State.QUOTED)
        if turns.all_open(self._before_fields):
            inside = quote.join(turns.inside)
            if self._mark in inside:
                return None
            return self._count_lines(text) - self._count_lines(inside), _state(turns.ends_inside)
        if turns.none_opens(self._before_fields):
            return self._count_lines(text), State.RECORD
        return self._ask_csv_what_is_near(near, text, state)

    def _ask_csv_what_is_near(self, near: AnyStr, text: AnyStr, state: State) -> tuple[int, State] | None:
        """Each mark has to end a record: one that does not is inside quotes."""
        marked = _Marked(self._sign)
        records, end = self.ask_csv(near, state, marked)
        if marked.records != near.count(self._mark):
            return None
        return self._count_lines(text) - self._count_lines(near) + records, end

    def _by_counts(self, text: AnyStr, state: State, quote: AnyStr) -> tuple[int, State] | None:
        if isinstance(text, str) or len(quote) > 1:
            return None
        found = count_all_quoted(text, quote, self._delimiter, self._newline, state is State.QUOTED)
        return None if found is None else (found[0], _state(found[1]))

    def _by_turns(self, text: AnyStr, state: State, quote: AnyStr) -> tuple[int, State] | None:
        turns = Turns(text, quote, state is State.QUOTED)
        if turns.all_open(self._before_fields):
            return self._count_lines(quote.join(turns.outside)), _state(turns.ends_inside)
        if turns.none_opens(self._before_fields):
            return self._count_lines(text), State.RECORD
        return None

    def _with_escapes(self, text: AnyStr, state: State, escape: AnyStr) -> tuple[int, State]:
        """Where nothing is quoted, a line end behind an odd number of escapes ends no record."""
        if self._quote is not None or self._return in text:
            return self.ask_csv(text, state)
        brief = text.replace(escape * 2, text[:0])
        escaped_end = escape + self._newline
        end = State.ESCAPED if brief.endswith(escaped_end) else State.RECORD
        return self._count_lines(text) - brief.count(escaped_end), end

    def ask_csv(self, text: AnyStr, state: State, marked: _Marked | None = None) -> tuple[int, State]:
        """The plain way to do what `advance` does."""
        prefix = {State.RECORD: "", State.QUOTED: self._format.quote or "", State.ESCAPED: self._ordinary}
        lines = _Lines(prefix[state] + (text if isinstance(text, str) else self._decode(text)))
        records = 0
        for record in csv_reader(lines, self._format):
            if lines.exhausted:
                return records, open_state(lines.pending, self._format)
            records += 1
            lines.pending.clear()
            if marked:
                marked.take(record)
        return records - (not self.ends_line(text)), State.RECORD


class _Marked:
    """Counts the records that end with a sign."""

    def __init__(self, sign: str) -> None:
        self._sign = sign
        self.records = 0

    def take(self, record: list[str]) -> None:
        self.records += bool(record) and record[-1].endswith(self._sign)


def _state(is_inside: bool) -> State:
    return State.QUOTED if is_inside else State.RECORD


def _unused(form: Format, characters: str) -> str:
    """One of them that means nothing in this dialect."""
    return next(c for c in characters if c not in (form.delimiter, form.quote, form.escape))


class _Lines:
    """Lines that know which of them were given since the last record, and whether all were."""

    def __init__(self, text: str) -> None:
        self._lines = split_lines(text)
        self.pending: list[str] = []
        self.exhausted = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = next(self._lines)
        except StopIteration:
            self.exhausted = True
            raise
        self.pending.append(line)
        return line
