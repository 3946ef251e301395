"""Events over EventBridge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from headrace.aws.errors import service_errors
from headrace.errors import TransientError
from headrace.names import EVENT_DETAIL_TYPE, EVENT_SOURCE


class EventBridgeEvents:
    def __init__(self, client: Any) -> None:
        self._events = client

    def publish(self, detail: Mapping[str, Any]) -> None:
        entry = {"Source": EVENT_SOURCE, "DetailType": EVENT_DETAIL_TYPE, "Detail": json.dumps(detail)}
        with service_errors("the event bus"):
            answer = self._events.put_events(Entries=[entry])
        if answer.get("FailedEntryCount"):
            raise TransientError(f"the event bus did not take the event: {answer['Entries']}")
