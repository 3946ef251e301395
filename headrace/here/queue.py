"""The write queue in the memory of this process: messages are invisible while they are worked on, come again
where that failed, and can rest, as in SQS."""

from __future__ import annotations

import heapq
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from threading import Condition, Lock

from headrace.errors import SendError
from headrace.ports import Clock

ROOM_BYTES = 4 * 1024 * 1024
"""Memory of messages that wait; who sends more waits himself."""
_LOOK_SECONDS = 0.5
"""How often who waits looks whether the queue was closed or a message has rested enough."""


@dataclass(frozen=True, slots=True)
class Received:
    """`receives`: how often it was received by now."""

    receipt: str
    body: str
    receives: int


class HereQueue:
    """
    Args:
        room: bytes of memory that messages may take before `feed` blocks.
    """

    def __init__(self, clock: Clock, room: int = ROOM_BYTES) -> None:
        self._clock = clock
        self._room = room
        self._lock = Lock()
        # Only those are woken who may have something to do: each costs all others a turn.
        self._arrived, self._room_made, self._emptied = (Condition(self._lock) for _ in range(3))
        self._numbers = count()
        self._waiting: list[tuple[float, int, Received]] = []
        self._taken: dict[str, tuple[Received, float]] = {}
        """Messages that are worked on, and when they are due where that fails."""
        self._bytes = 0
        self._closed = False

    def send(self, bodies: Sequence[str], delay: int = 0) -> list[int]:
        """Takes all, however many wait: for who works on a message, and would wait for himself."""
        with self._lock:
            self._send(bodies, delay)
        return []

    def release(self, receipt: str, delay: int) -> None:
        with self._lock:
            received, _ = self._taken[receipt]
            self._taken[receipt] = received, self._clock.now() + delay

    def feed(self, bodies: Sequence[str]) -> None:
        """Sends as soon as there is room. Raises SendError: the queue was closed."""
        with self._lock:
            while self._bytes >= self._room and not self._closed:
                self._room_made.wait(_LOOK_SECONDS)
            if self._closed:
                raise SendError("the queue on this machine is closed: its writers have ended")
            self._send(bodies)

    def receive(self) -> Received | None:
        """The next message that is due, as soon as there is one; None: the queue was closed."""
        with self._lock:
            while not self._closed:
                rest = self._waiting[0][0] - self._clock.now() if self._waiting else _LOOK_SECONDS
                if rest <= 0:
                    return self._take()
                self._arrived.wait(min(rest, _LOOK_SECONDS))
        return None

    def delete(self, received: Received) -> None:
        """It is done."""
        with self._lock:
            del self._taken[received.receipt]
            if self._is_empty():
                self._emptied.notify_all()

    def give_back(self, received: Received) -> None:
        """It is to come again, when it was released for."""
        with self._lock:
            message, due = self._taken.pop(received.receipt)
            self._push(message, due - self._clock.now())

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._arrived.notify_all()
            self._room_made.notify_all()

    def has_waiting(self) -> bool:
        """Whether there are messages that nobody works on."""
        return bool(self._waiting)

    def wait_until_empty(self, seconds: float) -> bool:
        """Whether, within so many seconds, nothing waits any more and nothing is worked on."""
        with self._lock:
            return self._emptied.wait_for(self._is_empty, seconds)

    def _is_empty(self) -> bool:
        return not self._waiting and not self._taken

    def _send(self, bodies: Sequence[str], delay: int = 0) -> None:
        for body in bodies:
            self._push(Received(str(next(self._numbers)), body, 0), delay)

    def _push(self, message: Received, delay: float) -> None:
        self._bytes += sys.getsizeof(message.body)
        heapq.heappush(self._waiting, (self._clock.now() + delay, next(self._numbers), message))
        self._arrived.notify()

    def _take(self) -> Received:
        due, _, message = heapq.heappop(self._waiting)
        self._bytes -= sys.getsizeof(message.body)
        received = replace(message, receives=message.receives + 1)
        self._taken[received.receipt] = received, due
        self._room_made.notify_all()
        return received


class Feed:
    """The write queue as those see it who fill it: sending waits for room."""

    def __init__(self, queue: HereQueue) -> None:
        self._queue = queue

    def send(self, bodies: Sequence[str], delay: int = 0) -> list[int]:  # noqa: ARG002 - loaders send at once
        self._queue.feed(bodies)
        return []

    def release(self, receipt: str, delay: int) -> None:
        self._queue.release(receipt, delay)
