"""Which bytes are text: encodings, byte order marks, and bytes that are no text.

Bytes that are not of the encoding become lone surrogates, so that the rest of the object is still
read and just their row is rejected; encoding the row again gives the very same bytes.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from headrace.errors import SourceFormatError

_UTF_8_BOM = codecs.BOM_UTF8
_UTF_16_BOMS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True, slots=True)
class TextEncoding:
    """An encoding with its byte order settled.

    `codec` is Python's name, `bom` the number of bytes to leave out at the start of the object.
    """

    codec: str
    bom: int = 0

    @property
    def wide(self) -> bool:
        """Whether a character of ASCII takes two bytes."""
        return self.codec.startswith("utf-16")

    @property
    def errors(self) -> str:
        return "surrogatepass" if self.wide else "surrogateescape"

    def decode(self, data: bytes) -> str:
        return data.decode(self.codec, self.errors)

    def encode(self, text: str) -> bytes:
        return text.encode(self.codec, self.errors)


def settle_encoding(declared: str, head: bytes) -> TextEncoding:
    """The encoding of an object that starts with `head`.

    A UTF-8 byte order mark is left out whatever is declared. UTF-16 without a mark is little-endian,
    as Windows writes it.

    Raises:
        SourceFormatError: the object starts with the mark of another encoding.
    """
    utf_16 = next((codec for bom, codec in _UTF_16_BOMS.items() if head.startswith(bom)), None)
    if declared == "utf-16":
        return TextEncoding(utf_16 or "utf-16-le", 2 if utf_16 else 0)
    if utf_16:
        raise SourceFormatError(
            f"the object starts with the byte order mark of UTF-16, but format.encoding is {declared!r}: "
            "set format.encoding to 'utf-16'"
        )
    return TextEncoding(declared, len(_UTF_8_BOM) if head.startswith(_UTF_8_BOM) else 0)
