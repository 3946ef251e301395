"""ObjectStore: ranges of one version of an object, and objects of any size."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from headrace.aws.objects import S3ObjectStore
from headrace.errors import SourceAccessError, SourceChangedError, SourceNotFoundError, TransientError
from headrace.ports import ObjectStore
from tests.contract.conftest import REGION, client

MIB = 1024 * 1024


@pytest.mark.parametrize(("start", "end"), [(0, 0), (0, 10), (3, 7), (9, 10), (10, 10)])
def test_a_range_is_read_from_its_start_to_before_its_end(
    store: ObjectStore, bucket: str, start: int, end: int
) -> None:
    store.put(bucket, "key", b"0123456789")
    source = store.find(bucket, "key")
    assert source.size == 10
    assert b"".join(store.read(source, start, end)) == b"0123456789"[start:end]


def test_a_large_object_comes_in_order(store: ObjectStore, bucket: str) -> None:
    body = random.Random(1).randbytes(11 * MIB)
    store.put_stream(bucket, "key", (body[at : at + MIB] for at in range(0, len(body), MIB)))
    source = store.find(bucket, "key")
    assert b"".join(store.read(source, 0, source.size)) == body
    assert b"".join(store.read(source, 5, 9 * MIB)) == body[5 : 9 * MIB]


@pytest.mark.parametrize("blocks", [[], [b""], [b"a", b"", b"b"], [b"x" * 8 * MIB], [b"y" * 8 * MIB, b"z"]])
def test_a_stream_becomes_an_object(store: ObjectStore, bucket: str, blocks: list[bytes]) -> None:
    store.put_stream(bucket, "key", iter(blocks))
    assert store.get(bucket, "key") == b"".join(blocks)


def test_an_object_that_was_replaced_is_not_read(store: ObjectStore, bucket: str) -> None:
    store.put(bucket, "key", b"first")
    source = store.find(bucket, "key")
    store.put(bucket, "key", b"other")
    with pytest.raises(SourceChangedError, match="key was replaced"):
        list(store.read(source, 0, 5))


def test_an_object_that_was_deleted_is_not_found(store: ObjectStore, bucket: str) -> None:
    with pytest.raises(SourceNotFoundError, match="nothing"):
        store.find(bucket, "nothing")


def test_a_small_object_that_is_not_there_is_none(store: ObjectStore, bucket: str) -> None:
    assert store.get(bucket, "nothing") is None


def test_keys_are_listed_in_order_by_their_prefix(store: ObjectStore, bucket: str) -> None:
    for number in reversed(range(1005)):
        store.put(bucket, f"a/{number:04}", b"")
    store.put(bucket, "b", b"")
    assert store.list(bucket, "a/") == [f"a/{number:04}" for number in range(1005)]
    assert store.list(bucket, "c/") == []


@pytest.mark.parametrize(
    "sizes", [[], [0], [3, 0, 4], [8 * MIB], [5 * MIB, 5 * MIB, 1], [20 * MIB, 20 * MIB]]
)
def test_an_object_is_there_when_it_is_committed_and_not_before(
    store: ObjectStore, bucket: str, sizes: list[int]
) -> None:
    rng = random.Random(1)
    pieces = [rng.randbytes(size) for size in sizes]
    writer = store.writer(bucket, "key")
    for piece in pieces:
        writer.write(piece)
    assert store.get(bucket, "key") is None
    etag = writer.commit()
    assert store.get(bucket, "key") == b"".join(pieces)
    assert store.find(bucket, "key").etag == etag


@pytest.mark.parametrize("size", [0, 3, 9 * MIB])
def test_what_is_given_up_never_was(store: ObjectStore, bucket: str, size: int) -> None:
    store.put(bucket, "key", b"before")
    writer = store.writer(bucket, "key")
    writer.write(b"x" * size)
    writer.abort()
    writer.abort()
    assert store.get(bucket, "key") == b"before"
    assert store.list(bucket, "") == ["key"]


def test_a_stream_that_breaks_leaves_nothing(store: ObjectStore, bucket: str) -> None:
    with pytest.raises(SourceChangedError):
        store.put_stream(bucket, "key", breaking())
    assert store.list(bucket, "") == []


def breaking() -> Iterator[bytes]:
    yield b"x" * 9 * MIB
    raise SourceChangedError("replaced")


def test_objects_are_listed_as_they_are_found(store: ObjectStore, bucket: str) -> None:
    for number in reversed(range(1005)):
        store.put(bucket, f"a/{number:04} é+&", b"x" * (number % 3))
    store.put(bucket, "b", b"")
    found = list(store.list_objects(bucket, "a/"))
    assert [one.key for one in found] == [f"a/{number:04} é+&" for number in range(1005)]
    assert found[7] == store.find(bucket, "a/0007 é+&")
    assert list(store.list_objects(bucket, "c/")) == []


@pytest.fixture
def s3(aws: None) -> Any:  # noqa: ARG001
    made = client("s3")
    made.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
    return made


def uploads(s3: Any) -> list[Any]:
    found: list[Any] = s3.list_multipart_uploads(Bucket="data").get("Uploads", [])
    return found


def test_nothing_stays_of_an_upload_that_is_given_up(s3: Any) -> None:
    writer = S3ObjectStore(s3).writer("data", "key")
    writer.write(b"x" * 9 * MIB)
    assert len(uploads(s3)) == 1
    writer.abort()
    with pytest.raises(SourceChangedError):
        S3ObjectStore(s3).put_stream("data", "key", breaking())
    assert uploads(s3) == []


def test_an_upload_goes_in_parts_that_s3_takes(s3: Any) -> None:
    sizes: list[int] = []
    s3.meta.events.register(
        "provide-client-params.s3.UploadPart", lambda params, **_: sizes.append(len(params["Body"]))
    )
    writer = S3ObjectStore(s3).writer("data", "key")
    for _ in range(20 * 1024):
        writer.write(b"x" * 1025)
    writer.commit()
    assert all(8 * MIB <= size < 9 * MIB for size in sizes[:-1])
    assert sum(sizes) == 20 * 1024 * 1025


def test_an_upload_that_fails_is_given_up_and_tells_why(s3: Any) -> None:
    s3.meta.events.register("before-send.s3.CompleteMultipartUpload", _no_network)
    with pytest.raises(TransientError, match="s3://data/key"):
        S3ObjectStore(s3).put_stream("data", "key", iter([b"x" * 9 * MIB]))
    assert uploads(s3) == []


def test_where_not_even_giving_up_works_the_first_error_is_told(s3: Any) -> None:
    s3.meta.events.register("before-send.s3.AbortMultipartUpload", _no_network)
    with pytest.raises(SourceChangedError, match="replaced") as caught:
        S3ObjectStore(s3).put_stream("data", "key", breaking())
    assert "could not be aborted" in caught.value.__notes__[0]


def _no_network(**_: object) -> None:
    raise EndpointConnectionError(endpoint_url="https://s3")


def test_a_bucket_that_is_not_there_is_told(s3: Any) -> None:
    with pytest.raises(SourceNotFoundError, match="nowhere"):
        list(S3ObjectStore(s3).list_objects("nowhere", "a/"))


def test_a_bucket_that_may_not_be_listed_is_told(s3: Any) -> None:
    def deny(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListObjectsV2")

    s3.meta.events.register("before-call.s3.ListObjectsV2", deny)
    with pytest.raises(SourceAccessError, match="s3://data/a/"):
        list(S3ObjectStore(s3).list_objects("data", "a/"))
