"""One ObjectStore for files and for S3: the bucket tells which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from headrace.here.folders import FolderStore
from headrace.locations import is_folder
from headrace.ports import ObjectRef, ObjectStore, ObjectWriter


class FilesAndS3:
    """
    Args:
        make_s3: makes the store for buckets, when one is first needed.
    """

    def __init__(self, make_s3: Callable[[], ObjectStore]) -> None:
        self._make_s3 = make_s3
        self._files = FolderStore()

    @cached_property
    def _s3(self) -> ObjectStore:
        return self._make_s3()

    def _of(self, bucket: str) -> ObjectStore:
        return self._files if is_folder(bucket) else self._s3

    def find(self, bucket: str, key: str) -> ObjectRef:
        return self._of(bucket).find(bucket, key)

    def read(self, source: ObjectRef, start: int, end: int) -> Iterator[bytes]:
        return self._of(source.bucket).read(source, start, end)

    def get(self, bucket: str, key: str) -> bytes | None:
        return self._of(bucket).get(bucket, key)

    def put(self, bucket: str, key: str, body: bytes) -> None:
        self._of(bucket).put(bucket, key, body)

    def put_stream(self, bucket: str, key: str, blocks: Iterator[bytes]) -> None:
        self._of(bucket).put_stream(bucket, key, blocks)

    def writer(self, bucket: str, key: str) -> ObjectWriter:
        return self._of(bucket).writer(bucket, key)

    def list(self, bucket: str, prefix: str) -> list[str]:
        return self._of(bucket).list(bucket, prefix)

    def list_objects(self, bucket: str, prefix: str) -> Iterator[ObjectRef]:
        return self._of(bucket).list_objects(bucket, prefix)
