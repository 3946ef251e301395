"""The page on setting up names commands that are there, and scripts that they run."""

from __future__ import annotations

import re
import shlex

import pytest

from headrace.cli.entries import ENTRIES
from headrace.cli.main import run
from tests.docs.blocks import ROOT, blocks, page, quoted, table

PAGE = page("set-up-the-command-line")


def test_the_commands_of_the_page_are_there() -> None:
    named = {name for row in table(PAGE, "verbs") for name in [row[0].split()[1]]}
    assert named == {"up", "down", "deploy"}
    assert named | {"completion"} <= set(ENTRIES)


def test_the_scripts_of_the_page_are_there() -> None:
    scripts = [name for row in table(PAGE, "verbs") for name in quoted(row[1]) if name.endswith(".sh")]
    assert len(scripts) == 2
    assert all((ROOT / script).is_file() for script in scripts)


def test_options_of_the_page_are_those_of_the_commands() -> None:
    params = [one for name in ("up", "down", "deploy") for one in ENTRIES[name].load().params]
    options = {option for one in params for option in one.opts}
    assert set(re.findall(r"--[a-z][a-z-]*", PAGE.read_text())) <= options | {"--help"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    ((_, *arguments, _),) = [shlex.split(line) for line in blocks(PAGE, "sh")[1].splitlines()]
    assert run([*arguments, shell]) == 0
    assert capsys.readouterr().out.startswith("#")
    assert f"`{shell}`" in PAGE.read_text() or f"completion {shell}" in PAGE.read_text()
