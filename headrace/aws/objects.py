"""ObjectStore over S3."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from headrace.aws.errors import code_of, service_errors, source_errors
from headrace.errors import TransientError
from headrace.ports import ObjectRef

_BLOCK = 4 * 1024 * 1024
_AHEAD = 3
_PART = 8 * 1024 * 1024


class S3ObjectStore:
    def __init__(self, client: Any) -> None:
        self._s3 = client

    def find(self, bucket: str, key: str) -> ObjectRef:
        url = f"s3://{bucket}/{key}"
        with source_errors(url):
            head = self._s3.head_object(Bucket=bucket, Key=key)
        return ObjectRef(bucket, key, head["ContentLength"], head["ETag"])

    def read(self, source: ObjectRef, start: int, end: int) -> Iterator[bytes]:
        """Asks for a few blocks ahead: one connection to S3 is slower than the reader."""
        ranges = ((at, min(at + _BLOCK, end)) for at in range(start, end, _BLOCK))
        if end - start <= _BLOCK:
            yield from (self._read_block(source, *one) for one in ranges)
            return
        with ThreadPoolExecutor(_AHEAD) as pool:
            ahead: deque[Future[bytes]] = deque()
            for one in ranges:
                ahead.append(pool.submit(self._read_block, source, *one))
                if len(ahead) == _AHEAD:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def _read_block(self, source: ObjectRef, start: int, end: int) -> bytes:
        with source_errors(source.url):
            answer = self._s3.get_object(
                Bucket=source.bucket, Key=source.key, Range=f"bytes={start}-{end - 1}", IfMatch=source.etag
            )
            data: bytes = answer["Body"].read()
        if len(data) != end - start:
            raise TransientError(f"{source.url}: {len(data)} of {end - start} bytes came from byte {start}")
        return data

    def get(self, bucket: str, key: str) -> bytes | None:
        try:
            body: bytes = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            if code_of(error) in {"NoSuchKey", "404"}:
                return None
            raise TransientError(f"s3://{bucket}/{key}: {error}") from error
        except BotoCoreError as error:
            raise TransientError(f"s3://{bucket}/{key}: {error}") from error
        return body

    def put(self, bucket: str, key: str, body: bytes) -> None:
        with service_errors(f"s3://{bucket}/{key}"):
            self._s3.put_object(Bucket=bucket, Key=key, Body=body)

    def put_stream(self, bucket: str, key: str, blocks: Iterator[bytes]) -> None:
        writer = self.writer(bucket, key)
        try:
            for block in blocks:
                writer.write(block)
            writer.commit()
        except BaseException as error:
            _give_up(writer, error)
            raise

    def writer(self, bucket: str, key: str) -> S3ObjectWriter:
        return S3ObjectWriter(self._s3, bucket, key)

    def list(self, bucket: str, prefix: str) -> list[str]:
        with service_errors(f"s3://{bucket}/{prefix}"):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def list_objects(self, bucket: str, prefix: str) -> Iterator[ObjectRef]:
        with source_errors(f"s3://{bucket}/{prefix}"):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            for page in pages:
                for entry in page.get("Contents", []):
                    yield ObjectRef(bucket, entry["Key"], entry["Size"], entry["ETag"])


class S3ObjectWriter:
    """A multipart upload of parts of 8 MiB or more, as S3 takes none under 5 MiB but the last; a
    smaller object goes in one request."""

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        self._s3 = client
        self._where = {"Bucket": bucket, "Key": key}
        self._url = f"s3://{bucket}/{key}"
        self._buffer = bytearray()
        self._parts: list[dict[str, Any]] = []

    def write(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) >= _PART:
            with service_errors(self._url):
                self._put_part()

    def commit(self) -> str:
        with service_errors(self._url):
            etag: str = self._complete() if self._parts else self._put_whole()
        return etag

    def abort(self) -> None:
        """Does nothing where nothing is left to be given up."""
        if "UploadId" in self._where:
            with service_errors(self._url):
                self._abort()

    def _abort(self) -> None:
        try:
            self._s3.abort_multipart_upload(**self._where)
        except ClientError as error:
            if code_of(error) != "NoSuchUpload":
                raise

    def _put_part(self) -> None:
        if "UploadId" not in self._where:
            self._where["UploadId"] = self._s3.create_multipart_upload(**self._where)["UploadId"]
        number = len(self._parts) + 1
        answer = self._s3.upload_part(**self._where, PartNumber=number, Body=bytes(self._buffer))
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        self._buffer.clear()

    def _complete(self) -> Any:
        if self._buffer:
            self._put_part()
        parts = {"Parts": self._parts}
        return self._s3.complete_multipart_upload(**self._where, MultipartUpload=parts)["ETag"]

    def _put_whole(self) -> Any:
        return self._s3.put_object(**self._where, Body=bytes(self._buffer))["ETag"]


def _give_up(writer: S3ObjectWriter, reason: BaseException) -> None:
    """The reason stays what is told, also where not even giving up works."""
    try:
        writer.abort()
    except TransientError as error:
        reason.add_note(f"the upload could not be aborted: {error}")
