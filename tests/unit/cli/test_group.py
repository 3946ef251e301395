"""The list of commands is quick, and says of each what it does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from headrace.cli.entries import ENTRIES
from headrace.cli.sections import SectionedCommand
from tests.cli import Shell

ROOT = Path(__file__).parents[3]
HEAVY = ("boto3", "botocore", "rich", "headrace.aws")


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["nonsense"]])
def test_what_needs_no_command_imports_none(args: list[str]) -> None:
    code = (
        f"import sys\nfrom headrace.cli.main import run\nrun({args})\n"
        f"sys.exit(', '.join(name for name in {HEAVY} if name in sys.modules) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ENTRIES)
def test_a_commands_help_imports_nothing_of_aws(name: str) -> None:
    code = (
        f"import sys\nfrom headrace.cli.main import run\nrun([{name!r}, '--help'])\n"
        "sys.exit('boto3' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True)
    assert done.returncode == 0


def test_the_package_runs_as_a_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "headrace.cli", "--help"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.startswith("Usage: headrace")


def test_every_command_is_listed_in_its_section(shell: Shell) -> None:
    shown = [line for line in shell("--help").out.splitlines() if line]
    section, listed = "", {}
    for line in shown[shown.index("Move data:") :]:
        section = line.removesuffix(":") if line[0] != " " else section
        listed[line.split()[0]] = section
    assert {name: listed.get(name) for name in ENTRIES} == {
        name: entry.section for name, entry in ENTRIES.items()
    }


@pytest.mark.parametrize("name", ENTRIES)
def test_a_command_has_its_name_help_and_a_summary_of_one_line(name: str) -> None:
    entry = ENTRIES[name]
    command = entry.load()
    assert command.name == name
    assert command.help
    assert entry.summary.endswith(".")
    assert len(entry.summary) <= 60


@pytest.mark.parametrize("name", ENTRIES)
def test_every_option_of_a_command_has_help(shell: Shell, name: str) -> None:
    options = [one for one in ENTRIES[name].load().params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []
    assert shell(name, "--help").out.startswith(f"Usage: headrace {name} ")


def test_the_options_of_an_operation_stand_under_headings(shell: Shell) -> None:
    said = shell("copy", "--help").out
    headings = [line for line in said.splitlines() if line and line[0] != " "]
    assert headings[1:] == ["What to read:", "Format:", "What to write:", "Work:", "Where:", "Other:"]
    command = ENTRIES["copy"].load()
    assert isinstance(command, SectionedCommand)
    assert all(flag in said for param in command.params for flag in param.opts if flag[0] == "-")
