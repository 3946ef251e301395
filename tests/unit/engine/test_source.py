"""The text of an object, zipped or not, from any byte on."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import SourceFormatError
from headrace.source import is_gzip, read_text
from tests.fakes import MemoryObjectStore


def text_of(body: bytes, zipped: bool, start: int = 0, end: int | None = None, block: int = 5) -> bytes:
    store = MemoryObjectStore(block)
    store.objects["b", "k"] = body
    return b"".join(read_text(store, store.find("b", "k"), zipped, start, end))


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=4), st.integers(0, 60), st.integers(1, 30))
def test_members_are_one_text_that_can_be_read_from_anywhere(
    members: list[bytes], start: int, block: int
) -> None:
    zipped = b"".join(map(gzip.compress, members))
    assert text_of(zipped, True, start, block=block) == b"".join(members)[start:]


def test_plain_bytes_are_read_from_start_to_end() -> None:
    assert text_of(b"0123456789", False, 2, 7) == b"23456"
    assert text_of(b"0123456789", False, 2) == b"23456789"


@pytest.mark.parametrize(
    "damage", [lambda z: z[:-9], lambda z: z[:5], lambda z: z[:12] + b"\xff" * 9 + z[21:]]
)
def test_damaged_gzip_is_told_as_such(damage: type) -> None:
    with pytest.raises(SourceFormatError, match="s3://b/k: the gzip data are damaged or incomplete"):
        text_of(damage(gzip.compress(bytes(range(256)) * 20)), True)


def test_gzip_is_known_by_its_bytes_and_a_name_that_lies_is_refused() -> None:
    store = MemoryObjectStore()
    store.objects |= {("b", "rows.csv.gz"): b"id\n", ("b", "rows.csv"): b""}
    assert is_gzip(store.find("b", "rows.csv"), b"\x1f\x8b")
    assert not is_gzip(store.find("b", "rows.csv"), b"id")
    with pytest.raises(SourceFormatError, match="is not gzip"):
        is_gzip(store.find("b", "rows.csv.gz"), b"id")
