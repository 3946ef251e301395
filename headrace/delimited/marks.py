"""A text in which only what its records depend on is told apart: quotes, delimiters and line ends."""

from __future__ import annotations

from stringzilla import Str, translate

from headrace.delimited.counting import has_text, table_of
from headrace.delimited.encoding import TextEncoding
from headrace.delimited.views import Text
from headrace.job.model import Format


class Marks:
    """The bytes of a dialect, and `sign` for all others.

    One buffer serves text after text: to get new memory from the system for each would take as long as
    all else that is done with it.

    Attributes:
        single: a sign too, for quotes that are to be told from others.
        lone: a quote between text.
        before_fields: bytes behind which a field starts.
        around_fields: what stands before and behind the quotes of a field that has text.
        is_quote, is_delimiter, is_single: tables to count with.
    """

    def __init__(self, quote: bytes, delimiter: bytes) -> None:
        self.quote = quote
        self.delimiter = delimiter
        kept = quote + delimiter + b"\r\n"
        self.sign, self.single = (bytes([byte]) for byte in [b for b in b"vwxyz" if b not in kept][:2])
        self.before_fields = (delimiter, b"\n", b"\r")
        breaks = (delimiter, b"\n")
        self.around_fields = [*((end, self.sign) for end in breaks), *((self.sign, end) for end in breaks)]
        self.is_quote, self.is_delimiter, self.is_single = map(table_of, (quote, delimiter, self.single))
        self._marks = self._keeping(kept)
        self.lone = self.sign + quote + self.sign
        self._quotes = self._keeping(quote)
        self._breaks_alike = bytes.maketrans(b"\n", delimiter)
        self._singles = bytes.maketrans(quote + self.single, self.sign + quote)
        self._buffer = memoryview(b"")

    def _keeping(self, kept: bytes) -> bytes:
        return bytes(byte if byte in kept else ord(self.sign) for byte in range(256))

    @classmethod
    def of(cls, form: Format, encoding: TextEncoding) -> Marks | None:
        """None: nothing is quoted, or quote or delimiter are no single byte, so that one of their bytes
        tells nothing."""
        quote, delimiter = encoding.encode(form.quote or ""), encoding.encode(form.delimiter)
        return cls(quote, delimiter) if len(quote) == len(delimiter) == 1 else None

    def mark(self, text: Text) -> Text:
        """The text of marks, which holds until the next one is marked."""
        if len(self._buffer) < len(text):
            self._buffer = memoryview(bytearray(len(text)))
        marked = self._buffer[: len(text)]
        marked[:] = memoryview(text).cast("B")
        translate(marked, self._marks, inplace=True)
        return Str(marked)

    def with_breaks_alike(self, text: Text) -> bytes:
        """Marked text with delimiters for newlines."""
        return bytes(translate(text, self._breaks_alike))

    def with_lone_apart(self, text: Text) -> bytes:
        """Text with `single` for each quote between two signs."""
        parts = Str(text).split(self.lone)
        return (self.sign + self.single + self.sign).join(parts)

    def has_single_quote(self, text: bytes) -> bool:
        """Whether there is one between others than quotes."""
        return has_text(translate(text, self._quotes), self.lone)

    def singles(self, text: Text) -> bytes:
        """Text with quotes for its single ones, and signs for all others."""
        return bytes(translate(text, self._singles))
