"""Messages that are larger than a queue takes go by way of the bucket.

An item of 400 KB can be several times that as JSON: control characters and small list elements grow
most. The queue then carries just the key of the object that has the message.
"""

from __future__ import annotations

import orjson

from headrace import layout
from headrace.errors import MessageError
from headrace.messages import MAX_MESSAGE_BYTES, Message, read_message
from headrace.ports import ObjectStore

_OBJECT = "object"


class Parcels:
    """
    Args:
        bucket: the data bucket.
    """

    def __init__(self, store: ObjectStore, bucket: str) -> None:
        self._store = store
        self._bucket = bucket

    def wrap(self, body: bytes) -> bytes:
        """What the queue is to carry: the message itself, if it can. The same each time it is done."""
        if len(body) <= MAX_MESSAGE_BYTES:
            return body
        header = read_message(body.decode()).header
        key = layout.large_message_key(header.job, header.unit, header.sequence)
        self._store.put(self._bucket, key, body)
        return orjson.dumps({_OBJECT: key})

    def open(self, body: str) -> Message:
        """The message that the queue carried. Raises MessageError: it is none, or its object is gone."""
        if not body.startswith(f'{{"{_OBJECT}":'):
            return read_message(body)
        key = _key_of(body)
        data = self._store.get(self._bucket, key)
        if data is None:
            raise MessageError(f"the message's object {key} is not in the bucket (any more)")
        return read_message(data.decode())


def _key_of(body: str) -> str:
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MessageError(f"the message is no JSON: {error}") from error
    key = fields[_OBJECT]
    if len(fields) != 1 or not isinstance(key, str) or not layout.is_large_message_key(key):
        raise MessageError("the message names no object that a loader made")
    return key
