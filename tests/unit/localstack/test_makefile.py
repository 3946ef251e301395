"""What the documents tell to run with make, make can run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MAKEFILE = (ROOT / "Makefile").read_text()
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "localstack/README.md")
_TARGET = re.compile(r"^([a-z0-9]+):", re.MULTILINE)
_TOLD = re.compile(r"(?:`|^ *(?:\$ )?)(?:[A-Z_]+=\S+ )*make ([a-z0-9]+)", re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_target_that_a_document_names_exists(document: str) -> None:
    told = set(_TOLD.findall((ROOT / document).read_text()))
    assert told
    assert told <= set(_TARGET.findall(MAKEFILE))


def test_every_target_is_phony_and_says_what_it_does() -> None:
    targets = set(_TARGET.findall(MAKEFILE))
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert targets == set(phony[1].split())
    assert targets == set(re.findall(r"^([a-z0-9]+):.*## \S", MAKEFILE, re.MULTILINE))
