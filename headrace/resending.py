"""Messages that were set aside when their job stopped, on their way back to the queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headrace.errors import MessageError
from headrace.ports import ObjectStore


class ParkedMessages:
    """Iterates over the bodies that are there; what is not is told afterwards, so that it keeps no
    other message from being sent."""

    def __init__(self, store: ObjectStore, bucket: str, keys: Sequence[str]) -> None:
        self._store = store
        self._bucket = bucket
        self._keys = keys
        self._missing: list[str] = []

    def __iter__(self) -> Iterator[bytes]:
        for key in self._keys:
            body = self._store.get(self._bucket, key)
            if body is None:
                self._missing.append(key)
            else:
                yield body

    def check(self) -> None:
        """Raises MessageError: names all that were missing so far."""
        if self._missing:
            names = ", ".join(self._missing)
            raise MessageError(f"parked messages are not in the bucket (any more): {names}")
