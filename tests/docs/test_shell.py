"""Commands that the pages tell to run name what is there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from headrace import names
from infra.settings import Settings
from tests.docs.blocks import PAGES, ROOT, blocks

TARGETS = set(re.findall(r"^([a-z0-9]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
_TOLD = re.compile(r"`make ([a-z0-9]+)")
_OUTPUT = re.compile(r"stack's output `(\w+)`")


def commands(path: Path) -> Iterator[list[str]]:
    for text in blocks(path, "sh"):
        yield from (shlex.split(line) for line in text.splitlines())


COMMANDS = [(path.name, words) for path in PAGES for words in commands(path)]


def context(words: list[str]) -> Iterator[str]:
    """Settings that a command gives, also inside CDK_ARGS."""
    flat = [part for word in words for part in word.removeprefix("CDK_ARGS=").split()]
    for flag, setting in pairwise(flat):
        if flag == "-c":
            yield setting


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_make_target_exists(path: Path) -> None:
    run = {words[1] for words in commands(path) if words[0] == "make"}
    assert run | set(_TOLD.findall(path.read_text())) <= TARGETS


@pytest.mark.parametrize(("name", "words"), COMMANDS)
def test_a_command_is_of_a_tool_that_the_pages_ask_for(name: str, words: list[str]) -> None:
    tools = {
        "make",
        "cdk",
        "aws",
        "npm",
        "python3",
        ".venv/bin/pip",
        "docker",
        "export",
        "headrace",
        "eval",
        "pip",
    }
    assert words[0] in tools, name


@pytest.mark.parametrize(("name", "words"), COMMANDS)
def test_files_of_the_repository_that_a_command_names_exist(name: str, words: list[str]) -> None:
    files = [word for word in words if word.startswith("localstack/") or word == "requirements.txt"]
    assert all((ROOT / file).is_file() for file in files), name


@pytest.mark.parametrize(("name", "words"), COMMANDS)
def test_settings_that_a_command_gives_are_accepted(name: str, words: list[str]) -> None:
    given = dict(setting.split("=", 1) for setting in context(words))
    assert set(given) <= set(Settings.__dataclass_fields__), name
    Settings.from_context(given.get)


def test_outputs_that_the_pages_name_are_those_of_the_stack() -> None:
    told = {output for path in PAGES for output in _OUTPUT.findall(path.read_text())}
    known = {value for name, value in vars(names).items() if name.startswith("OUTPUT_")}
    assert told
    assert told <= known
