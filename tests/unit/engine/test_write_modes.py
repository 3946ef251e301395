"""Whatever goes wrong, every request of a message is counted once, and no mode writes what it must not."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from headrace import layout
from headrace.errors import (
    HeadraceError,
    RoleNotAllowedError,
    TableNotFoundError,
    ThrottledError,
    TransientError,
)
from headrace.job.model import Job, WriteMode
from headrace.ledger import Stop
from headrace.ports import Condition, Item, Written
from tests.fakes import Crash
from tests.writing import LOAD, TABLE, Writing, deletes_of, messages_of

JOBS = {mode: replace(LOAD, mode=mode) for mode in WriteMode} | {
    WriteMode.NEWER: replace(LOAD, mode=WriteMode.NEWER, newer_by="at")
}
HOPELESS = {
    "gone": TableNotFoundError("there is no such table"),
    "not allowed": RoleNotAllowedError("the role does not trust it"),
}

_faults = st.lists(st.tuples(st.integers(0, 8), st.integers(1, 12)), max_size=8)
_limits = st.sampled_from([2048, 100_000])
"""Of a message, in bytes: one of a few requests, or one of several lines."""
_ages = st.dictionaries(st.integers(0, 60), st.integers(1, 5), max_size=61)
"""By the number in an item's key: how old it is."""


def aged(ages: dict[int, int], by: str) -> list[Item]:
    return [{"id": {"S": f"k{n}"}, "at": {"N": str(age)}, "by": {"S": by}} for n, age in ages.items()]


def age_of(item: Item) -> int:
    return int(item["at"]["N"])


def break_things(writing: Writing, faults: list[tuple[int, int]]) -> None:
    throttled = ThrottledError("throttled", ["TableWriteKeyRangeThroughputExceeded"])
    places: list[tuple[Any, str, BaseException]] = [
        (writing.tables, "write", throttled),
        (writing.tables, "written", Crash()),
        (writing.tables, "write_if", TransientError("lost")),
        (writing.tables, "written_if", Crash()),
        (writing.tables, "written_if", TransientError("lost")),
        (writing.ledger, "settle", Crash()),
        (writing.ledger, "keep_progress", TransientError("busy")),
        (writing.queue, "sent", Crash()),
        (writing.store, "put", HeadraceError("odd")),
    ]
    for number, call in faults:
        place, method, error = places[number]
        place.faults.on(method, call, error)


def troubled(job: Job, data: st.DataObject) -> Writing:
    """Writers in whose way everything is at times, and messages that come more than once."""
    seed = data.draw(st.integers(0, 99), "seed")
    copies = iter([random.Random(seed).randint(1, 3) for _ in range(30)])
    writing = Writing(job, seed, copies=lambda: next(copies, 1))
    writing.write_seconds = data.draw(st.sampled_from([5.3, 60.0]), "seconds")
    writing.tables.leave_every = data.draw(st.sampled_from([0, 2, 3]), "leave every")
    writing.tables.refuse = data.draw(st.sampled_from([(), ('"k1"', '"k2"', '"k30"')]), "refuse")
    break_things(writing, data.draw(_faults, "faults"))
    return writing


def before_calls(writing: Writing, act: Callable[[], None]) -> None:
    """Something that happens just before each call that writes."""
    write, write_if = writing.tables.write, writing.tables.write_if

    def acted(table: str, requests: str) -> Written:
        act()
        return write(table, requests)

    def acted_if(table: str, requests: str, condition: Condition) -> Written:
        act()
        return write_if(table, requests, condition)

    writing.tables.write = acted  # type: ignore[method-assign]
    writing.tables.write_if = acted_if  # type: ignore[method-assign]


def run(writing: Writing, bodies: list[str]) -> None:
    writing.queue.sent += bodies
    writing.deliver()


def is_refused(writing: Writing, number: int) -> bool:
    return writing.job.mode is not WriteMode.DELETE and f'"k{number}"' in writing.tables.refuse


def is_skipped(mode: WriteMode, old: int | None, new: int) -> bool:
    """As the docs say it, of the ages of what is there and of what comes."""
    return old is not None and (mode is WriteMode.INSERT or (mode is WriteMode.NEWER and new <= old))


def stopped_at(writing: Writing, call: int, why: str) -> Callable[[], None]:
    """What stops a job at a call that writes: a cancel mark, or a hopeless error."""
    calls = iter(range(10**6))

    def act() -> None:
        if next(calls) != call:
            return
        if why == "cancel":
            writing.ledger.stop("one", Stop("JobCancelledError", "cancelled"))
        else:
            raise HOPELESS[why]

    return act


@given(
    mode=st.sampled_from([WriteMode.PUT, WriteMode.INSERT, WriteMode.NEWER, WriteMode.DELETE]),
    there=_ages,
    ours=_ages,
    call=st.integers(0, 40),
    why=st.sampled_from(["cancel", *HOPELESS]),
    limit=_limits,
    data=st.data(),
)
def test_every_request_is_counted_once_also_where_the_job_stops_and_goes_on(
    mode: WriteMode,
    there: dict[int, int],
    ours: dict[int, int],
    call: int,
    why: str,
    limit: int,
    data: st.DataObject,
) -> None:
    writing = troubled(JOBS[mode], data)
    writing.tables.add(TABLE, *aged(there, "them"))
    before_calls(writing, stopped_at(writing, call, why))
    items = aged(ours, "us")
    deletes = [{"id": item["id"]} for item in items]
    bodies = deletes_of(deletes, limit) if mode is WriteMode.DELETE else messages_of(items, limit)
    run(writing, bodies)
    check_what_is_set_aside(writing, bodies)
    writing.ledger.clear_stop("one")
    run(writing, list(writing.parked.values()))
    refused = {n for n in ours if is_refused(writing, n)}
    skipped = {n for n, age in ours.items() if is_skipped(mode, there.get(n), age)} - refused
    written = ours.keys() - skipped - refused
    counts = writing.settled.counts
    assert (counts.written, counts.skipped) == (len(written), len(skipped))
    assert (counts.rejected, counts.failed) == (len(refused), 0)
    assert writing.settled.numbers == (1 << len(bodies)) - 1
    gone = written if mode is WriteMode.DELETE else set()
    owners = dict.fromkeys(there, "them") | dict.fromkeys(written, "us")
    assert by_whom(writing) == {n: owner for n, owner in owners.items() if n not in gone}


def check_what_is_set_aside(writing: Writing, bodies: list[str]) -> None:
    """Every message is settled or kept as it was."""
    settled = writing.settled
    assert settled.numbers | settled.parked == (1 << len(bodies)) - 1
    assert not settled.parked or writing.ledger.stopped("one")
    keys = {layout.parked_key("one", 0, number): body for number, body in enumerate(bodies)}
    assert writing.parked.items() <= keys.items()
    kept = {number for number in range(len(bodies)) if settled.parked >> number & 1}
    assert {layout.parked_key("one", 0, number) for number in kept} <= writing.parked.keys()


def by_whom(writing: Writing) -> dict[int, str]:
    return {number: item["by"]["S"] for number, item in numbered(writing).items()}


def numbered(writing: Writing) -> dict[int, Item]:
    return {int(key[1:]): item for (key,), item in writing.items.items()}


@given(
    mode=st.sampled_from([WriteMode.INSERT, WriteMode.NEWER]),
    there=_ages,
    ours=_ages,
    others=st.lists(_ages, max_size=20),
    limit=_limits,
    data=st.data(),
)
def test_what_others_write_meanwhile_is_never_written_over(
    mode: WriteMode,
    there: dict[int, int],
    ours: dict[int, int],
    others: list[dict[int, int]],
    limit: int,
    data: st.DataObject,
) -> None:
    """Each of them writes just before one of our calls, and only what is newer than what is there."""
    writing = troubled(JOBS[mode], data)
    known = dict(there)

    def somebody_writes() -> None:
        check()
        newer = {n: age for n, age in (others.pop() if others else {}).items() if age > known.get(n, 0)}
        known.update(newer)
        writing.tables.add(TABLE, *aged(newer, "others"))

    def check() -> None:
        """Of what is known to be there nothing got older; nothing that others wrote last was inserted
        over."""
        for number, item in numbered(writing).items():
            assert age_of(item) >= known.get(number, 0)
            assert mode is WriteMode.NEWER or number not in known or age_of(item) == known[number]
            known[number] = age_of(item)

    writing.tables.add(TABLE, *aged(there, "them"))
    before_calls(writing, somebody_writes)
    run(writing, messages_of(aged(ours, "us"), limit))
    check()
    taken = {n: age for n, age in ours.items() if not is_refused(writing, n)}
    counts = writing.settled.counts
    assert (counts.requests, counts.rejected, counts.failed) == (len(ours), len(ours) - len(taken), 0)
    assert mode is WriteMode.INSERT or all(known[n] >= age for n, age in taken.items())


@given(ours=_ages, limit=_limits, data=st.data())
def test_insert_counts_items_that_are_there_already_as_written_or_skipped_but_all_of_them(
    ours: dict[int, int], limit: int, data: st.DataObject
) -> None:
    """An item that is there just as it would be written may well be our own, of a try before."""
    writing = troubled(JOBS[WriteMode.INSERT], data)
    writing.tables.add(TABLE, *aged(ours, "us"))
    run(writing, messages_of(aged(ours, "us"), limit))
    counts = writing.settled.counts
    assert counts.requests == counts.written + counts.skipped + counts.rejected == len(ours)
