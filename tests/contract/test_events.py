"""Events: the report of a job that ended, on the event bus."""

from __future__ import annotations

from typing import Any

import pytest

from headrace.aws.events import EventBridgeEvents
from headrace.errors import TransientError


class Bus:
    def __init__(self, **answer: Any) -> None:
        self.entries: list[dict[str, Any]] = []
        self._answer = answer

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        self.entries += Entries
        return self._answer


def test_the_event_says_what_it_is_and_carries_the_report() -> None:
    bus = Bus(FailedEntryCount=0)
    EventBridgeEvents(bus).publish({"job": "one", "rows": {"read": 1}})
    (entry,) = bus.entries
    assert entry["Detail"] == '{"job": "one", "rows": {"read": 1}}'
    assert (entry["Source"], entry["DetailType"]) == ("headrace", "Job Finished")


def test_an_event_that_the_bus_did_not_take_is_trouble_that_may_pass() -> None:
    with pytest.raises(TransientError, match="did not take"):
        EventBridgeEvents(Bus(FailedEntryCount=1, Entries=[{"ErrorCode": "Busy"}])).publish({})
