"""Runs commands over fakes, in this process."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from headrace.cli.connection import Connection
from headrace.cli.main import run
from tests.fakes import MemoryPlaces


@dataclass(frozen=True)
class Ran:
    """What a command left."""

    code: int
    out: str
    err: str


@dataclass
class CommandLine:
    """`headrace` as somebody types it."""

    capsys: pytest.CaptureFixture[str]

    def __call__(self, *args: str) -> Ran:
        code = run(list(args))
        captured = self.capsys.readouterr()
        return Ran(code, captured.out, captured.err)


def connect(monkeypatch: pytest.MonkeyPatch, places: MemoryPlaces) -> None:
    """Lets every command find these in place of AWS."""
    monkeypatch.setattr(Connection, "places", places)
