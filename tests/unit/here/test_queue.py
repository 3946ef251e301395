"""The queue of this machine keeps what SQS promises, and holds no more than it has room for."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from headrace.errors import SendError
from headrace.here.queue import Feed, HereQueue
from tests.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def queue(clock: FakeClock) -> HereQueue:
    return HereQueue(clock, room=sys.getsizeof("x" * 10))


def test_messages_come_in_the_order_in_which_they_were_sent(queue: HereQueue) -> None:
    queue.send(["a", "b"])
    queue.send(["c"])
    assert [body_of(queue) for _ in range(3)] == ["a", "b", "c"]


def test_a_message_that_rests_comes_when_it_is_due(queue: HereQueue, clock: FakeClock) -> None:
    queue.send(["rests"], delay=5)
    queue.send(["at once"])
    assert body_of(queue) == "at once"
    clock.sleep(5)
    assert body_of(queue) == "rests"


def test_a_message_that_is_given_back_comes_again_and_knows_how_often(
    queue: HereQueue, clock: FakeClock
) -> None:
    queue.send(["a"])
    first = queue.receive()
    assert first is not None
    queue.release(first.receipt, 3)
    queue.give_back(first)
    queue.send(["b"])
    assert body_of(queue) == "b"
    clock.sleep(3)
    again = queue.receive()
    assert again is not None
    assert (first.receives, again.receives, again.body) == (1, 2, "a")


def test_a_message_is_there_until_it_is_done(queue: HereQueue) -> None:
    queue.send(["a"])
    received = queue.receive()
    assert received is not None
    assert not queue.wait_until_empty(0)
    queue.delete(received)
    assert queue.wait_until_empty(0)


def test_who_fills_the_queue_waits_for_room_and_who_puts_back_does_not(queue: HereQueue) -> None:
    queue.send(["x" * 10])
    queue.send(["put back"])
    with ThreadPoolExecutor(1) as pool:
        filling = pool.submit(Feed(queue).send, ["more"])
        for _ in range(2):
            assert not filling.done()
            body_of(queue)
        assert filling.result(timeout=10) == []
    assert body_of(queue) == "more"


def test_room_is_memory_and_not_characters(clock: FakeClock) -> None:
    wide = "𝄞" * 1000
    queue = HereQueue(clock, room=2 * len(wide))
    queue.send([wide])
    with ThreadPoolExecutor(1) as pool:
        filling = pool.submit(Feed(queue).send, ["more"])
        with pytest.raises(TimeoutError):
            filling.result(timeout=0.1)
        queue.close()


def test_nobody_waits_for_a_queue_that_is_closed(queue: HereQueue) -> None:
    queue.send(["x" * 10])
    with ThreadPoolExecutor(1) as pool:
        filling = pool.submit(Feed(queue).send, ["more"])
        queue.close()
        with pytest.raises(SendError, match="closed"):
            filling.result(timeout=10)
    assert queue.receive() is None


def body_of(queue: HereQueue) -> str:
    received = queue.receive()
    assert received is not None
    return received.body
