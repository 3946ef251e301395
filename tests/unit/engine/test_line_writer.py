"""Lines that are on their way at once are accounted for as if there had been one after the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import HeadraceError, JobError, TableNotFoundError, ThrottledError, TransientError
from headrace.job.model import WriteMode
from headrace.line_writer import Width
from headrace.messages import count_requests
from tests.fakes import Crash, MemoryTables
from tests.writing import LOAD, SCHEMA, Writing, deletes_of, messages_of, row_of

LINES = 3 * Width.MOST
_faults = st.lists(
    st.tuples(
        st.sampled_from(["write", "written"]),
        st.integers(1, 40),
        st.sampled_from([ThrottledError, TransientError, HeadraceError, TableNotFoundError, Crash]),
    ),
    max_size=8,
)


def writing_ahead(ahead: bool = True) -> Writing:
    return Writing(tables=MemoryTables(SCHEMA, ahead=ahead))


def body_of(lines: int) -> str:
    (body,) = messages_of(map(row_of, range(lines * 25)), limit=1_000_000)
    return body


def on_their_way(writing: Writing) -> int:
    return sum(one.open for one in writing.tables.begun)


def seen_at_each_write(writing: Writing, look: Callable[[], int]) -> list[int]:
    """What `look` finds whenever a write is begun; filled in as it goes."""
    seen: list[int] = []
    begin = writing.tables.begin_write

    def watched(table: str, requests: str) -> object:
        begun = begin(table, requests)
        seen.append(look())
        return begun

    writing.tables.begin_write = watched  # type: ignore[method-assign, assignment]
    return seen


def test_so_many_lines_are_on_their_way_and_no_more() -> None:
    writing = writing_ahead()
    seen = seen_at_each_write(writing, lambda: on_their_way(writing))
    writing.take(body_of(LINES))
    assert seen == [*range(1, Width.MOST), *[Width.MOST] * (LINES - Width.MOST + 1)]
    assert writing.settled.counts.written == len(writing.items) == LINES * 25


def test_where_the_table_is_slow_there_is_one_line_at_a_time_and_then_more_again() -> None:
    writing = writing_ahead()
    writing.tables.faults.on("write", 1, ThrottledError("slow", ["TableWrite"]))
    seen = seen_at_each_write(writing, lambda: on_their_way(writing))
    writing.take(body_of(LINES))
    assert seen[: Width.MOST] == list(range(1, Width.MOST + 1))
    assert max(seen[Width.MOST :]) == Width.MOST
    assert seen[Width.MOST] < Width.MOST
    assert writing.settled.counts.throttles == {"TableWrite": 1}


@pytest.mark.parametrize("error", [TableNotFoundError("gone"), HeadraceError("odd")])
def test_lines_behind_one_that_fails_are_given_up_and_written_again(error: HeadraceError) -> None:
    writing, body = writing_ahead(), body_of(LINES)
    writing.tables.faults.on("write", 3, error)
    if isinstance(error, JobError):
        writing.take(body)
        writing.ledger.clear_stop("one")
    else:
        with pytest.raises(HeadraceError):
            writing.take(body)
    assert writing.ledger.delivery("one", 0, 0).progress.lines == 2
    assert on_their_way(writing) == 0
    writing.take(body)
    assert writing.settled.counts.written == len(writing.items) == LINES * 25


def test_a_message_that_is_late_keeps_the_lines_that_were_done_before() -> None:
    writing, body = writing_ahead(), body_of(LINES)
    for call in range(3, 400):
        if call not in range(4, 10):
            writing.tables.faults.on("write", call, ThrottledError("slow"))
    writing.take(body, seconds=20)
    assert writing.queue.sent == [body]
    progress = writing.ledger.delivery("one", 0, 0).progress
    assert (progress.lines, progress.outcome.counts.written) == (2, 50)
    assert on_their_way(writing) == 0


def test_puts_under_a_condition_wait_for_their_turn_and_deletes_do_not() -> None:
    job = LOAD.__class__(LOAD.source, LOAD.target, mode=WriteMode.INSERT)
    writing = Writing(job, tables=MemoryTables(SCHEMA, ahead=True))
    writing.take(body_of(3))
    assert not writing.tables.begun
    writing.deliver(deletes_of([{"id": {"S": f"k{number}"}} for number in range(50)], unit=1))
    assert len(writing.tables.begun) == 2
    assert len(writing.items) == 25


@given(_faults, st.booleans(), st.integers(0, 9), st.integers(1, LINES), st.integers(6, 60))
def test_whatever_fails_each_request_is_written_or_rejected_once_in_the_accounts(
    faults: list[tuple[str, int, type[BaseException]]], ahead: bool, leave: int, lines: int, seconds: int
) -> None:
    writing, body = writing_ahead(ahead), body_of(lines)
    writing.write_seconds = seconds
    writing.tables.leave_every = 0 if leave < 2 else leave * 7
    writing.tables.refuse = ("<7>", "<301>")
    for method, call, error in faults:
        writing.tables.faults.on(method, call, error("the test's"))
    for _ in range(len(faults) + 1):
        writing.deliver([body])
        _check_progress(writing, body)
        writing.ledger.clear_stop("one")
    counts, refused = writing.settled.counts, (lines * 25 > 7) + (lines * 25 > 301)
    assert (counts.written, counts.rejected) == (lines * 25 - refused, refused)
    assert len(writing.items) == counts.written
    assert len(writing.rejects().splitlines()) >= 1 + refused


def _check_progress(writing: Writing, body: str) -> None:
    """What is kept of a message is the whole of its first lines, and nothing of the others."""
    delivery = writing.ledger.delivery("one", 0, 0)
    if not delivery.settled:
        done = body.split("\n")[1:][: delivery.progress.lines]
        assert delivery.progress.outcome.counts.requests == sum(map(count_requests, done))
