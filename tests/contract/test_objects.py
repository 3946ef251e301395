"""ObjectStore: ranges of one version of an object, and objects of any size."""

from __future__ import annotations

import random

import pytest

from headrace.errors import SourceChangedError, SourceNotFoundError
from headrace.ports import ObjectStore

MIB = 1024 * 1024


@pytest.mark.parametrize(("start", "end"), [(0, 0), (0, 10), (3, 7), (9, 10), (10, 10)])
def test_a_range_is_read_from_its_start_to_before_its_end(store: ObjectStore, start: int, end: int) -> None:
    store.put("data", "key", b"0123456789")
    source = store.find("data", "key")
    assert source.size == 10
    assert b"".join(store.read(source, start, end)) == b"0123456789"[start:end]


def test_a_large_object_comes_in_order(store: ObjectStore) -> None:
    body = random.Random(1).randbytes(11 * MIB)
    store.put_stream("data", "key", (body[at : at + MIB] for at in range(0, len(body), MIB)))
    source = store.find("data", "key")
    assert b"".join(store.read(source, 0, source.size)) == body
    assert b"".join(store.read(source, 5, 9 * MIB)) == body[5 : 9 * MIB]


@pytest.mark.parametrize("blocks", [[], [b""], [b"a", b"", b"b"], [b"x" * 8 * MIB], [b"y" * 8 * MIB, b"z"]])
def test_a_stream_becomes_an_object(store: ObjectStore, blocks: list[bytes]) -> None:
    store.put_stream("data", "key", iter(blocks))
    assert store.get("data", "key") == b"".join(blocks)


def test_an_object_that_was_replaced_is_not_read(store: ObjectStore) -> None:
    store.put("data", "key", b"first")
    source = store.find("data", "key")
    store.put("data", "key", b"other")
    with pytest.raises(SourceChangedError, match="s3://data/key was replaced"):
        list(store.read(source, 0, 5))


def test_an_object_that_was_deleted_is_not_found(store: ObjectStore) -> None:
    with pytest.raises(SourceNotFoundError, match="s3://data/nothing"):
        store.find("data", "nothing")


def test_a_small_object_that_is_not_there_is_none(store: ObjectStore) -> None:
    assert store.get("data", "nothing") is None


def test_keys_are_listed_in_order_by_their_prefix(store: ObjectStore) -> None:
    for number in reversed(range(1005)):
        store.put("data", f"a/{number:04}", b"")
    store.put("data", "b", b"")
    assert store.list("data", "a/") == [f"a/{number:04}" for number in range(1005)]
    assert store.list("data", "c/") == []
