"""One deployment for the whole suite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from headrace.names import STACK_NAME
from tests.e2e.emulator import emulator
from tests.e2e.events import FinishedJobs
from tests.e2e.faults import Faults, bring
from tests.e2e.stack import Stack

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with emulator(tmp_path_factory.mktemp("emulator")) as running:
        outputs = json.loads((running.directory / "outputs.json").read_text())
        yield Stack(running, outputs[STACK_NAME])


@pytest.fixture(scope="session", autouse=True)
def finished(stack: Stack) -> FinishedJobs:
    return FinishedJobs(stack.emulator)


@pytest.fixture(scope="session")
def brought(stack: Stack) -> None:
    bring(stack)


@pytest.fixture(scope="module")
def faults(
    stack: Stack,
    brought: None,  # noqa: ARG001
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Faults]:
    """The loader and the writer go wrong, for the jobs and tables whose names say so."""
    with Faults(stack, tmp_path_factory.mktemp("faults")) as installed:
        yield installed


@pytest.fixture(scope="session")
def enforced(stack: Stack) -> None:
    if not stack.emulator.enforces_iam:
        pytest.skip("this emulator does not enforce IAM policies")


@pytest.fixture(scope="session")
def prompt(stack: Stack) -> None:
    """Messages that come late look like messages that are lost, with a stall limit of a minute."""
    if not stack.emulator.enforces_iam:
        pytest.skip("an emulator that is given may deliver hundreds of messages too slowly for this suite")
