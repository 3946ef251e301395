"""The command line over fakes, for all of its tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import Shell


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, monkeypatch, capsys)
