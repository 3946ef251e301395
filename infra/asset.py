"""The functions' code and dependencies in one directory, made without Docker and named by its content.

A name that is its content's digest is the cache: what is there already is not made again, and two
synths at once do not meet. Byte code is there too: a function cannot write where its code is, so that it
would compile all of it whenever it starts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from headrace.errors import HeadraceError
from infra.settings import Target

PACKAGES = ("headrace", "lambdas")
REQUIREMENTS = "lambdas/requirements.txt"
_NOT_SHIPPED = (
    "__pycache__", "*.pyc", "requirements.txt", "cli", "estimating", "here", "library", "prices.*",
)  # fmt: skip
"""What people use on their machines is not in it, nor the libraries that this alone needs."""
_VARYING = ("*.dist-info/RECORD", "*.dist-info/INSTALLER", "*.dist-info/REQUESTED", "bin")
"""What pip writes differently from one machine or version to the next; no function reads it."""
_UNUSED = ("**/*.pyi", "**/*.pyx", "**/*.pxd", "aws_lambda_powertools/event_handler")
"""What is for type checkers and compilers, and half of Powertools: its web framework."""
_GLIBC = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
"""Amazon Linux 2023, which the runtimes stand on, has glibc 2.34."""


@dataclass(frozen=True, slots=True)
class Asset:
    path: Path
    digest: str


def build_asset(root: Path, build: Path, target: Target) -> Asset:
    """Stages the functions of the checkout `root` under `build`; what is staged there stays.

    It has byte code if there is a Python of the target's version to compile it.
    Raises HeadraceError where pip cannot fetch the dependencies."""
    dependencies = _dependencies(root / REQUIREMENTS, build, target)
    with tempfile.TemporaryDirectory(dir=build) as scratch:
        staged = Path(scratch, "asset")
        shutil.copytree(dependencies, staged)
        for package in PACKAGES:
            shutil.copytree(root / package, staged / package, ignore=shutil.ignore_patterns(*_NOT_SHIPPED))
        compiler = find_compiler(target)
        digest = sha256(f"{content_digest(staged)} {compiler is not None}".encode()).hexdigest()
        place = build / f"asset-{digest[:16]}"
        if compiler is not None and not place.is_dir():
            _compile(compiler, staged)
        return Asset(_keep(staged, place), digest)


def find_compiler(target: Target) -> str | None:
    """A Python of the target's version, as byte code is of one version: this one, or one of the PATH."""
    if target.python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{target.python}")
    runs = found and subprocess.run([found, "-c", ""], check=False, capture_output=True).returncode == 0
    return found if runs else None


def _compile(python: str, directory: Path) -> None:
    """Byte code that is taken as it is, whatever the times of the files are after they were unzipped."""
    command = [python, "-m", "compileall", "-q", "--invalidation-mode=unchecked-hash"]
    subprocess.run([*command, "-s", str(directory), str(directory)], check=True)


def content_digest(directory: Path) -> str:
    """SHA-256 over the names and bytes of all files, in hex; times and owners do not count."""
    digest = sha256()
    for path in _files(directory):
        name = path.relative_to(directory).as_posix().encode()
        body = path.read_bytes()
        digest.update(b"%d %b %d " % (len(name), name, len(body)) + body)
    return digest.hexdigest()


def _files(directory: Path) -> Iterator[Path]:
    return (path for path in sorted(directory.rglob("*")) if path.is_file())


def _dependencies(requirements: Path, build: Path, target: Target) -> Path:
    build.mkdir(parents=True, exist_ok=True)
    wanted = sha256(f"{target}\n{_UNUSED}\n{requirements.read_text()}".encode()).hexdigest()[:16]
    place = build / f"dependencies-{wanted}"
    return place if place.is_dir() else _install(requirements, place, target)


def _install(requirements: Path, place: Path, target: Target) -> Path:
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        installed = Path(scratch, "dependencies")
        _pip(requirements, installed, target)
        for path in [path for pattern in (*_VARYING, *_UNUSED) for path in installed.glob(pattern)]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        return _keep(installed, place)


def _pip(requirements: Path, directory: Path, target: Target) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    command += ["--only-binary=:all:", "--target", str(directory), "--requirement", str(requirements)]
    command += [] if target.this_machine else _platform(target)
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise HeadraceError(
            f"pip could not fetch {REQUIREMENTS} for Python {target.python} on {target.architecture}; "
            f"check the network, and that this Python has pip:\n{done.stderr.strip()}"
        )


def _platform(target: Target) -> list[str]:
    machine = {"arm64": "aarch64"}.get(target.architecture, target.architecture)
    platforms = [f"--platform={glibc}_{machine}" for glibc in _GLIBC]
    return ["--implementation=cp", f"--python-version={target.python}", *platforms]


def _keep(made: Path, place: Path) -> Path:
    """Moves what was made to its place, unless another synth was faster."""
    try:
        os.rename(made, place)
    except OSError:
        if not place.is_dir():
            raise
    return place
