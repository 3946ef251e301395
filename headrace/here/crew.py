"""The threads that write messages: few, each with several batches on its way, and more where these wait.

Only one thread at a time runs Python, and what they do to take turns costs more than it gains. But a thread
that waits for a table that is too slow, or that puts items one by one, keeps its other batches waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future

from headrace.line_writer import Width
from headrace.ports import Clock

FEW = 2
_BUSY = 0.5
"""Of a processor, from which on more threads would only take turns."""
_LEAST_SECONDS = 0.1


class Crew:
    """
    Args:
        pool: has as many threads as batches may be written at once.
        work: what a thread does, until there is no more to do.
        most: batches that are written at once.
        width: that all of them share; it is set so that they are no more than `most` together.
        processor: seconds of it that this process has used.
    """

    def __init__(
        self,
        pool: Executor,
        work: Callable[[], None],
        most: int,
        width: Width,
        clock: Clock,
        processor: Callable[[], float],
    ) -> None:
        self._pool = pool
        self._work = work
        self._most = most
        self._width = width
        self._clock = clock
        self._processor = processor
        self._threads: list[Future[None]] = []
        self._seen = clock.now(), processor()
        self._begin(FEW)

    def grow(self) -> None:
        """Twice as many, where there is more to do than they do and they do not use the processor."""
        now, used = self._clock.now(), self._processor()
        seconds = now - self._seen[0]
        if seconds < _LEAST_SECONDS:
            return
        is_busy, self._seen = used - self._seen[1] > _BUSY * seconds, (now, used)
        if not is_busy:
            self._begin(len(self._threads))

    def check(self) -> None:
        """Raises what ended one of them: nothing that the engine knows."""
        for thread in self._threads:
            if thread.done():
                thread.result()

    def _begin(self, more: int) -> None:
        threads = min(len(self._threads) + more, self._most)
        self._width.limit(max(self._most // threads, 1))
        self._threads += [self._pool.submit(self._work) for _ in range(threads - len(self._threads))]
