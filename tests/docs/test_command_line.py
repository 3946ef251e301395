"""The page on the command line tells of every command, and its examples are what the commands take."""

from __future__ import annotations

import re
import shlex
import tomllib
from importlib import import_module
from pathlib import Path

import click
import pytest

from headrace.cli.commands.operations import read_document
from headrace.cli.entries import ENTRIES
from headrace.cli.exits import Exit
from headrace.cli.job_fields import field_options, place_options
from headrace.cli.main import cli, main
from headrace.job.model import Operation
from headrace.job.parse import parse_job
from headrace.ports import KeyAttribute, TableSchema
from tests.builders import HOME, Pipeline
from tests.cli import Shell
from tests.docs.blocks import PAGES, ROOT, block, blocks, page, table

PAGE = page("command-line")
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL))
EXAMPLES = [
    (path.name, line)
    for path in PAGES
    for text in blocks(path, "sh")
    for line in text.splitlines()
    if line.startswith("headrace ")
]
ORDERS = TableSchema("orders", HOME + "orders", (KeyAttribute("order", "N", "partition"),))


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """In the folder of the page, with the example's table and file, and a job in JSON."""
    made = Shell(tmp_path, monkeypatch, capsys)
    made.here = Pipeline(schema=ORDERS)
    made.file(block(page("load-a-file"), "csv", "orders"), "orders.csv")
    for name in ("mended.csv", "orders.jsonl", "export.tsv.gz"):
        made.file("", name)
    made.file('{"source": "file:///orders.csv", "target": "orders"}', "job.json")
    return made


@pytest.mark.parametrize("name", ENTRIES)
def test_every_command_has_its_section_with_usage_and_examples(name: str) -> None:
    command = ENTRIES[name].load()
    names = cli.context_settings["help_option_names"]  # or the command would remember others
    with click.Context(command, info_name=f"headrace {name}", help_option_names=names) as context:
        usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    assert SECTIONS[name].startswith(f"`{usage}`\n")
    assert f"```sh\nheadrace {name} " in SECTIONS[name]


def test_every_section_is_of_a_command() -> None:
    assert set(SECTIONS) <= set(ENTRIES)


@pytest.mark.parametrize(("name", "line"), EXAMPLES)
@pytest.mark.usefixtures("shell")
def test_an_example_is_what_its_command_takes(name: str, line: str) -> None:
    _, verb, *args = shlex.split(line)
    context = cli.make_context("headrace", [verb, *args])
    command = cli.get_command(context, verb)
    assert command, name
    given = command.make_context(verb, args, parent=context).params
    if verb in list(Operation):
        operation = Operation(verb)
        options = [*field_options(operation), *place_options(operation)]
        document = read_document(operation, options, given)
        parse_job({"confirm": document.get("target"), **document} if verb == "truncate" else document)


def test_the_example_prints_what_the_page_says(shell: Shell) -> None:
    (line,) = [line for _, line in EXAMPLES if "--job-name orders-1" in line]
    said = shell(*shlex.split(line)[1:])
    told = said.out.replace(str(shell.state), "/home/you/.local/state/headrace")
    headline, *lines = block(PAGE, "text", "load").splitlines()
    assert lines == told.splitlines()[1:]
    assert re.sub(r"[\d.]+ s", "", headline) == re.sub(r"[\d.]+ s", "", told.splitlines()[0])


def test_every_exit_code_is_told() -> None:
    assert [int(code) for code, _ in table(PAGE, "exits")] == list(Exit)


def test_every_option_that_is_not_called_as_its_field_is_told() -> None:
    found = {
        ".".join(one.path): one.option.opts[0]
        for operation in Operation
        for one in field_options(operation)
        if one.option.opts[0] != f"--{one.path[-1].replace('_', '-')}" or one.path[0] == "columns"
    }
    assert dict(table(PAGE, "flags")) == found


def test_the_package_installs_the_command() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module, _, function = project["scripts"]["headrace"].partition(":")
    assert getattr(import_module(module), function) is main
