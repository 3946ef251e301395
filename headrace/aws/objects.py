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
_AHEAD = 4
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
        parts = _parts(blocks)
        first = next(parts, b"")
        if len(first) < _PART:
            self.put(bucket, key, first)
            return
        with service_errors(f"s3://{bucket}/{key}"):
            where = {"Bucket": bucket, "Key": key}
            where["UploadId"] = self._s3.create_multipart_upload(**where)["UploadId"]
            etags = [self._put_part(where, 1, first)]
            etags += [self._put_part(where, number, part) for number, part in enumerate(parts, 2)]
            self._s3.complete_multipart_upload(**where, MultipartUpload={"Parts": etags})

    def _put_part(self, where: dict[str, str], number: int, body: bytes) -> dict[str, Any]:
        answer = self._s3.upload_part(**where, PartNumber=number, Body=body)
        return {"PartNumber": number, "ETag": answer["ETag"]}

    def list(self, bucket: str, prefix: str) -> list[str]:
        with service_errors(f"s3://{bucket}/{prefix}"):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def _parts(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in parts of 8 MiB or more, but for the last: S3 takes none under 5 MiB."""
    part = bytearray()
    for block in blocks:
        part += block
        if len(part) >= _PART:
            yield bytes(part)
            part.clear()
    if part:
        yield bytes(part)
