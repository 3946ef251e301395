"""Messages keep to the limits of the services, whatever is packed into them."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import MessageError
from headrace.messages import (
    MAX_MESSAGE_BYTES,
    MAX_REQUESTS,
    content_of,
    count_requests,
    delete_request,
    digest,
    pack,
    put_request,
    read_message,
    requests_of,
)
from headrace.ports import Item

HEADER = {"v": 1, "job": "j", "unit": 0, "sequence": 0, "target": "t", "requests": 1, "units": 1}
_texts = st.lists(st.text(max_size=40) | st.integers(0, 3000).map("x".__mul__), max_size=120)


def requests_from(texts: list[str]) -> list[bytes]:
    items = [{"id": {"S": str(number)}, "text": {"S": text}} for number, text in enumerate(texts)]
    return list(map(put_request, items))


def spelled(**fields: object) -> str:
    return orjson.dumps(HEADER | fields).decode()


@given(_texts, st.integers(1024, 9000))
def test_every_request_travels_once_in_lines_of_at_most_25(texts: list[str], limit: int) -> None:
    requests = requests_from(texts)
    messages = [read_message(body.decode()) for body in pack(requests, None, "j", 3, "t", 7, limit)]
    lines = [requests_of(line) for message in messages for line in message.lines]
    assert [request for line in lines for request in line] == [
        orjson.dumps(orjson.loads(request)).decode() for request in requests
    ]
    assert all(1 <= len(line) <= MAX_REQUESTS for line in lines)
    assert [message.header.sequence for message in messages] == list(range(7, 7 + len(messages)))
    assert sum(message.header.requests for message in messages) == len(texts)


@given(_texts, st.integers(1024, 9000))
def test_a_message_is_within_its_limit_or_carries_one_request_alone(texts: list[str], limit: int) -> None:
    for body in pack(requests_from(texts), None, "j" * 80, 99_999, "t" * 255, 0, limit):
        assert len(body) <= limit or read_message(body.decode()).header.requests == 1


@given(_texts, st.integers(1024, 9000))
def test_the_same_requests_make_the_same_messages(texts: list[str], limit: int) -> None:
    once, again = (list(pack(requests_from(texts), None, "j", 0, "t", 0, limit)) for _ in range(2))
    assert once == again


def test_a_request_larger_than_a_message_goes_alone_between_its_neighbours() -> None:
    bodies = list(pack(requests_from(["a", "x" * 5000, "b"]), None, "j", 0, "t", 0, 2048))
    assert [read_message(body.decode()).header.requests for body in bodies] == [1, 1, 1]


def test_no_requests_make_no_message() -> None:
    assert list(pack([], None, "j", 0, "t", 0, 2048)) == []


def test_the_largest_message_with_the_longest_names_is_one_that_sqs_takes() -> None:
    target = "arn:aws-us-gov:dynamodb:us-gov-east-1:123456789012:table/" + "t" * 255
    request = b"x" * (MAX_MESSAGE_BYTES - 1024 - 8)
    (body,) = pack([request], [400], "𝄞" * 80, 99_999, target, 10**9, MAX_MESSAGE_BYTES)
    assert len(body) <= MAX_MESSAGE_BYTES


@pytest.mark.parametrize(("spell", "what"), [(put_request, "Item"), (delete_request, "Key")])
def test_characters_that_sqs_refuses_are_spelled_as_escapes(
    spell: Callable[[Item], bytes], what: str
) -> None:
    item = {"id": {"S": "\x00\x1f\ufffe\uffff\u00e9\U0001d11e\ud7ff"}}
    body = spell(item).decode()
    assert not set("\x00\x1f\ufffe\uffff") & set(body)
    assert content_of(body) == (what, item)


@given(_texts, _texts, st.integers(1024, 9000))
def test_requests_with_one_digest_make_the_same_messages(
    one: list[str], other: list[str], limit: int
) -> None:
    first, second = requests_from(one), requests_from(other)
    same = list(pack(first, None, "j", 0, "t", 0, limit)) == list(pack(second, None, "j", 0, "t", 0, limit))
    assert (digest(first) == digest(second)) == same
    assert digest(first) == digest(requests_from(one))


def test_another_packing_gives_another_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = requests_from(["a"])
    before = digest(requests)
    monkeypatch.setattr("headrace.messages.PACKING", "another")
    assert digest(requests) != before


@pytest.mark.parametrize("body", ["", "text", "5", "[]", "{}", '{"v":1}', spelled(unit="0"), spelled(more=1)])
def test_a_body_that_is_no_message_is_told_from_one(body: str) -> None:
    with pytest.raises(MessageError, match="header"):
        read_message(body)


def test_a_message_of_another_version_says_so() -> None:
    with pytest.raises(MessageError, match="version 2"):
        read_message('{"v":2,"other":"fields"}')


@pytest.mark.parametrize("line", ["", "text", "{}", "5"])
def test_a_line_that_is_no_array_is_an_error_of_the_message(line: str) -> None:
    with pytest.raises(MessageError, match="line of the message"):
        requests_of(line)
    with pytest.raises(MessageError, match="line of the message"):
        count_requests(line)


@pytest.mark.parametrize("request_", ['{"DeleteRequest":{}}', '{"PutRequest":{"Item":5}}', "5", "null"])
def test_a_request_that_writes_nothing_is_an_error_of_the_message(request_: str) -> None:
    with pytest.raises(MessageError, match="neither a PutRequest nor a DeleteRequest"):
        content_of(request_)
