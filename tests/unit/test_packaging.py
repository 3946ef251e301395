"""The package: what `pip install` gives is what the checkout has."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from pathlib import Path

import headrace
from headrace import names

ROOT = Path(headrace.__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
_NAME = re.compile(r"[A-Za-z0-9-]+")


def test_the_version_is_the_same_wherever_it_stands() -> None:
    assert names.VERSION == headrace.__version__ == PROJECT["project"]["version"]


def test_the_command_is_there() -> None:
    module, _, function = PROJECT["project"]["scripts"]["headrace"].partition(":")
    assert callable(getattr(import_module(module), function))


def test_every_file_that_is_no_module_is_packaged() -> None:
    files = {
        path.relative_to(ROOT / "headrace").as_posix()
        for path in (ROOT / "headrace").rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert files == set(PROJECT["tool"]["setuptools"]["package-data"]["headrace"])


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "headrace").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_what_is_needed_to_run_and_to_build_is_pinned_for_developers() -> None:
    pinned = {_found(line) for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line}
    needed = {*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]}
    assert {_found(one) for one in needed} <= pinned
    assert all(">=" in one for one in needed)


def _found(requirement: str) -> str:
    match = _NAME.match(requirement)
    assert match is not None
    return match[0]
