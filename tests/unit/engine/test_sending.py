"""Every message is taken by the queue, or the caller hears of it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.backoff import full_jitter
from headrace.errors import SendError
from headrace.messages import MAX_MESSAGE_BYTES
from headrace.sending import TRIES, batches, send_all
from tests.fakes import FakeClock, MemoryQueue


def send(queue: MemoryQueue, bodies: list[str]) -> FakeClock:
    clock = FakeClock()
    send_all(queue, bodies, clock, random.Random(0))
    return clock


@given(st.lists(st.integers(1, MAX_MESSAGE_BYTES), max_size=30))
def test_batches_hold_what_sqs_takes_in_order(sizes: list[int]) -> None:
    found = list(batches(b"x" * size for size in sizes))
    assert [len(body) for batch in found for body in batch] == sizes
    assert all(len(batch) <= 10 and sum(map(len, batch)) <= MAX_MESSAGE_BYTES for batch in found)


def test_a_batch_is_measured_in_bytes() -> None:
    assert [
        len(batch)
        for batch in batches(
            ["é".encode() * (MAX_MESSAGE_BYTES // 4), "é".encode() * (MAX_MESSAGE_BYTES // 2)]
        )
    ] == [
        1,
        1,
    ]


def test_entries_that_failed_are_sent_again_and_no_other() -> None:
    queue = MemoryQueue(fail_every=3)
    clock = send(queue, list("abcdefgh"))
    assert sorted(queue.sent) == list("abcdefgh")
    assert clock.slept


def test_entries_that_fail_in_every_try_fail_the_send() -> None:
    with pytest.raises(SendError, match=f"1 of 1 messages in {TRIES} tries"):
        send(MemoryQueue(fail_every=1), ["a"])


@given(st.integers(0, 10_000), st.integers(0, 99))
def test_pauses_are_between_nothing_and_a_cap_that_grows(attempt: int, seed: int) -> None:
    pause = full_jitter(attempt, random.Random(seed))
    assert 0 <= pause <= min(5.0, 0.05 * 2 ** min(attempt, 30))
