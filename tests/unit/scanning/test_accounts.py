"""Whatever fails and whoever else works on a segment: nothing is lost, and the counts are true."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.errors import HeadraceError, ThrottledError, TransientError, TurnLostError
from headrace.job.model import Operation, Scan
from headrace.ledger import UnitRecord
from headrace.messages import read_message
from headrace.plan import Plan, Segment, Task
from headrace.ports import Item, Remaining
from tests.fakes import Crash
from tests.unit.scanning.bench import (
    FIFO,
    JOB,
    SOURCE,
    TARGET,
    Bench,
    before_call,
    forever,
    in_order,
    item,
    no_time,
    plan,
)

PORTS = {
    "read": "tables",
    "absent": "tables",
    "send": "queue",
    "sent": "queue",
    "take_unit": "ledger",
    "save_unit": "ledger",
    "stopped": "ledger",
    "put": "store",
}
ERRORS: list[Callable[[], BaseException]] = [
    Crash,
    lambda: TransientError("lost"),
    lambda: ThrottledError("slow", ["TableReadMax"]),
]


@dataclass(frozen=True)
class Fault:
    """`change`: somebody writes to the table before the worker that comes next."""

    method: str
    call: int
    error: int
    change: bool


@dataclass(frozen=True)
class World:
    numbers: frozenset[int]
    page_items: int
    message_bytes: int
    segments: int
    faults: tuple[Fault, ...]
    rival: int
    """The call of `rival_at` before which another worker does all of the segment; 0: never."""
    rival_at: str
    rival_changes: bool
    fail_every: int
    pages_a_call: bool
    seed: int

    @property
    def may_change(self) -> bool:
        return self.rival_changes or any(fault.change for fault in self.faults)


faults = st.builds(
    Fault, st.sampled_from(sorted(PORTS)), st.integers(1, 12), st.integers(0, 2), st.booleans()
)
worlds = st.builds(
    World,
    st.frozensets(st.integers(0, 60), max_size=40),
    st.integers(1, 9),
    st.sampled_from([1300, 2500, 240 * 1024]),
    st.integers(1, 3),
    st.lists(faults, max_size=5).map(tuple),
    st.integers(0, 6),
    st.sampled_from(["read", "save_unit", "send"]),
    st.booleans(),
    st.sampled_from([0, 2, 5]),
    st.booleans(),
    st.integers(0, 3),
)


def original(number: int) -> Item:
    return item(number, name={"S": f"name {number}"})


class Run:
    """All segments of a job, each called again until it is done, as the state machine does."""

    def __init__(self, world: World, job: Plan, task: Task, table: str) -> None:
        self.world, self.job, self.task, self.table = world, job, task, table
        self.bench = Bench(world.page_items, world.seed)
        self.bench.tables.add(table, *map(original, world.numbers))
        for queue in (self.bench.queue, self.bench.user_queue, self.bench.fifo_queue):
            queue.fail_every = world.fail_every
        self.kept = {number: original(number) for number in world.numbers}
        self.changes = 0

    def start(self) -> None:
        bench, world = self.bench, self.world
        for fault in world.faults:
            self._ports()[PORTS[fault.method]].faults.on(fault.method, fault.call, ERRORS[fault.error]())
        if world.rival:
            port = self._ports()[PORTS[world.rival_at]]
            before_call(port, world.rival_at, world.rival, self._rival)
        for number in range(world.segments):
            self._finish(Segment(number, number, world.segments, self.task))
        assert all(record.state.is_final for record in bench.ledger.units(JOB))

    def _ports(self) -> dict[str, Any]:
        bench = self.bench
        queues = {Operation.SCAN: bench.fifo_queue if self.job.job.target == FIFO else bench.user_queue}
        queue = queues.get(self.job.job.operation, bench.queue)
        return {"tables": bench.tables, "queue": queue, "ledger": bench.ledger, "store": bench.store}

    def _finish(self, segment: Segment) -> None:
        remaining: Remaining = no_time if self.world.pages_a_call else forever
        changes = iter([fault.change for fault in self.world.faults])
        while True:
            try:
                if self.bench.scan(self.job, segment, remaining).state.is_final:
                    return
            except TurnLostError:
                assert self.bench.ledger.units(JOB)[segment.unit].turn > 1
            except (Crash, HeadraceError):
                if next(changes, False):
                    self.change()

    def _rival(self) -> None:
        if self.world.rival_changes:
            self.change()
        records = self.bench.ledger.units(JOB)
        number = records[-1].unit if records else 0
        self._finish(Segment(number, number, self.world.segments, self.task))

    def change(self) -> None:
        """An item goes, one comes, and one is another."""
        self.changes += 1
        self.bench.tables.add(self.table, item(100 + self.changes, name={"S": "new"}))
        if self.kept:
            changed = self.kept.pop(min(self.kept))
            self.bench.tables.add(self.table, changed | {"name": {"S": f"other {self.changes}"}})
        if self.kept:
            gone = self.kept.pop(max(self.kept))
            found = self.bench.tables.tables[self.table].items
            for key in [key for key, one in found.items() if one == gone]:
                del found[key]

    @property
    def records(self) -> list[UnitRecord]:
        return self.bench.ledger.units(JOB)

    def check_messages(self) -> None:
        """A number has one content for ever, and the accounts are those of the numbers that count."""
        contents = defaultdict(set)
        for body in self.bench.queue.sent:
            header = read_message(body).header
            contents[header.unit, header.sequence].add(body)
        assert max(map(len, contents.values()), default=1) == 1
        self.bench.deliver()
        settled = self.bench.ledger.settled(JOB)
        for record in self.records:
            counted = [
                read_message(min(contents[record.unit, number])).header.requests
                for number in range(record.sent)
                if record.required >> number & 1
            ]
            assert sum(counted) == record.tally.requests
            numbers = settled[record.unit].numbers if record.unit in settled else 0
            assert numbers & record.required == record.required

    def total(self, name: str) -> int:
        return sum(getattr(record.tally, name) for record in self.records)


@settings(max_examples=300)
@given(worlds)
def test_a_copy_loses_nothing_and_counts_each_item_once(world: World) -> None:
    run = Run(world, plan(Operation.COPY, message_bytes=world.message_bytes), Task.MOVE, SOURCE)
    run.start()
    run.check_messages()
    copied = run.bench.there()
    assert [one for one in run.kept.values() if one not in copied] == []
    if not world.may_change:
        assert copied == run.bench.there(SOURCE)
        assert run.total("requests") == run.total("rows") == len(world.numbers)
        assert all(record.void == () for record in run.records)


@settings(max_examples=150)
@given(worlds)
def test_a_truncate_deletes_all_that_was_there(world: World) -> None:
    run = Run(world, plan(Operation.TRUNCATE, message_bytes=world.message_bytes), Task.MOVE, TARGET)
    run.start()
    run.check_messages()
    assert [one for one in run.bench.there() if one in run.kept.values()] == []


@settings(max_examples=150)
@given(worlds, st.frozensets(st.integers(0, 60)))
def test_a_mirror_deletes_what_its_source_has_not_and_nothing_else(
    world: World, there: frozenset[int]
) -> None:
    job = plan(Operation.COPY, mirror=True, message_bytes=world.message_bytes)
    run = Run(world, job, Task.PRUNE, TARGET)
    run.bench.tables.add(SOURCE, *map(item, there))
    run.start()
    run.check_messages()
    left = {int(one["sk"]["N"]) for one in run.bench.there()}
    assert left & run.kept.keys() == there & run.kept.keys()
    if not world.may_change:
        assert left == world.numbers & there
        assert run.total("rows") == len(world.numbers - there)
        assert run.total("records") == len(world.numbers)


@settings(max_examples=300)
@given(worlds, st.booleans(), st.integers(1, 4))
def test_a_users_queue_gets_each_item_at_least_once(world: World, fifo: bool, per_message: int) -> None:
    fields = {"target": FIFO} if fifo else {}
    job = plan(Operation.SCAN, scan=Scan(items_per_message=per_message), **fields)
    run = Run(world, job, Task.MOVE, SOURCE)
    run.start()
    queue = run.bench.fifo_queue if fifo else run.bench.user_queue
    found = [orjson.loads(body) for body in queue.bodies]
    sent = [one for body in found for one in (body if per_message > 1 else [body])]
    assert [one for one in run.kept.values() if one not in sent] == []
    assert len(queue.bodies) >= run.total("user_messages")
    if not world.may_change:
        assert run.total("delivered") == len(world.numbers)
        if fifo or not (world.faults or world.rival):
            assert in_order(sent) == in_order(map(original, world.numbers))
            assert len(queue.bodies) == run.total("user_messages")


@settings(max_examples=100)
@given(worlds, st.sampled_from([Task.COUNT, Task.COUNT_PRUNE]))
def test_a_count_is_exact(world: World, task: Task) -> None:
    table = SOURCE if task is Task.COUNT else TARGET
    run = Run(world, plan(Operation.COPY, mirror=True), task, table)
    run.start()
    if not world.may_change:
        assert run.total("rows") == len(world.numbers)
    assert Counter(record.sent for record in run.records).keys() <= {0}
