"""Sets a message of a stopped job aside, for the job's resumption."""

from __future__ import annotations

from headrace import layout
from headrace.ledger import Ledger
from headrace.messages import Header
from headrace.ports import ObjectStore


def park(store: ObjectStore, ledger: Ledger, bucket: str, header: Header, body: str) -> bool:
    """Keeps what the queue carried in the data bucket and notes that in the ledger. Doing it twice does
    no harm.

    Returns:
        False where the job goes on again by now: whoever resumed it may have looked for its messages
        before this one was there.
    """
    key = layout.parked_key(header.job, header.unit, header.sequence)
    store.put(bucket, key, body.encode())
    ledger.park(header.job, header.unit, header.sequence)
    return ledger.stopped(header.job) is not None
