"""A part of an export while it is being written: gzip, in bounded memory."""

from __future__ import annotations

import base64
import hashlib

from isal import isal_zlib

from headrace.ledger import Part
from headrace.ports import ObjectWriter

_GZIP = 31
"""zlib's name for a gzip header around the largest window; the same text gives the same bytes."""
_LEVEL = 2
"""A twelfth of the CPU of zlib's own level, and two fifths more bytes."""


class PartWriter:
    """
    Args:
        opening: text that stands before all items.
    """

    def __init__(self, writer: ObjectWriter, key: str, opening: bytes) -> None:
        self.text_bytes = 0
        self._writer = writer
        self._key = key
        self._items = 0
        self._bytes = 0
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._gzip = isal_zlib.compressobj(_LEVEL, wbits=_GZIP)
        self.write(opening, 0)

    def write(self, text: bytes, items: int) -> None:
        self.text_bytes += len(text)
        self._items += items
        self._store(self._gzip.compress(text))

    def commit(self) -> Part:
        self._store(self._gzip.flush())
        etag = self._writer.commit()
        md5 = base64.b64encode(self._md5.digest()).decode()
        return Part(self._key, self._items, self._bytes, etag, md5)

    def abort(self) -> None:
        self._writer.abort()

    def _store(self, data: bytes) -> None:
        if data:
            self._bytes += len(data)
            self._md5.update(data)
            self._writer.write(data)
