"""Progress only ever grows, and ends as the report: the same numbers, whatever goes wrong on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import ThrottledError
from headrace.job.model import Job, Operation, Scan
from headrace.ledger import JobRecord, JobState, Outcome
from headrace.plan import Plan
from headrace.ports import Counts
from headrace.progress import JobPhase, Pace, Progress, progress_of, read_progress
from tests.builders import TABLE, Pipeline, plan_of
from tests.everything import everything
from tests.fakes import FakeClock
from tests.scenarios import SCENARIOS, Scenario, small_pipeline, uninterrupted

ORDER = list(JobPhase)
_scenarios = st.sampled_from(SCENARIOS)


def progress(pipeline: Pipeline, job: str = "one") -> Progress:
    return read_progress(pipeline.ledger, pipeline.plans, job)


def check_same(found: Progress, report: Mapping[str, Any]) -> None:
    throttles = Counter(report["throttles"]) + Counter(report.get("scan", {}).get("throttles", {}))
    assert {name: getattr(found, name) for name in report["rows"]} == report["rows"]
    assert found.accounted == report["rows"]["read"]
    units = {"planned": found.units, "done": found.units_done, "failed": found.units_failed}
    assert units == report["units"]
    assert found.messages_sent == report["messages"]["sent"]
    assert found.messages_settled == report["messages"]["settled"]
    assert {"write_units": found.write_units, "read_units": found.read_units} == report["consumed"]
    assert Counter(found.throttles) == throttles
    assert found.phase is JobPhase.ENDED


def watched(pipeline: Pipeline) -> list[Progress]:
    """What is seen after each call of a worker, from now on."""
    seen: list[Progress] = []
    work = pipeline.between

    def between(it: Pipeline) -> None:
        work(it)
        seen.append(progress(it))

    pipeline.between = between
    return seen


@given(scenario=_scenarios, leave_every=st.sampled_from([0, 3]), seed=st.integers(0, 9))
def test_the_progress_of_a_job_that_ended_is_its_report(
    scenario: Scenario, leave_every: int, seed: int
) -> None:
    pipeline = small_pipeline(seed)
    document = scenario.prepare(pipeline)
    pipeline.tables.leave_every = leave_every
    pipeline.tables.faults.on("read", 4, ThrottledError("throttled", ["TableReadAccountLimitExceeded"]))
    report = pipeline.execute(document)
    found = progress(pipeline)
    check_same(found, report)
    assert found.done == found.total or found.total is None or found.is_estimate
    assert found.counted == report.get("count", report["planned"]).get("items", 0) + report["planned"].get(
        "deletes", 0
    )


@given(scenario=_scenarios, thousandth=st.integers(0, 999), seed=st.integers(0, 9))
def test_the_progress_of_a_job_that_was_stopped_is_its_report(
    scenario: Scenario, thousandth: int, seed: int
) -> None:
    pipeline = small_pipeline(seed)
    document = scenario.prepare(pipeline)
    pipeline.cancel(3 + uninterrupted(scenario)[1] * thousandth // 1000)
    report = pipeline.execute(document)
    pipeline.calls.at.clear()
    if "units" in report:
        check_same(progress(pipeline), report)
    else:
        assert progress(pipeline) == Progress("one", JobPhase.ENDED)


@given(scenario=_scenarios, seed=st.integers(0, 9))
def test_as_a_job_goes_on_its_progress_grows_and_its_phases_come_in_order(
    scenario: Scenario, seed: int
) -> None:
    pipeline = small_pipeline(seed)
    document = scenario.prepare(pipeline)
    seen = watched(pipeline)
    pipeline.execute(document)
    seen.append(progress(pipeline))
    phases = [ORDER.index(one.phase) for one in seen]
    assert phases == sorted(phases)
    for phase in JobPhase:
        done = [one.done for one in seen if one.phase is phase]
        assert done == sorted(done)
    assert all(one.read >= one.accounted for one in seen)
    assert all(one.total is None or one.done <= one.total for one in seen)
    assert all(one.messages_settled <= one.messages_sent for one in seen if one.phase is JobPhase.SETTLING)


def test_a_job_without_a_record_is_in_its_planning() -> None:
    assert progress(Pipeline()) == Progress("one", JobPhase.PLANNING)


def test_a_job_that_could_not_start_has_ended_with_nothing() -> None:
    pipeline = Pipeline()
    pipeline.execute({"operation": "load", "source": "s3://data/none.csv", "target": "orders"})
    assert progress(pipeline) == Progress("one", JobPhase.ENDED)


def test_rows_are_seen_as_the_writers_settle_them_before_their_window_is_read() -> None:
    pipeline = Pipeline()
    pipeline.put_source("id,name\n" + "".join(f"k{n},{n}\n" for n in range(100)))
    document = {"operation": "load", "source": "s3://data/incoming/orders/rows.csv", "target": TABLE}
    pipeline.plan(document)
    assert (progress(pipeline).done, progress(pipeline).total) == (0, 100)
    pipeline.ledger.settle("one", 0, 0, Outcome(Counts(written=40)))
    found = progress(pipeline)
    assert (found.done, found.read, found.written, found.phase) == (40, 40, 40, JobPhase.WORKING)


def test_blank_lines_and_what_the_filter_left_out_are_behind_the_job() -> None:
    pipeline = Pipeline()
    pipeline.run("id,name\na,1\n\n\nb,2\n")
    found = progress(pipeline)
    assert (found.read, found.done, found.total) == (2, 4, 4)
    filtered = small_pipeline()
    filtered.tables.add(TABLE, *everything(24))
    scan = {"filter": "attribute_exists(map)"}
    filtered.execute({"operation": "copy", "source": TABLE, "target": "copies", "scan": scan})
    assert progress(filtered).read < progress(filtered).done == 24


def plan(operation: Operation, **fields: Any) -> Plan:
    return plan_of(Job(TABLE, "t", operation, **fields), source=None, table={"items": 500, "bytes": 1})


def total(of: Plan) -> tuple[int | None, bool]:
    record = JobRecord("one", "arn", 0.0, JobState.RUNNING, units=1)
    found = progress_of(record, of, [], {})
    return found.total, found.is_estimate


def test_of_a_whole_table_the_total_is_what_dynamodb_said_last() -> None:
    assert total(plan(Operation.COPY)) == (500, True)
    assert total(plan(Operation.COUNT)) == (500, True)


@pytest.mark.parametrize(
    "fields",
    [
        {"scan": Scan(key_condition="id = :id")},
        {"scan": Scan(index="by-city")},
        {"scan": Scan(limit_per_segment=5)},
        {"mirror": True},
    ],
)
def test_of_a_part_of_a_table_or_of_two_tables_nobody_knows_the_total(fields: dict[str, Any]) -> None:
    assert total(plan(Operation.COPY, **fields)) == (None, False)


def test_an_estimate_never_is_less_than_what_is_done() -> None:
    pipeline = small_pipeline()
    pipeline.tables.add(TABLE, *everything(24))
    pipeline.execute({"operation": "count", "source": TABLE})
    assert (progress(pipeline).done, progress(pipeline).total) == (24, None)


def at(done: int, total: int | None = 1000) -> Progress:
    return Progress("one", JobPhase.WORKING, done=done, total=total)


def test_pace_is_what_was_done_in_the_last_while_and_gives_the_time_that_is_left() -> None:
    clock = FakeClock()
    pace = Pace(clock, window=10)
    for done in (0, 500, 510, 520):
        pace.see(at(done))
        clock.sleep(10)
    assert (pace.per_second, pace.seconds_left) == (1.0, 480.0)


def test_between_two_looks_that_are_far_apart_the_pace_is_theirs() -> None:
    clock = FakeClock()
    pace = Pace(clock, window=10)
    pace.see(at(0))
    clock.sleep(100)
    pace.see(at(200))
    assert pace.per_second == 2.0


def test_a_pace_is_not_known_before_the_second_look_nor_the_time_left_without_a_total() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    assert (pace.per_second, pace.seconds_left) == (None, None)
    pace.see(at(1))
    assert (pace.per_second, pace.seconds_left) == (None, None)
    clock.sleep(1)
    pace.see(at(3, None))
    assert (pace.per_second, pace.seconds_left) == (2.0, None)


def test_where_nothing_moves_nobody_knows_how_long_it_takes() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    for _ in range(2):
        pace.see(at(7))
        clock.sleep(5)
    assert (pace.per_second, pace.seconds_left) == (0.0, None)


def test_a_phase_that_starts_anew_starts_the_pace_anew() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    for done in (0, 900, 10, 30):
        pace.see(at(done))
        clock.sleep(2)
    assert pace.per_second == 10.0
