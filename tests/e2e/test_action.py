"""The example workflow, step by step: it copies a part of a table from one account into another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.command_line import CommandLine
from tests.e2e.emulator import ROOT
from tests.e2e.github import Runner, action, workflow
from tests.e2e.stack import Stack
from tests.e2e.test_accounts import Side

pytestmark = pytest.mark.usefixtures("enforced")

ACCOUNTS = ("333333333333", "444444444444")
REGION = "us-east-1"
SOURCE_ACTIONS = ("dynamodb:DescribeTable", "dynamodb:Query", "dynamodb:Scan")
TARGET_ACTIONS = ("dynamodb:DescribeTable", "dynamodb:BatchWriteItem", "dynamodb:PutItem")
ITEMS = 20


@pytest.fixture(scope="module")
def sides(stack: Stack) -> tuple[Side, Side]:
    source = Side(stack, ACCOUNTS[0], REGION, stack.name("there"))
    target = Side(stack, ACCOUNTS[1], REGION, stack.name("elsewhere"))
    for side, actions in ((source, SOURCE_ACTIONS), (target, TARGET_ACTIONS)):
        side.make_role(actions)
        side.iam.update_assume_role_policy(RoleName=side.role.rpartition("/")[2], PolicyDocument=trust(stack))
    stack.fill(source.table, [{"id": {"S": f"k{n}"}} for n in range(ITEMS)], source.dynamodb)
    return source, target


def trust(stack: Stack) -> str:
    """The account that the workflow has signed in to."""
    own = stack.state_machine.split(":")[4]
    principal = {"AWS": f"arn:aws:iam::{own}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def installed(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a runner on which the action's first step was run."""
    folder = tmp_path_factory.mktemp("runner")
    runner = Runner(folder, CommandLine(stack, folder).environment(), {"github.action_path": str(ROOT)})
    assert runner.run(action()["runs"]["steps"][:2]) == 0, runner.told
    return folder


def dispatch(stack: Stack, folder: Path, sides: tuple[Side, Side], **given: str) -> tuple[int, Runner]:
    """Runs the workflow with these inputs, and the action as it uses it; the action is installed."""
    source, target = sides
    inputs = {"source": source.table, "target": target.table, "key": "", "value": "", "mode": "insert"}
    contexts = {f"inputs.{name}": text for name, text in (inputs | given).items()}
    contexts |= {
        "vars.SOURCE_ROLE_ARN": source.role,
        "vars.TARGET_ROLE_ARN": target.role,
        "runner.temp": str(folder),
    }
    runner = Runner(folder, CommandLine(stack, folder).environment(), contexts)
    steps = workflow("copy-items.yml")["jobs"]["copy"]["steps"]
    code = runner.run(steps)
    if code == 0:
        used = steps[-1]
        assert used["uses"] == "./"
        runner.contexts |= {
            f"inputs.{name}": str(runner.resolve(text)) for name, text in used["with"].items()
        }
        code = runner.run(action()["runs"]["steps"][2:])
    return code, runner


def test_a_partition_is_copied_at_the_click_of_a_button(
    stack: Stack, installed: Path, sides: tuple[Side, Side]
) -> None:
    code, counted = dispatch(stack, installed, sides, key="id", value="k7", dry_run="true")
    assert code == 0, counted.told
    assert "1 items" in counted.summary
    assert sides[1].items == []
    code, copied = dispatch(stack, installed, sides, key="id", value="k7", dry_run="false")
    assert code == 0, copied.told
    assert copied.contexts["steps.job.outputs.written"] == "1"
    report = json.loads(Path(copied.contexts["steps.job.outputs.report"]).read_text())
    assert (report["status"], report["target"]) == ("SUCCEEDED", sides[1].table)
    assert sides[1].items == [{"id": {"S": "k7"}}]
    code, whole = dispatch(stack, installed, sides, dry_run="false")
    assert code == 0, whole.told
    assert sides[1].items == sides[0].items


def test_what_goes_wrong_fails_the_step_and_is_in_the_summary(
    stack: Stack, installed: Path, sides: tuple[Side, Side]
) -> None:
    code, runner = dispatch(stack, installed, sides, source="nowhere-at-all", dry_run="true")
    assert code == 3
    assert "nowhere-at-all" in runner.summary


def test_an_input_cannot_bring_options_with_it(
    stack: Stack, installed: Path, sides: tuple[Side, Side]
) -> None:
    code, runner = dispatch(stack, installed, sides, value="x\n--mirror", key="id", dry_run="true")
    assert code == 2
    assert "line break" in runner.told
