"""The state machine's file: strict, whole, and only what AWS and the emulators all run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from headrace import errors
from tests.infra.synthesis import template

TEXT = (Path(__file__).parents[2] / "statemachine" / "job.asl.json").read_text()
HOUSE_RETRY = {
    "ErrorEquals": ["States.ALL"],
    "IntervalSeconds": 1,
    "BackoffRate": 2,
    "MaxDelaySeconds": 60,
    "JitterStrategy": "FULL",
}
Machine = Mapping[str, Any]


def refuse_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), f"a name twice in one object: {names}"
    return dict(pairs)


DEFINITION: Machine = json.loads(TEXT, object_pairs_hook=refuse_repeated)


def machines(machine: Machine = DEFINITION) -> Iterator[Machine]:
    """The machine, and those inside its Maps."""
    yield machine
    for state in machine["States"].values():
        if "ItemProcessor" in state:
            yield from machines(state["ItemProcessor"])


def states() -> dict[str, Any]:
    return {name: state for machine in machines() for name, state in machine["States"].items()}


def targets(state: Mapping[str, Any]) -> Iterator[str]:
    for choice in [state, *state.get("Choices", []), *state.get("Catch", [])]:
        yield from (choice[name] for name in ("Next", "Default") if name in choice)


def of_type(kind: str) -> list[Any]:
    found = [state for state in states().values() if state["Type"] == kind]
    assert found
    return found


def names_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for one in value.values():
            yield from names_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from names_in(one)


@pytest.mark.parametrize("machine", list(machines()), ids=lambda machine: str(machine["StartAt"]))
def test_every_next_exists_and_every_state_is_reached(machine: Machine) -> None:
    found, to_visit = set(), [machine["StartAt"]]
    while to_visit:
        name = to_visit.pop()
        if name not in found:
            found.add(name)
            to_visit += targets(machine["States"][name])
    assert found == set(machine["States"])


def test_every_state_goes_on_or_ends() -> None:
    ends = {"Succeed", "Fail"}
    stuck = [
        name
        for name, state in states().items()
        if state["Type"] not in ends and not state.get("End") and not list(targets(state))
    ]
    assert stuck == []


def test_every_task_has_the_house_retry_and_tries_a_few_times() -> None:
    for task in of_type("Task"):
        *_, last = task["Retry"]
        assert {name: last[name] for name in HOUSE_RETRY} == HOUSE_RETRY
        assert 4 <= last["MaxAttempts"] <= 6


def test_retries_and_catches_name_errors_of_the_tree_alone() -> None:
    rules = [
        rule for state in states().values() for rule in [*state.get("Retry", []), *state.get("Catch", [])]
    ]
    named = {name for rule in rules for name in rule["ErrorEquals"]}
    assert {name for name in named if not hasattr(errors, name)} == {"States.ALL"}


def test_what_keeps_a_job_from_ending_well_is_caught() -> None:
    catching = {name for name, state in states().items() if "Catch" in state}
    assert catching == {"Plan", "Work", "LoadChunk", "ScanSegment"}


def test_placeholders_stand_in_texts_and_are_those_that_the_stack_fills_in() -> None:
    (machine,) = [
        resource["Properties"]
        for resource in template()["Resources"].values()
        if resource["Type"] == "AWS::StepFunctions::StateMachine"
    ]
    found = set(re.findall(r"\$\{(\w+)\}", TEXT))
    assert found == set(machine["DefinitionSubstitutions"])
    assert len(found) == 7


def test_nothing_is_used_that_only_some_can_run() -> None:
    names = set(names_in(DEFINITION))
    assert not names & {
        "QueryLanguage",
        "Arguments",
        "Output",
        "Assign",
        "ItemBatcher",
        "ToleratedFailurePercentage",
    }
    assert "{%" not in TEXT


def test_the_map_reads_a_json_list_from_s3_and_writes_its_results_to_a_literal_place() -> None:
    (load,) = of_type("Map")
    assert load["ItemReader"]["ReaderConfig"] == {"InputType": "JSON"}
    assert load["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
    assert set(load["ResultWriter"]["Parameters"]) == {"Bucket", "Prefix"}
    assert load["ResultPath"] is None


def test_every_answer_of_the_plan_has_its_way() -> None:
    choice = DEFINITION["States"]["WhatWasPlanned"]
    ways = {one["StringEquals"]: one["Next"] for one in choice["Choices"]}
    assert ways == {
        "PLANNED": "Work",
        "PLANNING": "Plan",
        "DRY_RUN": "Report",
        "ENDED": "Report",
        "REFUSED": "Refused",
    }
    assert choice["Default"] == "NothingToDo"


def test_a_segment_goes_to_the_scanner_and_all_else_to_the_loader() -> None:
    (work,) = of_type("Map")
    choice = work["ItemProcessor"]["States"]["WhichWork"]
    (segment,) = choice["Choices"]
    assert (segment["Variable"], segment["IsPresent"]) == ("$.unit.segment", True)
    assert (segment["Next"], choice["Default"]) == ("ScanSegment", "LoadChunk")


def test_a_job_that_counts_first_is_planned_again() -> None:
    choice = DEFINITION["States"]["IsThereAnotherPhase"]
    (again,) = choice["Choices"]
    assert (again["Variable"], again["Next"], choice["Default"]) == ("$.plan.again", "Plan", "BeginToSettle")


def test_a_job_fails_with_the_reports_own_error_and_cause() -> None:
    (failed,) = of_type("Fail")
    assert (failed["ErrorPath"], failed["CausePath"]) == ("$.error", "$.cause")
