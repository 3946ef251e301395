"""What is plainly no JSON lines is told at once, and what may be is let through."""

from __future__ import annotations

import codecs
import gzip

import pytest

from headrace.errors import SourceFormatError
from headrace.head import HEAD_BYTES
from headrace.jsonlines.head import look_at_lines
from tests.fakes import MemoryObjectStore


def look(body: bytes, key: str = "rows.jsonl") -> bool:
    store = MemoryObjectStore(block=1 << 16)
    store.objects["b", key] = body
    return look_at_lines(store, store.find("b", key))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n \n",
        b'{"a":1}',
        b'\xef\xbb\xbf\n{"a":1}\r\n',
        b'{"a":\n{"b":1}\n',
        b'{"Item":{"id":{"S":"a"}}}\n' * 2,
        b'{"a":"' + b"x" * HEAD_BYTES,
        b'{"a":1}\n{"b":"' + b"x" * HEAD_BYTES,
    ],
)
def test_what_may_be_json_lines_passes_gzip_or_not(body: bytes) -> None:
    assert look(body) is False
    assert look(gzip.compress(body)) is True


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'[{"a":1},\n{"a":2}]\n', "a JSON array; one object a line is expected"),
        (b'{\n  "a": 1\n}\n', "no line of it is a JSON object by itself"),
        (b"id,name\n1,a\n", "its first line is no JSON; one JSON object a line is expected"),
        (b'"a"\n', "one JSON object a line is expected"),
        (
            codecs.BOM_UTF16_LE + '{"a":1}'.encode("utf-16-le"),
            "of UTF-16; JSON lines are UTF-8",
        ),
    ],
)
def test_what_is_plainly_something_else_is_refused_with_advice(body: bytes, reason: str) -> None:
    for packed in (body, gzip.compress(body)):
        with pytest.raises(SourceFormatError, match=r"s3://b/rows\.jsonl: ") as caught:
            look(packed)
        assert reason in str(caught.value)


def test_a_name_that_says_gzip_is_held_to_it() -> None:
    with pytest.raises(SourceFormatError, match=r"the name ends in \.gz but the object is not gzip"):
        look(b"{}", "rows.json.gz")
