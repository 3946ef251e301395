"""Follows the csv module's state over a text without parsing it: how many records end, and what is open.

Text is marked, counted and cut at its quotes many bytes at a time. The csv module itself is asked only about
what that cannot judge: quotes at the end of unquoted fields beside quoted ones, escapes beside quotes,
delimiters of several bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from headrace.delimited.all_quoted import count_all_quoted
from headrace.delimited.counting import SAMPLE, count_line_ends, count_text, is_frequent, with_newlines
from headrace.delimited.dialect import State, csv_reader, open_state
from headrace.delimited.encoding import TextEncoding
from headrace.delimited.lines import split_lines
from headrace.delimited.marks import Marks
from headrace.delimited.near import near_quotes
from headrace.delimited.pairs import has_many_pairs, without_pairs
from headrace.delimited.turns import count_but_lone, count_outside, none_opens
from headrace.delimited.views import Text, ends_line
from headrace.job.model import Format

_MANY_APART = 64
"""Bytes from one quote to the next, from which on text is cut at all of them at once."""


class Scanner:
    """Follows the csv module's state over whole lines.

    Args:
        encoding: has ASCII's bytes for ASCII's characters.
    """

    def __init__(self, form: Format, encoding: TextEncoding) -> None:
        self._format = form
        self._encoding = encoding
        encode = encoding.encode
        self._quote = encode(form.quote) if form.quote else None
        self._escape = encode(form.escape) if form.escape else None
        self._marks = Marks.of(form, encoding)
        self._ordinary = next(c for c in "wxyz" if c not in (form.delimiter, form.quote, form.escape))
        self._sign = next(c for c in "\0\1\2\3" if c not in (form.delimiter, form.quote, form.escape))
        self._mark = encode(self._sign + "\n")

    def advance(self, text: Text, state: State) -> tuple[int, State]:
        """How many records end in `text`, which starts and ends with a line, and the state behind it."""
        if self._escape and self._escape in text:
            return self._with_escapes(text, state, self._escape)
        if self._quote is None or self._quote not in text:
            return (0, state) if state is State.QUOTED else (count_line_ends(text), State.RECORD)
        if state is State.ESCAPED or self._marks is None:
            return self.ask_csv(text, state)
        return self._with_quotes(text, state, self._marks)

    def _with_quotes(self, text: Text, state: State, marks: Marks) -> tuple[int, State]:
        is_many = is_frequent(text, marks.quote, _MANY_APART)
        marked, is_inside = marks.mark(text), state is State.QUOTED
        found = _by_counts(marked, marks, is_inside) if is_many else _by_turns(marked, marks, is_inside)
        if found is not None:
            return found[0], State.QUOTED if found[1] else State.RECORD
        near = None if is_many else self._by_what_is_near(bytes(text), state, marks.quote)
        return near or self.ask_csv(text, state)

    def _by_what_is_near(self, text: bytes, state: State, quote: bytes) -> tuple[int, State] | None:
        """Each mark has to end a record: one that does not is inside quotes."""
        near = near_quotes(text, quote, self._mark)
        if near is None:
            return None
        records, marked, end = self._follow(near, state)
        if marked != near.count(self._mark):
            return None
        return count_line_ends(text) - count_line_ends(near) + records, end

    def _with_escapes(self, text: Text, state: State, escape: bytes) -> tuple[int, State]:
        """Where nothing is quoted, a line end behind an odd number of escapes ends no record."""
        if self._quote is not None or b"\r" in text:
            return self.ask_csv(text, state)
        records, run = count_line_ends(text), escape + b"\n"
        at_least = count_text(text, run)
        sign = -1
        while at_least:
            records += sign * at_least
            sign, run = -sign, escape + run
            at_least = count_text(text, run)
        return records, State.ESCAPED if _ends_escaped(text, escape) else State.RECORD

    def ask_csv(self, text: Text, state: State) -> tuple[int, State]:
        """The plain way to do what `advance` does."""
        records, _, end = self._follow(bytes(text), state)
        return records, end

    def _follow(self, text: bytes, state: State) -> tuple[int, int, State]:
        """How many records end, how many of them with the sign, and the state behind the text."""
        prefix = {State.RECORD: "", State.QUOTED: self._format.quote or "", State.ESCAPED: self._ordinary}
        lines = _Lines(prefix[state] + self._encoding.decode(text))
        records = signed = 0
        for record in csv_reader(lines, self._format):
            if lines.exhausted:
                return records, signed, open_state(lines.pending, self._format)
            records += 1
            signed += bool(record) and record[-1].endswith(self._sign)
            lines.pending.clear()
        return records - (not ends_line(text)), signed, State.RECORD


def _by_turns(text: Text, marks: Marks, is_inside: bool) -> tuple[int, bool] | None:
    """How many records end in marked text, and whether it ends inside quotes. None: some quotes are text, and
    others are none."""
    likely, other = count_outside, count_but_lone
    if marks.lone in bytes(text[:SAMPLE]):
        likely, other = other, likely
    if (found := likely(text, marks, is_inside)) is not None:
        return found
    if none_opens(text, marks, is_inside):
        return count_line_ends(text), False
    return other(text, marks, is_inside)


def _by_counts(text: Text, marks: Marks, is_inside: bool) -> tuple[int, bool] | None:
    """The same of text with many quotes, where cutting it at all of them would take long."""
    text = with_newlines(text)
    if (found := count_all_quoted(text, marks, is_inside)) is not None:
        return found
    if has_many_pairs(text, marks.quote):
        text = without_pairs(text, marks)
    if marks.quote in text:
        return _by_turns(text, marks, is_inside)
    return (0, True) if is_inside else (count_line_ends(text), False)


def _ends_escaped(text: Text, escape: bytes) -> bool:
    line = bytes(text).removesuffix(b"\n")
    return (len(line) - len(line.rstrip(escape))) % 2 == 1


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
