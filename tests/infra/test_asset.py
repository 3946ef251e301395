from __future__ import annotations

import os
import shutil
import sys
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path

import pytest

from headrace.errors import HeadraceError
from infra import asset as module
from infra.asset import Asset, build_asset, content_digest, find_compiler
from infra.settings import Settings, Target

ROOT = Path(__file__).parents[2]
TARGET = Target("3.14", "arm64")
HERE = Target(f"{sys.version_info.major}.{sys.version_info.minor}", "arm64")
MIB = 1024 * 1024


class Pip:
    """Writes what pip would: a module, and files that differ from one run to the next."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, requirements: Path, directory: Path, target: Target) -> None:
        self.runs += 1
        for name in ("thing.py", "thing-1.dist-info/METADATA"):
            write(directory / name, f"# {requirements.read_text()} {target}")
        for name in ("thing-1.dist-info/RECORD", "thing-1.dist-info/INSTALLER", "bin/thing"):
            write(directory / name, f"run {self.runs}")


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> Pip:
    fake = Pip()
    monkeypatch.setattr(module, "_pip", fake)
    return fake


@pytest.fixture
def nobody_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_compiler", lambda _: None)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    for name in (
        "headrace/a.py",
        "headrace/aws/b.py",
        "headrace/cli/main.py",
        "headrace/here/wiring.py",
        "headrace/estimating/estimator.py",
        "headrace/prices.json",
        "headrace/prices.py",
        "headrace/library/pipeline.py",
        "lambdas/plan.py",
        "tests/t.py",
    ):
        write(root / name, "'" + name + "'")
    write(root / "headrace/__pycache__/a.pyc", "varies")
    write(root / "lambdas/requirements.txt", "thing==1")
    return root


def build(checkout: Path, target: Target = TARGET) -> Asset:
    return build_asset(checkout, checkout / ".build", target)


@pytest.mark.usefixtures("pip", "nobody_compiles")
def test_the_asset_holds_the_engine_the_functions_and_their_dependencies_only(checkout: Path) -> None:
    path = build(checkout).path
    files = {file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()}
    shipped = {"headrace/a.py", "headrace/aws/b.py", "lambdas/plan.py"}
    assert files == shipped | {"thing.py", "thing-1.dist-info/METADATA"}


def test_a_second_build_of_the_same_gives_the_same_without_pip(checkout: Path, pip: Pip) -> None:
    first = build(checkout)
    os.utime(checkout / "headrace/a.py", (0, 0))
    write(checkout / "headrace/__pycache__/a.pyc", "varies again")
    assert build(checkout) == first
    assert pip.runs == 1


def test_a_build_from_scratch_gives_the_same_digest(checkout: Path, pip: Pip) -> None:
    first = build(checkout)
    shutil.rmtree(checkout / ".build")
    assert build(checkout) == first
    assert pip.runs == 2


@pytest.mark.parametrize(
    "change", ["headrace/a.py", "lambdas/plan.py", "lambdas/requirements.txt", "headrace/new.py"]
)
@pytest.mark.usefixtures("pip")
def test_a_change_of_what_is_shipped_changes_the_digest(checkout: Path, change: str) -> None:
    first = build(checkout)
    write(checkout / change, "changed")
    assert build(checkout).digest != first.digest


def test_another_target_gets_dependencies_of_its_own(checkout: Path, pip: Pip) -> None:
    assert build(checkout).digest != build(checkout, Target("3.13", "arm64")).digest
    assert pip.runs == 2


def test_the_digest_tells_apart_a_files_name_and_its_content(tmp_path: Path) -> None:
    write(tmp_path / "one" / "ab", "c")
    write(tmp_path / "two" / "a", "bc")
    assert content_digest(tmp_path / "one") != content_digest(tmp_path / "two")


def test_a_failing_pip_is_told_and_leaves_nothing_behind(checkout: Path) -> None:
    write(checkout / "lambdas/requirements.txt", "not a requirement!")
    with pytest.raises(HeadraceError, match=r"Python 3\.14 on arm64[\s\S]*not a requirement"):
        build(checkout)
    assert list((checkout / ".build").iterdir()) == []


def test_the_functions_requirements_agree_with_the_developers() -> None:
    functions, developers = (_pins(ROOT / name) for name in ("lambdas/requirements.txt", "requirements.txt"))
    assert functions <= developers


def _pins(path: Path) -> set[str]:
    return {line for line in path.read_text().splitlines() if line and not line.startswith("#")}


def test_what_people_use_on_their_machines_is_not_in_the_asset() -> None:
    asset = build_asset(ROOT, ROOT / ".build", Settings(local=True).target)
    faces = [asset.path / "headrace" / name for name in ("cli", "estimating", "here", "library")]
    assert [path for path in (*faces, asset.path / "click", asset.path / "rich") if path.exists()] == []
    assert (asset.path / "headrace" / "plan.py").exists()


@pytest.mark.usefixtures("pip")
def test_byte_code_of_all_modules_is_taken_whatever_the_times_of_files_are(checkout: Path) -> None:
    path = build(checkout, HERE).path
    codes = [Path(cache_from_source(str(source))) for source in path.rglob("*.py")]
    assert len(codes) == 4
    assert [code.read_bytes()[:8] for code in codes] == [MAGIC_NUMBER + b"\1\0\0\0"] * 4


@pytest.mark.usefixtures("pip")
def test_where_nobody_can_compile_for_the_target_there_is_no_byte_code(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = build(checkout, HERE)
    monkeypatch.setattr(module, "find_compiler", lambda _: None)
    plain = build(checkout, HERE)
    assert list(plain.path.rglob("*.pyc")) == []
    assert plain.digest != compiled.digest


def test_a_target_is_compiled_for_by_a_python_of_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "python2.6").symlink_to("/bin/true")
    write(tmp_path / "python2.7", "#!/bin/sh\nexit 127\n")
    (tmp_path / "python2.7").chmod(0o700)
    found = [find_compiler(Target(python, "arm64")) for python in (HERE.python, "2.5", "2.6", "2.7")]
    assert found == [sys.executable, None, str(tmp_path / "python2.6"), None]


def test_the_asset_is_small() -> None:
    asset = build_asset(ROOT, ROOT / ".build", Settings(local=True).target)
    sizes = {file: file.stat().st_size for file in asset.path.rglob("*") if file.is_file()}
    # On x86 it comes with all its symbols.
    vectors = sum(size for file, size in sizes.items() if file.name.startswith("stringzilla"))
    assert 0 < vectors < 8 * MIB
    assert sum(sizes.values()) - vectors < 10 * MIB
