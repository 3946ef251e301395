"""The function: segments of a job, and the event of a plain scanner."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import pytest

from headrace.errors import JobInvalidError, ReadRefusedError, TransientError
from headrace.job.model import Operation
from headrace.ledger import Stop, UnitState
from headrace.plan import Plans, Segment
from headrace.scanning.scanner import Scanner
from headrace.scanning.sink import UnitLedger
from lambdas import scan_segment, wiring
from tests.unit.scanning.bench import BUCKET, JOB, QUEUE, SOURCE, Bench, before_call, items, plan

EVENT = {"job": JOB, "unit": asdict(Segment(0, 0, 1))}


@dataclass
class Context:
    """Lambda's context; less than a second is enough for a page."""

    milliseconds: int = 60_000
    function_name: str = "function"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:scan"
    aws_request_id: str = "request"

    def get_remaining_time_in_millis(self) -> int:
        self.milliseconds -= 1000
        return self.milliseconds


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench()
    bench.tables.add(SOURCE, *items(30))
    plans = Plans(bench.store, BUCKET)
    plans.save(plan(Operation.COPY))

    def scanner(units: UnitLedger | None = None) -> Scanner:
        ledger = units or bench.ledger
        return Scanner(bench.store, bench.places, bench.queue, ledger, bench.clock, bench.rng, BUCKET)

    monkeypatch.setattr(scan_segment, "scanner", scanner)
    monkeypatch.setattr(wiring, "plans", lambda: plans)
    monkeypatch.setattr(wiring, "ledger", lambda: bench.ledger)
    monkeypatch.setattr(scan_segment, "scan_defaults", lambda: (SOURCE, QUEUE))
    return bench


def call(event: dict[str, Any], milliseconds: int = 60_000) -> dict[str, Any]:
    answer: dict[str, Any] = scan_segment.handler(event, Context(milliseconds))  # type: ignore[arg-type]
    return answer


def test_a_segment_is_called_again_until_it_is_done(bench: Bench) -> None:
    answers = [call(EVENT, 2000)]
    while answers[-1]["more"]:
        answers.append(call(EVENT, 2000))
    assert [answer["cursor"]["page"] for answer in answers] == [1, 2, 3, 4, 5]
    assert bench.ledger.units(JOB)[0].tally.requests == 30


def test_what_no_second_try_can_mend_stops_the_job(bench: Bench) -> None:
    bench.tables.faults.on("read", 3, ReadRefusedError("scan: no such index"))
    assert call(EVENT)["more"] is False
    (record,) = bench.ledger.units(JOB)
    assert (record.state, record.error) == (UnitState.FAILED, "ReadRefusedError: scan: no such index")
    assert bench.ledger.stopped(JOB) == Stop("ReadRefusedError", "scan: no such index")


def test_what_may_pass_is_for_the_state_machine_to_try_again(bench: Bench) -> None:
    bench.tables.faults.on("read", 1, TransientError("lost"))
    with pytest.raises(TransientError):
        call(EVENT)
    assert bench.ledger.stopped(JOB) is None


def test_a_segment_of_a_stopped_job_is_not_called_again(bench: Bench) -> None:
    bench.ledger.stop(JOB, Stop("JobCancelledError", "enough"))
    assert call(EVENT)["more"] is False
    assert bench.ledger.units(JOB)[0].state is UnitState.RUNNING
    assert bench.tables.reads == []


def test_a_worker_whose_turn_is_over_is_not_called_again(bench: Bench) -> None:
    before_call(bench.queue, "send", 2, lambda: bench.scan(plan(Operation.COPY)))
    assert call(EVENT) == {"more": False, "cursor": {}}
    assert bench.ledger.units(JOB)[0].state is UnitState.DONE


def test_the_event_of_a_plain_scanner_is_taken_as_it_stands(bench: Bench) -> None:
    event = {"current_segment": 0, "total_segments": 1, "limit_of_rows": 20}
    answer = call(event, 2000)
    assert answer["more"] is True
    while answer["more"]:
        answer = call(event | {"cursor": answer["cursor"]}, 2000)
    assert answer == {"current_segment": 0, "rows": 20, "messages": 20, "more": False, "cursor": None}
    assert len(set(bench.user_queue.bodies)) == len(bench.user_queue.bodies) == 20
    assert bench.ledger.units(JOB) == []


@pytest.mark.usefixtures("bench")
def test_an_event_that_is_neither_is_refused() -> None:
    with pytest.raises(JobInvalidError, match="segment: unknown"):
        call({"segment": 1})
