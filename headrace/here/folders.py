"""ObjectStore over folders of this machine."""

from __future__ import annotations

import os
import uuid
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from headrace.errors import SourceAccessError, SourceChangedError, SourceNotFoundError, TransientError
from headrace.locations import url_of
from headrace.ports import ObjectRef

_BLOCK = 64 * 1024
"""Larger ones gain nothing. And once blocks of 128 KiB and more were given back, glibc's malloc takes them
from the same memory as small ones, which then has holes."""
_UNFINISHED = ".headrace-unfinished"
"""How the name of a file ends that is being written."""


class FolderStore:
    """A bucket is a folder, by its absolute path. An etag is weak: it tells one version of a file from
    another by size and time, not by content."""

    def find(self, bucket: str, key: str) -> ObjectRef:
        with _errors(bucket, key):
            return _ref(bucket, key, os.stat(_path(bucket, key)))

    def read(self, source: ObjectRef, start: int, end: int) -> Iterator[bytes]:
        with _errors(source.bucket, source.key), open(_path(source.bucket, source.key), "rb") as file:
            file.seek(start)
            while start < end:
                block = file.read(min(_BLOCK, end - start))
                if not block or _ref(source.bucket, source.key, os.fstat(file.fileno())) != source:
                    raise SourceChangedError(
                        f"source: {source.url} was replaced while the job ran; "
                        "start the job again with what is there now"
                    )
                start += len(block)
                yield block

    def get(self, bucket: str, key: str) -> bytes | None:
        try:
            with _errors(bucket, key):
                return _path(bucket, key).read_bytes()
        except SourceNotFoundError:
            return None

    def put(self, bucket: str, key: str, body: bytes) -> None:
        self.put_stream(bucket, key, iter((body,)))

    def put_stream(self, bucket: str, key: str, blocks: Iterator[bytes]) -> None:
        writer = self.writer(bucket, key)
        try:
            for block in blocks:
                writer.write(block)
            writer.commit()
        except BaseException:
            writer.abort()
            raise

    def writer(self, bucket: str, key: str) -> FileWriter:
        return FileWriter(bucket, key)

    def list(self, bucket: str, prefix: str) -> list[str]:
        """A folder that is not there has none."""
        top = _path(bucket, prefix.rpartition("/")[0])
        found = (file.relative_to(bucket).as_posix() for file in top.rglob("*") if _is_object(file))
        return sorted(key for key in found if key.startswith(prefix))

    def list_objects(self, bucket: str, prefix: str) -> Iterator[ObjectRef]:
        with _errors(bucket, prefix):
            for key in self.list(bucket, prefix):
                yield self.find(bucket, key)


class FileWriter:
    """The file gets its name when it is whole."""

    def __init__(self, bucket: str, key: str) -> None:
        self._at = bucket, key
        self._path = _path(bucket, key)
        self._unfinished = self._path.with_name(f"{uuid.uuid4().hex}{_UNFINISHED}")
        with _errors(bucket, key):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(self._unfinished, "xb")  # noqa: SIM115 - closed by commit or abort
        weakref.finalize(self, self._file.close)

    def write(self, data: bytes) -> None:
        with _errors(*self._at):
            self._file.write(data)

    def commit(self) -> str:
        with _errors(*self._at):
            self._file.close()
            os.replace(self._unfinished, self._path)
            return _ref(*self._at, os.stat(self._path)).etag

    def abort(self) -> None:
        """Does nothing where nothing is left to be given up."""
        with _errors(*self._at), suppress(FileNotFoundError):
            self._file.close()
            self._unfinished.unlink()


def _path(bucket: str, key: str) -> Path:
    return Path(bucket) / key


def _is_object(path: Path) -> bool:
    return path.is_file() and not path.name.endswith(_UNFINISHED)


def _ref(bucket: str, key: str, status: os.stat_result) -> ObjectRef:
    return ObjectRef(
        bucket, key, status.st_size, f'W/"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}"'
    )


@contextmanager
def _errors(bucket: str, key: str) -> Iterator[None]:
    """Turns errors of the operating system into ours, which name the file."""
    url = url_of(bucket, key)
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise SourceNotFoundError(f"source: there is no file {url}: check its path") from error
    except PermissionError as error:
        raise SourceAccessError(
            f"source: {url} may not be used ({error.strerror}): see its permissions"
        ) from error
    except OSError as error:
        raise TransientError(f"{url}: {error.strerror or error}") from error
