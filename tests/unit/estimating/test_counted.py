"""What the estimate takes for granted of a message, a unit and an execution is what they do."""

from __future__ import annotations

import json
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from headrace.aws.ledger import DynamoLedger
from headrace.estimating.amounts import (
    JOB_TRANSITIONS,
    MESSAGE_LEDGER_READS,
    PHASE_TRANSITIONS,
    SETTLE_TRANSITIONS,
    UNIT_LEDGER_READS,
    UNIT_LEDGER_WRITES,
    UNIT_TRANSITIONS,
)
from headrace.job.model import Job
from headrace.loader import Loader
from headrace.messages import pack, put_request
from headrace.plan import Plan, Plans, Unit
from headrace.ports import KeyAttribute, ObjectRef, TableSchema
from headrace.writer import Writer
from tests.fakes import FakeClock, MemoryObjectStore, MemoryPlaces, MemoryQueue, MemoryTables

START = 1
"""Of an execution; it is reckoned as a transition."""
STATES = json.loads((Path(__file__).parents[3] / "statemachine/job.asl.json").read_text())["States"]
KEYS = (KeyAttribute("id", "S", "partition"),)


class CountedClient:
    """Of a ledger with nothing in it; counts units, as records are small."""

    def __init__(self) -> None:
        self.units: Counter[str] = Counter()

    def get_item(self, **_: Any) -> dict[str, Any]:
        self.units["read"] += 1
        return {}

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        self.units["read"] += sum(len(asked["Keys"]) for asked in RequestItems.values())
        return {"Responses": {}}

    def put_item(self, **_: Any) -> None:
        self.units["write"] += 1

    update_item = put_item


def follow(states: dict[str, Any], *names: str) -> int:
    """How many states these are; each leads to the next."""
    for one, other in pairwise(names):
        state = states[one]
        told = [state.get("Next"), state.get("Default"), *(c["Next"] for c in state.get("Choices", ()))]
        assert other in told, f"{one} does not lead to {other}"
    return len(names)


def test_a_unit_takes_a_transition_for_each_of_its_states() -> None:
    states = STATES["Work"]["ItemProcessor"]["States"]
    load = follow(states, "WhichWork", "LoadChunk", "IsThereMore", "UnitDone")
    scan = follow(states, "WhichWork", "ScanSegment", "IsThereMore", "UnitDone")
    assert UNIT_TRANSITIONS == START + load == START + scan


def test_an_execution_takes_a_transition_for_each_of_its_states() -> None:
    counted = ("Plan", "WhatWasPlanned", "Work", "IsThereAnotherPhase")
    ending = ("BeginToSettle", "Settle", "IsAllSettled", "Report", "HowDidItEnd", "Succeeded")
    assert START + follow(STATES, *counted, *ending) == JOB_TRANSITIONS
    assert follow(STATES, *counted, "Plan") - 1 == PHASE_TRANSITIONS
    assert (
        follow(STATES, "IsAllSettled", "WaitForWriters", "Settle", "IsAllSettled") - 1 == SETTLE_TRANSITIONS
    )


def plan(source: ObjectRef) -> Plan:
    return Plan("one", Job(f"s3://data/{source.key}", "orders"), source, "utf-8", False, ("id",), KEYS)


def test_a_message_takes_of_the_ledger_what_is_reckoned() -> None:
    client, clock, store, rng = CountedClient(), FakeClock(), MemoryObjectStore(), random.Random(0)
    plans = Plans(store, "data")
    plans.save(plan(ObjectRef("data", "some.csv", 0, "e")))
    places = MemoryPlaces(MemoryTables(TableSchema("orders", "arn", KEYS)))
    ledger = DynamoLedger(client, "ledger", clock, 30)
    writer = Writer(store, places, MemoryQueue(), ledger, plans, clock, rng, "data")
    (body,) = pack([put_request({"id": {"S": "a"}})], None, "one", 0, "orders", 0, 4096)
    writer.take(body.decode(), "receipt", 1, lambda: 60, 1)
    assert client.units == {"read": MESSAGE_LEDGER_READS, "write": 1}


def test_a_unit_takes_of_the_ledger_what_is_reckoned() -> None:
    """And a read for each batch of messages, of which there is one."""
    client, clock, store = CountedClient(), FakeClock(), MemoryObjectStore()
    store.put("data", "some.csv", b"id\na\n")
    source = store.find("data", "some.csv")
    ledger = DynamoLedger(client, "ledger", clock, 30)
    loader = Loader(store, MemoryQueue(), ledger, clock, random.Random(0), "data")
    loader.load(plan(source), Unit(0, 3, 5, 2, 1), lambda: 60, 1)
    handler_reads = 1
    assert client.units["read"] == UNIT_LEDGER_READS - handler_reads + 1
    assert client.units["write"] == UNIT_LEDGER_WRITES
