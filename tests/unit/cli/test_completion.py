"""The verb completion: scripts of three shells, which get the commands and their options."""

from __future__ import annotations

import pytest

from headrace.cli.entries import ENTRIES
from headrace.cli.main import run
from tests.cli import Shell


@pytest.mark.parametrize(("name", "place"), [("bash", ".bashrc"), ("zsh", ".zshrc"), ("fish", "fish")])
def test_the_script_says_first_where_it_goes(shell: Shell, name: str, place: str) -> None:
    ran = shell("completion", name)
    how, rest = ran.out.split("\n", 1)
    assert ran.code == 0
    assert how.startswith("#")
    assert place in how
    assert f"_HEADRACE_COMPLETE={name}_complete" in rest


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("headrace ", set(ENTRIES)),
        ("headrace ca", {"capacity"}),
        ("headrace query orders --rev", {"--reverse"}),
    ],
)
def test_the_shell_is_told_what_may_follow(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, typed: str, found: set[str]
) -> None:
    monkeypatch.setenv("_HEADRACE_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split(" ")) - 1))
    with pytest.raises(SystemExit):
        run([])
    told = {line.partition(",")[2] for line in capsys.readouterr().out.splitlines()}
    assert told >= found
    assert len(told) < 40
