"""The verbs up, down and deploy: which of the repository's scripts they run, where, and with what."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli import Shell

TOOLS = ("make", "node", "npm")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def tells(name: str, code: int = 0) -> str:
    """A script that notes how it was called."""
    told = "$PWD PORT=${PORT:-} USE_SSL=${USE_SSL:-} AUTH=${AUTH:-} ${AWS_ENDPOINT_URL:-} ${AWS_REGION:-}"
    return f'#!/bin/sh\necho "{name} $*| {told}" >>"$TOLD"\necho said by {name}\nexit {code}\n'


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "checkout"
    write(root / "cdk.json", "{}")
    for script in ("up", "down", "deploy", "print_env"):
        write(root / f"localstack/{script}.sh", tells(script))
    write(root / "node_modules/.bin/cdk", tells("cdk"))
    for tool in TOOLS:
        write(tmp_path / "bin" / tool, tells(tool))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    for name in ("AWS_ENDPOINT_URL", "AWS_REGION", "PORT", "USE_SSL", "AUTH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def headrace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, monkeypatch, capfd)


@pytest.fixture
def told(tmp_path: Path) -> Path:
    return tmp_path / "told"


def test_up_starts_the_emulator_and_prints_its_environment_alone(
    headrace: Shell, checkout: Path, told: Path
) -> None:
    ran = headrace("up", "--port", "4567", "--auth")
    with_settings = f"{checkout} PORT=4567 USE_SSL=1 AUTH=true  "
    assert told.read_text().splitlines() == [
        f"make --no-print-directory up| {with_settings}",
        f"print_env | {with_settings}",
    ]
    assert (ran.code, ran.out, ran.err) == (0, "said by print_env\n", "said by make\n")


def test_an_emulator_that_does_not_start_has_no_environment(
    headrace: Shell,
    tmp_path: Path,
    told: Path,
    checkout: Path,  # noqa: ARG001
) -> None:
    write(tmp_path / "bin" / "make", tells("make", code=2))
    ran = headrace("up")
    assert (ran.code, ran.out) == (3, "")
    assert "print_env" not in told.read_text()


def test_down_stops_it_from_any_folder_of_the_checkout(
    headrace: Shell, checkout: Path, told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout / "node_modules" / ".bin")
    assert headrace("down").code == 0
    assert told.read_text().startswith(f"down | {checkout} ")


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        (
            ["--tables", "a,b*", "-c", "architecture=x86_64"],
            "cdk deploy -c tables=a,b* -c architecture=x86_64|",
        ),
        (["--profile", "work", "--yes"], "cdk deploy --profile work --require-approval never|"),
        (["--emulator", "-c", "tables=a"], "deploy -c tables=a|"),
    ],
)
def test_deploy_sets_up_and_then_deploys_to_an_account_or_the_emulator(
    headrace: Shell, checkout: Path, told: Path, typed: list[str], called: str
) -> None:
    assert headrace("deploy", *typed).code == 0
    first, second = told.read_text().splitlines()
    assert first.startswith("make --no-print-directory setup|")
    assert second.startswith(f"{called} {checkout} ")


def test_deploy_goes_where_it_is_told_to(
    headrace: Shell, checkout: Path, told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checkout.is_dir()
    headrace("deploy", "--endpoint", "http://127.0.0.1:4567")
    headrace("deploy", "--region", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4568")
    headrace("deploy")
    calls = [line for line in told.read_text().splitlines() if not line.startswith("make")]
    assert [(line.split()[0], line.split(" AUTH=")[1].strip()) for line in calls] == [
        ("deploy", "http://127.0.0.1:4567"),
        ("cdk", "eu-west-1"),
        ("deploy", "http://127.0.0.1:4568"),
    ]


@pytest.mark.parametrize("verb", ["up", "down", "deploy"])
def test_outside_of_a_checkout_it_says_what_is_missing(
    headrace: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = headrace(verb)
    assert ran.code == 2
    assert f"{tmp_path} is in no checkout of Headrace's repository" in ran.err
    assert "--checkout FOLDER" in ran.err


def test_a_folder_that_is_no_checkout_is_not_searched_from(headrace: Shell, checkout: Path) -> None:
    ran = headrace("down", "--checkout", str(checkout / "localstack"))
    assert ran.code == 2
    assert "localstack is no checkout" in ran.err


def test_tools_that_are_missing_are_told_at_once(
    headrace: Shell, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checkout.is_dir()
    monkeypatch.setenv("PATH", "")
    ran = headrace("up")
    assert ran.code == 3
    assert [line.split()[1] for line in ran.err.splitlines()] == ["make", "bash", "node", "npm"]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["up", "--port", "0"], "0 is not in the range"),
        (["up", "now"], "unexpected extra argument"),
        (["down", "now"], "unexpected extra argument"),
        (["deploy", "-c", "a"], "-c 'a' without =; allowed: NAME=VALUE"),
        (["deploy", "--emulator", "--profile", "work"], "an emulator takes no --profile"),
        (["deploy", "--checkout", "/nowhere"], "does not exist"),
        (["completion"], "Missing argument"),
        (["completion", "tcsh"], "'tcsh' is not one of"),
    ],
)
def test_wrong_usage_is_a_line_that_helps(headrace: Shell, typed: list[str], says: str) -> None:
    ran = headrace(*typed)
    assert ran.code == 2
    assert says in ran.err
