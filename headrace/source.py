"""The text of an object, gunzipped where it has to be, from any byte on."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator

from headrace.errors import SourceFormatError
from headrace.ports import ObjectRef, ObjectStore

GZIP_MAGIC = b"\x1f\x8b"
_BLOCK = 1024 * 1024


def is_gzip(source: ObjectRef, head: bytes) -> bool:
    """Raises SourceFormatError: the name says gzip and the bytes do not."""
    zipped = head.startswith(GZIP_MAGIC)
    if source.key.endswith(".gz") and not zipped and source.size:
        raise SourceFormatError(
            f"{source.url}: the name ends in .gz but the object is not gzip: compress it, or rename it"
        )
    return zipped


def is_zipped(store: ObjectStore, source: ObjectRef) -> bool:
    """Looks at the object's first bytes. Raises as `is_gzip` and the store do."""
    return is_gzip(source, b"".join(store.read(source, 0, min(len(GZIP_MAGIC), source.size))))


def read_text(
    store: ObjectStore, source: ObjectRef, zipped: bool, start: int, end: int | None
) -> Iterator[bytes]:
    """The object's bytes from `start` to before `end` (None: to its end); of a gzipped object, the
    bytes that it unpacks to.

    Raises:
        SourceFormatError: the gzip data are damaged or end early.
        SourceChangedError, TransientError: as the store does.
    """
    if not zipped:
        return store.read(source, start, source.size if end is None else end)
    return _skip(_unzip(source.url, store.read(source, 0, source.size)), start)


def _unzip(url: str, blocks: Iterator[bytes]) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=io.BufferedReader(_Stream(blocks), _BLOCK)) as file:
        try:
            while block := file.read(_BLOCK):
                yield block
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise SourceFormatError(f"{url}: the gzip data are damaged or incomplete: {error}") from error


def _skip(blocks: Iterator[bytes], count: int) -> Iterator[bytes]:
    for block in blocks:
        if count < len(block):
            yield block[count:]
        count = max(count - len(block), 0)


class _Stream(io.RawIOBase):
    """Blocks as the raw file that the gzip module wants."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
