"""Settles what was given up, so that a job always ends and nothing is lost."""

from __future__ import annotations

import random

from headrace import layout
from headrace.errors import MessageError
from headrace.ledger import Delivery, Ledger, Outcome, add_outcomes
from headrace.messages import Message, requests_of
from headrace.parcels import Parcels
from headrace.parking import park
from headrace.plan import Plans
from headrace.ports import Counts, ObjectStore
from headrace.request_rejects import RejectedRequest, RequestRejects

_NO_REASON = "its writers ended without a word each time: out of memory, or out of time"


class DeadLetters:
    """
    Args:
        bucket: the data bucket.
    """

    def __init__(
        self, store: ObjectStore, ledger: Ledger, plans: Plans, rng: random.Random, bucket: str
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._bucket = bucket
        self._parcels = Parcels(store, bucket)
        self._rejects = RequestRejects(store, plans, rng, bucket)

    def take(self, message_id: str, body: str) -> None:
        """Puts what is not written of a message into its job's rejects and settles it as failed; one of a
        job that is to stop is set aside. A body that is no message of a known job, or has lines that
        are no requests, is kept as it is under `dead/`.

        Raises:
            TransientError: trying again may help.
        """
        try:
            self._take(self._parcels.open(body), body)
        except MessageError:
            self._store.put(self._bucket, layout.dead_key(message_id), body.encode())

    def _take(self, message: Message, body: str) -> None:
        header = message.header
        delivery = self._ledger.delivery(header.job, header.unit, header.sequence)
        if delivery.settled:
            return
        if delivery.stopped and park(self._store, self._ledger, self._bucket, header, body):
            return
        self._give_up(message, delivery)

    def _give_up(self, message: Message, delivery: Delivery) -> None:
        header = message.header
        reason = f"given up: {delivery.reason or _NO_REASON}"
        left = message.lines[delivery.progress.lines :]
        rejected = [RejectedRequest(request, reason) for line in left for request in requests_of(line)]
        part = self._rejects.keep(header, "given-up", rejected)
        given_up = Outcome(Counts(failed=len(rejected)), (part,), reason)
        outcome = add_outcomes(delivery.progress.outcome, given_up)
        self._ledger.settle(header.job, header.unit, header.sequence, outcome)
