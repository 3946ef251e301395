"""Settles what was given up, so that a job always ends and nothing is lost."""

from __future__ import annotations

import random

from headrace import layout
from headrace.errors import MessageError
from headrace.ledger import Ledger, Outcome, add_outcomes
from headrace.messages import Message, requests_of
from headrace.parcels import Parcels
from headrace.plan import Plans
from headrace.ports import Counts, ObjectStore
from headrace.writer import rejects_of

_NO_REASON = "its writers ended without a word each time: out of memory, or out of time"


class DeadLetters:
    def __init__(
        self, store: ObjectStore, ledger: Ledger, plans: Plans, rng: random.Random, bucket: str
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._plans = plans
        self._rng = rng
        self._bucket = bucket
        self._parcels = Parcels(store, bucket)

    def take(self, message_id: str, body: str) -> None:
        """Puts what is not written of a message into its job's rejects and settles it as failed; a
        body that is no message of a known job, or has lines that are no requests, is kept as it is
        under `dead/`.

        Raises:
            TransientError: trying again may help.
        """
        try:
            self._settle(self._parcels.open(body))
        except MessageError:
            self._store.put(self._bucket, layout.dead_key(message_id), body.encode())

    def _settle(self, message: Message) -> None:
        header = message.header
        delivery = self._ledger.delivery(header.job, header.unit, header.sequence)
        if delivery.settled:
            return
        reason = f"given up: {delivery.reason or _NO_REASON}"
        requests = [
            request for line in message.lines[delivery.progress.lines :] for request in requests_of(line)
        ]
        file = rejects_of(self._plans.find(header.job), requests, [reason] * len(requests))
        name = f"{self._rng.getrandbits(32):08x}"
        part = layout.message_rejects_key(header.job, header.unit, header.sequence, name)
        self._store.put(self._bucket, part, file)
        given_up = Outcome(Counts(failed=len(requests)), (part,), reason)
        outcome = add_outcomes(delivery.progress.outcome, given_up)
        self._ledger.settle(header.job, header.unit, header.sequence, outcome)
