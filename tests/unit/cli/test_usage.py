"""Wrong usage gives a line a problem and the exit code 2, never a traceback."""

from __future__ import annotations

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headrace.cli.entries import ENTRIES
from headrace.cli.exits import Exit
from headrace.cli.main import run
from headrace.errors import HeadraceError
from headrace.job.model import Operation
from tests.builders import QUEUE, SOURCE, TABLE
from tests.cli import Shell
from tests.scenarios import COPY

VERBS = list(ENTRIES)
FAKED = [name for name, entry in ENTRIES.items() if entry.section in ("Move data", "Jobs")]
"""Verbs that meet only fakes, whatever they are told."""


def arguments_of(verb: str) -> list[click.Argument]:
    return [one for one in ENTRIES[verb].load().params if isinstance(one, click.Argument)]


BOUNDED = [verb for verb in VERBS if all(one.nargs == 1 for one in arguments_of(verb))]
DEMANDING = [
    verb for verb in VERBS if verb in list(Operation) or any(one.required for one in arguments_of(verb))
]


def is_one_line_that_helps(shell: Shell, *args: str) -> bool:
    said = shell(*args)
    assert said.code == Exit.USAGE
    assert said.out == ""
    (line,) = said.errors
    return line.startswith("headrace: ") and line.endswith("--help")


@pytest.mark.parametrize("verb", VERBS)
def test_an_unknown_option_is_told_in_a_line(shell: Shell, verb: str) -> None:
    assert is_one_line_that_helps(shell, verb, "--no-such-option")


@pytest.mark.parametrize("verb", BOUNDED)
def test_too_many_arguments_are_told_in_a_line(shell: Shell, verb: str) -> None:
    assert is_one_line_that_helps(shell, verb, *"abcdefgh")


@pytest.mark.parametrize("verb", VERBS)
def test_the_errors_of_a_verb_say_whose_help_to_see(shell: Shell, verb: str) -> None:
    assert shell(verb, "--no-such-option").err.endswith(f"; see headrace {verb} --help\n")


@pytest.mark.parametrize("verb", DEMANDING)
def test_a_missing_argument_is_told_in_a_line(shell: Shell, verb: str) -> None:
    assert is_one_line_that_helps(shell, verb)


@pytest.mark.parametrize("verb", VERBS)
def test_with_debug_the_error_is_raised(shell: Shell, verb: str) -> None:
    with pytest.raises(click.UsageError):
        shell(verb, "--no-such-option", "--debug")


def test_with_debug_our_own_errors_are_raised_too(shell: Shell) -> None:
    with pytest.raises(HeadraceError):
        shell("--debug", "status", "never")
    shell("load", shell.file("id,n:N\nb,x\n"), TABLE, "--job-name", "mine")
    with pytest.raises(OSError, match="nowhere"):
        shell("--debug", "rejects", "mine", "nowhere/rejects.csv")


@pytest.mark.parametrize(
    ("word", "advice"), [("laod", "did you mean load?"), ("xyzzy", "allowed: load, scan, export")]
)
def test_a_word_that_is_no_command_is_answered_with_those_that_are(
    shell: Shell, word: str, advice: str
) -> None:
    assert is_one_line_that_helps(shell, word)
    assert advice in shell(word).err


@pytest.mark.parametrize(
    "args",
    [
        ["load", "rows.csv", TABLE, "--workers", "0"],
        ["load", "rows.csv", TABLE, "--tolerate", "some"],
        ["load", "rows.csv", TABLE, "--mode", "replace"],
        ["load", "rows.csv", TABLE, "--job", "nowhere.json"],
        ["retry", "mine", "--mended", "nowhere.csv"],
        ["jobs", "--limit", "0"],
        ["jobs", "--here", "--stack", "Headrace"],
    ],
)
def test_a_value_that_is_not_allowed_is_told_in_a_line(shell: Shell, args: list[str]) -> None:
    assert is_one_line_that_helps(shell, *args)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"operation": 5}', '{"source": {}, "target": []}'])
def test_a_file_that_is_no_job_is_told(shell: Shell, text: str) -> None:
    said = shell("load", "--job", shell.file(text, "job.json"))
    assert said.code == Exit.USAGE
    assert said.errors
    assert all(line.startswith("headrace: ") for line in said.errors)


def test_a_home_that_is_no_folder_is_told_in_a_line(shell: Shell) -> None:
    shell.file("", "state")
    said = shell("count", TABLE)
    assert said.code == Exit.NOT_STARTED
    assert said.errors == [f"headrace: {shell.state}: File exists"]


def test_a_ledger_that_is_none_is_told_in_a_line(shell: Shell) -> None:
    shell.state.mkdir()
    shell.file("x" * 1000, "state/ledger.sqlite")
    said = shell("count", TABLE)
    assert said.code == Exit.NOT_STARTED
    assert said.errors == ["headrace: the ledger on this machine: file is not a database"]


@pytest.mark.parametrize("args", [[], ["--help"], ["-h"], ["--version"], *([verb, "-h"] for verb in VERBS)])
def test_help_is_no_error(shell: Shell, args: list[str]) -> None:
    said = shell(*args)
    assert (said.code, said.err) == (Exit.DONE, "")
    assert "headrace" in said.out


FLAGS = sorted(
    {flag for name in FAKED for param in ENTRIES[name].load().params for flag in param.opts if flag[0] == "-"}
)
UNWANTED = {"--debug", "--open", *VERBS} - set(FAKED)
"""What would raise its errors, open a browser, or do what is not faked."""
words = (
    st.sampled_from([*FLAGS, *FAKED])
    | st.sampled_from(
        ["rows.csv", "job.json", SOURCE, TABLE, COPY, QUEUE, "mine", "5", "a=N", "#a=b", ":a=1", ""]
    )
    | st.text(st.characters(codec="utf-8", exclude_characters="/\0"), max_size=5)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from([*FAKED, ""]), st.lists(words, max_size=6))
def test_no_arguments_end_in_a_traceback(shell: Shell, verb: str, args: list[str]) -> None:
    shell.file("id,name\na,1\n")
    shell.file('{"operation": "count", "source": "orders", "scan": {"names": "x"}}', "job.json")
    code = run([*filter(None, [verb]), *(arg for arg in args if arg not in UNWANTED)])
    assert code in list(Exit)
