"""The action and the workflows are what GitHub takes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINTER = Path(sys.executable).with_name("actionlint")
FILES = [ROOT / "action.yml", *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]


def lint(*files: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINTER, *files], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_workflows_are_right() -> None:
    found = lint()
    assert found.returncode == 0, found.stdout


def test_what_is_wrong_would_be_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text(FILES[1].read_text().replace("steps.what.outputs", "steps.whit.outputs"))
    found = lint(broken)
    assert found.returncode == 1
    assert "whit" in found.stdout


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_actions_of_others_are_pinned_by_their_commits(file: Path) -> None:
    used = re.findall(r"uses: (?!\./)(\S+)", file.read_text())
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", one) for one in used)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_script_has_an_input_in_its_text(file: Path) -> None:
    """It comes by the environment, so that it cannot become a command."""
    scripts = re.findall(r"run: \|\n((?: {8,}.*\n|\n)+)", file.read_text())
    assert scripts
    assert not [script for script in scripts if "${{" in script]
