"""Who may import whom, and that every error is in the one tree."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import headrace
from headrace import errors
from headrace.errors import HeadraceError

ROOT = Path(headrace.__file__).parents[1]
AWS = {"boto3", "botocore"}
NEVER = {"aws_cdk", "constructs", "tests", "infra", "lambdas", "localstack", "benchmarks"}
FACE = ROOT / "headrace" / "__init__.py"
"""Says where what users import is, and imports it only when they do."""
CLI = ROOT / "headrace" / "cli"
INTERNAL = {"RowRejected", "CellError"}
"""Rows and cells that are no items: results, which never leave the engine."""


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Full names of all that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def top_levels(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


def in_aws(path: Path) -> bool:
    return path.is_relative_to(ROOT / "headrace" / "aws")


def puts_together(path: Path) -> bool:
    """Composition roots: of the library, and of the pipeline on this machine."""
    return path.parent.name in ("library", "here") and path.name == "wiring.py"


def may_know_adapters(path: Path) -> bool:
    return in_aws(path) or puts_together(path) or path == FACE


@pytest.mark.parametrize("path", modules("headrace"), ids=str)
def test_the_engine_imports_no_sdk_and_nothing_above_it(path: Path) -> None:
    forbidden = NEVER | {"aws_lambda_powertools"} | (set() if in_aws(path) else AWS)
    assert not top_levels(path) & forbidden


@pytest.mark.parametrize("path", [p for p in modules("headrace") if not may_know_adapters(p)], ids=str)
def test_the_engine_and_the_library_do_not_know_their_adapters(path: Path) -> None:
    assert not [name for name in imported(path) if name.startswith("headrace.aws")]


def is_face(path: Path) -> bool:
    return path == FACE or path.relative_to(ROOT / "headrace").parts[0] in ("library", "cli")


@pytest.mark.parametrize("path", [path for path in modules("headrace") if not is_face(path)], ids=str)
def test_the_engine_does_not_know_its_faces(path: Path) -> None:
    assert not [name for name in imported(path) if name.startswith(("headrace.library", "headrace.cli"))]


@pytest.mark.parametrize("path", [p for p in modules("headrace") if "cli" not in p.parts], ids=str)
def test_the_command_line_alone_needs_what_it_is_made_with(path: Path) -> None:
    assert not top_levels(path) & {"click", "rich"}


@pytest.mark.parametrize("path", modules("headrace/library"), ids=str)
def test_the_library_does_not_know_the_command_line(path: Path) -> None:
    assert not [name for name in imported(path) if name.startswith("headrace.cli")]


@pytest.mark.parametrize("path", [p for p in modules("headrace") if not p.is_relative_to(CLI)], ids=str)
def test_only_the_command_line_draws_and_reads_options(path: Path) -> None:
    assert not top_levels(path) & {"click", "rich"}


def test_the_sdk_is_not_imported_before_the_pipeline_needs_it() -> None:
    code = "import sys, headrace.library.pipeline; sys.exit('boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("path", [*modules("infra"), ROOT / "app.py"], ids=str)
def test_the_infrastructure_takes_names_and_errors_of_the_engine_and_no_more(path: Path) -> None:
    engine = [name for name in imported(path) if name.startswith("headrace")]
    assert all(name.startswith(("headrace.names", "headrace.errors")) for name in engine)
    assert not top_levels(path) & {"lambdas", "tests"}


@pytest.mark.parametrize("path", modules("lambdas"), ids=str)
def test_the_functions_import_the_engine_and_powertools(path: Path) -> None:
    assert not top_levels(path) & (AWS | (NEVER - {"lambdas"}))


@pytest.mark.parametrize("path", [p for p in modules("lambdas") if "wiring" not in p.parts], ids=str)
def test_one_place_alone_puts_the_functions_together(path: Path) -> None:
    assert not [name for name in imported(path) if name.startswith("headrace.aws")]


def engine_modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(headrace.__path__, "headrace.")
    return [importlib.import_module(one.name) for one in found if not one.name.endswith("__main__")]


def test_every_exception_is_in_the_one_tree() -> None:
    own = {
        kind
        for module in engine_modules()
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Exception) and kind.__module__.startswith("headrace")
    }
    outside = {kind.__name__ for kind in own if not issubclass(kind, HeadraceError)}
    assert outside == INTERNAL
    assert len(own) > len(INTERNAL)


def test_the_drawn_tree_is_the_tree_that_is_there() -> None:
    drawing = errors.__doc__ or ""
    public = {
        name
        for name, kind in vars(errors).items()
        if getattr(kind, "__module__", "") == "headrace.errors" and name[0] != "_"
    }
    assert {name for name in public if name not in drawing} == set()


def test_every_module_says_why_it_exists() -> None:
    files = [path for package in ("headrace", "lambdas", "infra") for path in modules(package)]
    assert [str(path) for path in files if not ast.get_docstring(ast.parse(path.read_text()))] == []
