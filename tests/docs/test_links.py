"""Whoever follows a link arrives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.blocks import PAGES, ROOT

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def links(path: Path) -> list[str]:
    found = _LINK.findall(_FENCED.sub("", path.read_text()))
    return [link for link in found if not link.startswith("https://")]


def anchors(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", _FENCED.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    for link in links(path):
        file, _, anchor = link.partition("#")
        target = path.parent / file if file else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_readme_links_every_page() -> None:
    linked = {(ROOT / link.partition("#")[0]).resolve() for link in links(ROOT / "README.md")}
    assert set(PAGES) - {ROOT / "README.md"} <= linked


def test_every_picture_is_shown_somewhere() -> None:
    shown = {(path.parent / link).resolve() for path in PAGES for link in links(path)}
    assert {*(ROOT / "docs").rglob("*.svg"), *(ROOT / "docs").rglob("*.png")} <= shown
