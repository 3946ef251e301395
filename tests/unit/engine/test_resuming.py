"""A job that is stopped anywhere, and resumed, comes to what it would have come to."""

from __future__ import annotations

import contextlib
import itertools
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace import layout
from headrace.errors import JobInvalidError, JobNotFoundError, JobRunningError, TurnLostError
from headrace.ledger import Outcome, Stop, UnitRecord, UnitState
from headrace.plan import Unit, Work, work_of
from headrace.resuming import RESEND_MESSAGES
from tests.builders import (
    BUCKET,
    EXECUTION,
    TABLE,
    Killed,
    Pipeline,
    execution,
    forever,
    is_balanced,
    job_document,
    upload_event,
)
from tests.fakes import Crash
from tests.scenarios import READING, SCENARIOS, WRITING, Scenario, outcome, small_pipeline, uninterrupted

STOP = Stop("JobCancelledError", "the execution was stopped")
_scenarios = st.sampled_from(SCENARIOS)
_calls = st.integers(0, 999)
"""At which of the calls that a run makes something happens, in thousandths."""
_seeds = st.integers(0, 9)
COPYING = next(one for one in WRITING if one.name == "copy")


def call_of(scenario: Scenario, thousandth: int) -> int:
    return 3 + uninterrupted(scenario)[1] * thousandth // 1000


def run_until_killed(
    pipeline: Pipeline, document: dict[str, Any], name: str = "one"
) -> dict[str, Any] | None:
    """The report, where the job was at its end before it was to be killed."""
    try:
        return pipeline.execute(document, execution(name))
    except Killed:
        return None
    finally:
        pipeline.calls.at.clear()


def resumed(pipeline: Pipeline, name: str = "again") -> dict[str, Any]:
    """The report of a resumption by functions that were deployed anew."""
    pipeline.deploy()
    return pipeline.resume(name=name)


def check(pipeline: Pipeline, scenario: Scenario, report: dict[str, Any]) -> None:
    assert report["status"] == "SUCCEEDED", report["cause"]
    assert outcome(pipeline, report) == uninterrupted(scenario)[0]


@given(scenario=_scenarios, at=_calls, is_told=st.booleans(), rounds=st.integers(0, 3), seed=_seeds)
def test_a_killed_execution_is_resumed_from_wherever_it_stood(
    scenario: Scenario, at: int, is_told: bool, rounds: int, seed: int
) -> None:
    """Whether or not the event of its end arrived, and however many messages came meanwhile."""
    pipeline = small_pipeline(seed)
    document = scenario.prepare(pipeline)
    pipeline.kill(call_of(scenario, at))
    run_until_killed(pipeline, document)
    if is_told and (stopped := pipeline.reporter.report_stopped("one", EXECUTION.arn, STOP)):
        assert is_balanced(stopped)
        assert (stopped["status"] == "FAILED") or not any(stopped["pending"].values())
    pipeline.deliver(rounds)
    check(pipeline, scenario, resumed(pipeline))


@given(scenario=_scenarios, at=_calls, seed=_seeds)
def test_a_job_that_is_told_to_stop_ends_with_balanced_accounts_and_is_resumed(
    scenario: Scenario, at: int, seed: int
) -> None:
    pipeline = small_pipeline(seed)
    document = scenario.prepare(pipeline)
    pipeline.cancel(call_of(scenario, at))
    report = pipeline.execute(document)
    pipeline.calls.at.clear()
    assert is_balanced(report)
    if report["status"] == "FAILED":
        assert (report["error"], report.get("missing", [])) == ("JobCancelledError", [])
        assert '{"resume": "one"}' in report["cause"]
        report = resumed(pipeline)
    check(pipeline, scenario, report)


@given(scenario=_scenarios, ats=st.lists(_calls, min_size=2, max_size=5), seed=_seeds)
def test_a_resumption_that_is_killed_is_resumed(scenario: Scenario, ats: list[int], seed: int) -> None:
    pipeline, rng = small_pipeline(seed), random.Random(seed)
    document = scenario.prepare(pipeline)
    pipeline.kill(call_of(scenario, ats[0]))
    run_until_killed(pipeline, document)
    name = "one"
    for number, at in enumerate(ats[1:]):
        if rng.random() < 0.5:
            pipeline.reporter.report_stopped("one", execution(name).arn, STOP)
        pipeline.deliver(rng.randint(0, 2))
        pipeline.deploy()
        pipeline.kill(1 + call_of(scenario, at) // 2)
        name = f"resumption-{number}"
        run_until_killed(pipeline, {"resume": "one"}, name)
    check(pipeline, scenario, resumed(pipeline))


@given(scenario=_scenarios, at=_calls, is_stopped=st.booleans(), seed=_seeds)
def test_a_function_that_outlives_its_execution_changes_nothing(
    scenario: Scenario, at: int, is_stopped: bool, seed: int
) -> None:
    """In the middle of one of its calls the job is resumed, and done; then it goes on."""
    pipeline, reports = small_pipeline(seed), list[dict[str, Any]]()
    document = scenario.prepare(pipeline)

    def take_over() -> None:
        pipeline.executions.running.clear()
        if is_stopped:
            pipeline.ledger.stop("one", STOP)
        reports.append(pipeline.resume())
        pipeline.between, pipeline.load_tries = _die, 1
        pipeline.__dict__.update(work=_die, _note=_die)

    pipeline.calls.at = {pipeline.calls.count + call_of(scenario, at): take_over}
    with contextlib.suppress(Killed, TurnLostError):
        reports.append(pipeline.execute(document))
    assert pipeline.ledger.jobs["one"].execution == reports[0]["execution"]
    pipeline.between = lambda _: None
    pipeline.deliver()
    check(pipeline, scenario, reports[0])


def _die(*_: object) -> None:
    raise Killed


@given(scenario=st.sampled_from([one for one in WRITING if one.name not in ("insert", "newer")]), seed=_seeds)
@settings(max_examples=60)
def test_messages_that_were_lost_are_made_again(scenario: Scenario, seed: int) -> None:
    pipeline, rng = small_pipeline(seed), random.Random(seed)
    document = scenario.prepare(pipeline)
    pipeline.copies = lambda: int(rng.random() > 0.15)
    report = pipeline.execute(document)
    pipeline.copies = lambda: 1
    if report["status"] == "FAILED":
        assert report["error"] == "RowsMissingError"
        assert report["pending"]["messages"] > 0
        report = resumed(pipeline)
    check(pipeline, scenario, report)


@pytest.mark.parametrize("scenario", WRITING[:2], ids=repr)
def test_rows_that_were_lost_are_in_the_table_also_where_writes_are_conditional(scenario: Scenario) -> None:
    """Their accounts are those of the second time, when what was written is there already."""
    pipeline = small_pipeline()
    document = scenario.prepare(pipeline) | {"write": {"mode": "insert"}}
    copies = iter([0, 1, 0])
    pipeline.copies = lambda: next(copies, 1)
    assert pipeline.execute(document)["error"] == "RowsMissingError"
    report = resumed(pipeline)
    expected, _ = uninterrupted(scenario)
    found = outcome(pipeline, report)
    assert (report["status"], is_balanced(report)) == ("SUCCEEDED", True)
    assert {name: found[name] for name in (TABLE, "copies")} == {
        name: expected[name] for name in (TABLE, "copies")
    }


@pytest.mark.parametrize("scenario", SCENARIOS, ids=repr)
def test_a_job_with_nothing_left_just_reports_again(scenario: Scenario) -> None:
    pipeline = small_pipeline()
    first = pipeline.execute(scenario.prepare(pipeline))
    reads = pipeline.tables.faults.calls["read"]
    again = resumed(pipeline)
    assert {**again, "resumed": 0, "execution": first["execution"]} == first
    assert pipeline.tables.faults.calls["read"] == reads


def test_a_job_that_runs_is_not_resumed_and_its_report_stays() -> None:
    pipeline = Pipeline()
    pipeline.put_source("id,name\na,1\n")
    pipeline.plan(job_document())
    pipeline.executions.running.add(EXECUTION.arn)
    with pytest.raises(JobRunningError, match=r'\{"cancel": "one"\}'):
        pipeline.planner.plan({"resume": "one"}, execution("again"), forever, 0)
    refused = pipeline.resume()
    assert (refused["error"], pipeline.ledger.jobs["one"].execution) == ("JobRunningError", EXECUTION.arn)
    assert (BUCKET, layout.report_key("one")) not in pipeline.store.objects


def test_what_was_never_there_is_neither_resumed_nor_cancelled_and_leaves_nothing() -> None:
    pipeline = Pipeline()
    assert pipeline.resume("never")["error"] == "JobNotFoundError"
    assert "never" not in pipeline.ledger.jobs
    with pytest.raises(JobNotFoundError, match="cancel: there is no job 'never'"):
        pipeline.plan({"cancel": "never"}, execution("other"))


def test_of_two_resumptions_at_once_one_has_the_job() -> None:
    pipeline = small_pipeline()
    document = SCENARIOS[0].prepare(pipeline)
    pipeline.kill(60)
    run_until_killed(pipeline, document)
    errors: list[str] = []

    def second() -> None:
        errors.append(pipeline.resume(name="second")["error"])

    pipeline.calls.at = {pipeline.calls.count + 6: second}
    report = resumed(pipeline, "first")
    assert errors == ["JobRunningError"]
    assert (report["status"], report["resumed"]) == ("SUCCEEDED", 1)


def stopped_copy() -> Pipeline:
    """A copy that was stopped in the middle: units that are done, and messages in the queue."""
    pipeline = small_pipeline()
    document = COPYING.prepare(pipeline)
    pipeline.between = lambda _: None
    pipeline.kill(130)
    run_until_killed(pipeline, document)
    pipeline.reporter.report_stopped("one", EXECUTION.arn, STOP)
    return pipeline


@pytest.mark.parametrize("rounds", [0, 1])
@pytest.mark.parametrize("call", range(1, 30, 2))
def test_a_resumption_that_dies_before_it_has_begun_leaves_the_job_to_the_next(
    call: int, rounds: int
) -> None:
    """Nothing that is on its way is taken for lost, and nothing is done twice."""
    whole, pipeline = stopped_copy(), stopped_copy()
    whole.deliver(rounds)
    pipeline.deliver(rounds)
    pipeline.kill(call)
    run_until_killed(pipeline, {"resume": "one"}, "first")
    report, expected = resumed(pipeline, "second"), resumed(whole)
    check(pipeline, COPYING, report)
    assert report["units"] == expected["units"]
    assert {unit.state for unit in pipeline.ledger.units("one") if unit.unit < 2} == {UnitState.DONE}


@pytest.mark.parametrize("call", range(5, 40, 2))
def test_what_was_lost_is_made_again_also_if_the_plan_function_dies_on_the_way(call: int) -> None:
    pipeline = small_pipeline()
    document = COPYING.prepare(pipeline)
    copies = iter([0, 1, 0])
    pipeline.copies = lambda: next(copies, 1)
    assert pipeline.execute(document)["error"] == "RowsMissingError"
    pipeline.calls.at = {pipeline.calls.count + call: _crash}
    check(pipeline, COPYING, pipeline.resume())


def stopped_load(units: int) -> tuple[Pipeline, list[Work]]:
    pipeline = Pipeline()
    pipeline.put_source("id,name\n" + "".join(f"k{n},{'x' * 500}\n" for n in range(3 * units)))
    planned = pipeline.plan(job_document(parallel={"chunk_bytes": 1024}))
    assert planned["units"] == units
    return pipeline, [work_of(unit) for unit in pipeline.units("one")]


def left_of(pipeline: Pipeline, name: str = "again") -> list[Work]:
    """What a resumption is to do."""
    planned = pipeline.plan({"resume": "one"}, execution(name))
    return [work_of(unit) for unit in pipeline.units("one", planned["units_key"])]


def test_only_what_is_left_is_listed() -> None:
    pipeline, works = stopped_load(6)
    ledger = pipeline.ledger
    for number, state in enumerate(["done", "done", "running", "failed", "void"]):
        ledger.put_unit("one", UnitRecord(number, UnitState(state), sent=3, void=((1, 1),), error="why"))
        ledger.settle("one", number, 0, Outcome())
        for parked in (1, 2, 3):
            ledger.park("one", number, parked)
    ledger.settle("one", 0, 2, Outcome())
    ledger.stop("one", STOP)
    resend = Unit(6, 0, 0, 0, 0, resend=tuple(layout.parked_key("one", number, 2) for number in (1, 2, 3)))
    assert left_of(pipeline) == [works[2], works[3], works[5], resend]
    failed = ledger.unit("one", 3)
    assert failed is not None
    assert (failed.state, failed.error) == (UnitState.RUNNING, None)


def test_parked_messages_are_sent_by_units_of_some_hundred_and_by_new_ones_if_those_did_not_end() -> None:
    pipeline, _ = stopped_load(1)
    messages = RESEND_MESSAGES + 1
    pipeline.ledger.put_unit("one", UnitRecord(0, UnitState.DONE, sent=messages))
    for number in range(messages):
        pipeline.ledger.park("one", 0, number)
    first = left_of(pipeline)
    assert [(unit.unit, len(unit.resend)) for unit in first if isinstance(unit, Unit)] == [(1, 500), (2, 1)]
    pipeline.ledger.put_unit("one", UnitRecord(2, UnitState.DONE))
    pipeline.ledger.settle("one", 0, messages - 1, Outcome())
    second = left_of(pipeline, "once more")
    assert [(unit.unit, len(unit.resend)) for unit in second if isinstance(unit, Unit)] == [(3, 500)]
    assert [unit.state for unit in pipeline.ledger.units("one")] == ["done", "void", "done"]


def test_a_list_of_nothing_has_a_unit_that_is_done_as_a_map_wants_one() -> None:
    pipeline, works = stopped_load(2)
    for number in range(2):
        pipeline.ledger.put_unit("one", UnitRecord(number, UnitState.DONE))
    assert left_of(pipeline) == works[1:]


@pytest.mark.parametrize("call", range(1, 30, 2))
def test_a_plan_function_that_dies_at_any_of_its_steps_is_called_again(call: int) -> None:
    """Also where it goes on to the second phase, and where it resumes."""
    scenario = next(one for one in WRITING if one.name == "mirror")
    pipeline = small_pipeline()
    document = scenario.prepare(pipeline)
    plan, deaths = pipeline.planner.plan, itertools.cycle([_crash, lambda: None])

    def dying(*asked: Any) -> dict[str, Any]:
        pipeline.calls.at.setdefault(pipeline.calls.count + call, next(deaths))
        return plan(*asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline.planner, "plan", dying)
        pipeline.calls.at[call_of(scenario, 700)] = lambda: pipeline.ledger.stop("one", STOP)
        assert pipeline.execute(document)["error"] == "JobCancelledError"
        report = pipeline.resume()
    check(pipeline, scenario, report)


def _crash() -> None:
    raise Crash


def test_an_upload_is_resumed_by_the_name_that_all_its_deliveries_share() -> None:
    pipeline = small_pipeline()
    pipeline.put_source("id,name\n" + "".join(f"k{n},{'x' * 60}{n}\n" for n in range(30)))
    pipeline.kill(30)
    assert run_until_killed(pipeline, upload_event()) is None
    (job,) = pipeline.ledger.jobs
    assert pipeline.resume(job)["rows"]["written"] == 30
    assert pipeline.execute(upload_event(), execution("late"))["status"] == "DUPLICATE"


def test_a_job_is_cancelled_by_another_execution() -> None:
    pipeline = small_pipeline()
    document = COPYING.prepare(pipeline)
    answers: list[dict[str, Any]] = []

    def cancel() -> None:
        answers.append(pipeline.execute({"cancel": "one"}, execution("cancel")))

    pipeline.calls.at = {pipeline.calls.count + 100: cancel}
    report = pipeline.execute(document)
    assert answers == [{"status": "CANCELLING", "job": "one"}]
    assert (report["error"], is_balanced(report)) == ("JobCancelledError", True)
    assert "cancelled by execution cancel" in report["cause"]
    with pytest.raises(JobInvalidError, match="has ended"):
        pipeline.plan({"cancel": "one"}, execution("late"))
    check(pipeline, COPYING, resumed(pipeline))


def test_only_the_execution_whose_job_it_is_ends_it_and_only_once() -> None:
    pipeline = Pipeline()
    pipeline.put_source("id,name\na,1\n")
    pipeline.plan(job_document())
    report_stopped = pipeline.reporter.report_stopped
    assert report_stopped("one", execution("other").arn, STOP) is None
    assert report_stopped("never", EXECUTION.arn, STOP) is None
    assert pipeline.ledger.stopped("one") is None
    report = report_stopped("one", EXECUTION.arn, STOP)
    assert report is not None
    assert report["pending"]["units"] == 1
    assert report_stopped("one", EXECUTION.arn, STOP) is None


def test_a_job_that_is_stopped_before_it_is_planned_says_so_and_is_planned_anew() -> None:
    pipeline = Pipeline()
    pipeline.put_source("id,name\na,1\n")
    pipeline.kill(3)
    assert run_until_killed(pipeline, job_document()) is None
    report = pipeline.reporter.report_stopped("one", EXECUTION.arn, STOP)
    assert report is not None
    assert "was not planned yet" in report["cause"]
    assert pipeline.resume()["rows"]["written"] == 1


@pytest.mark.parametrize("scenario", READING, ids=repr)
def test_units_that_are_done_are_not_read_again(scenario: Scenario) -> None:
    pipeline = small_pipeline()
    document = scenario.prepare(pipeline)
    whole = uninterrupted_reads(scenario)
    pipeline.kill(call_of(scenario, 600))
    run_until_killed(pipeline, document)
    check(pipeline, scenario, resumed(pipeline))
    assert len(pipeline.tables.reads) <= whole + 1


def uninterrupted_reads(scenario: Scenario) -> int:
    pipeline = small_pipeline()
    pipeline.execute(scenario.prepare(pipeline))
    return len(pipeline.tables.reads)
