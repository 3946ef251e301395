"""What tests of a machine and of its library share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.here import Machine
from tests.scenarios import small_pipeline


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "state", small_pipeline())
    yield made
    made.close()
