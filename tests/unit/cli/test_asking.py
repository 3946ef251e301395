"""Nothing is deleted before somebody who was told how much it is has said yes."""

from __future__ import annotations

import gzip
import io
import sys

import pytest

from headrace.cli.exits import Exit
from tests.builders import TABLE
from tests.cli import Said, Shell
from tests.scenarios import COPY


class Terminal(io.StringIO):
    """Where somebody sits who types this."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def shop(shell: Shell) -> Shell:
    """Three items in the one table, one of them in the other, and one that is there alone."""
    items = [{"id": {"S": key}} for key in "abc"]
    for world in (shell.here, shell.deployed.fakes):
        world.tables.add(TABLE, *items)
        world.tables.add(COPY, items[0], {"id": {"S": "z"}})
    return shell


def answer(shop: Shell, monkeypatch: pytest.MonkeyPatch, text: str, *args: str) -> Said:
    monkeypatch.setattr(sys, "stdin", Terminal(text))
    return shop(*args)


@pytest.mark.parametrize(
    ("args", "question"),
    [
        (["truncate", TABLE], "Delete 3 items of orders? [y/N]: "),
        (
            ["truncate", TABLE, "--filter", "id > :b", "--value", ":b=a"],
            "Delete 2 items of orders? [y/N]: ",
        ),
        (
            ["copy", TABLE, COPY, "--mirror"],
            "Delete 1 items of copies that the source has not, and copy 3? [y/N]: ",
        ),
        (["copy", TABLE, COPY, "--mode", "delete"], "Delete 3 items of copies? [y/N]: "),
        (["load", "keys.csv", TABLE, "--mode", "delete"], "Delete 2 items of orders? [y/N]: "),
        (["load", "keys.csv.gz", TABLE, "--mode", "delete"], "Delete as many items as the source names of"),
    ],
)
def test_it_is_asked_with_the_count(
    shop: Shell, monkeypatch: pytest.MonkeyPatch, args: list[str], question: str
) -> None:
    shop.file("id\na\nb\n", "keys.csv")
    (shop.folder / "keys.csv.gz").write_bytes(gzip.compress(b"id\na\n"))
    before = dict(shop.here.items), dict(shop.here.items_of(COPY))
    said = answer(shop, monkeypatch, "n\n", *args)
    assert question in said.err
    assert said.errors[-1].endswith("headrace: nothing was done")
    assert said.code == Exit.INTERRUPTED
    assert (dict(shop.here.items), dict(shop.here.items_of(COPY))) == before


def test_what_is_answered_with_yes_is_done(shop: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    said = answer(shop, monkeypatch, "y\n", "truncate", TABLE)
    assert said.code == Exit.DONE
    assert not shop.here.items


def test_the_pipeline_counts_what_it_is_to_delete(shop: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    said = answer(shop, monkeypatch, "y\n", "truncate", TABLE, "--pipeline")
    assert "Delete 3 items of orders?" in said.err
    assert not shop.deployed.fakes.items
    assert len(shop.here.items) == 3


def test_who_said_yes_already_is_not_asked(shop: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    said = answer(shop, monkeypatch, "", "truncate", TABLE, "--yes")
    assert said.code == Exit.DONE
    assert "Delete" not in said.err.replace("Deleting", "")


def test_where_nobody_can_be_asked_nothing_is_deleted(shop: Shell) -> None:
    said = shop("truncate", TABLE)
    assert said.code == Exit.USAGE
    (line,) = said.errors
    assert "add --yes, or --dry-run to count" in line
    assert len(shop.here.items) == 3


@pytest.mark.parametrize("args", [["truncate", TABLE, "--dry-run"], ["copy", TABLE, COPY], ["count", TABLE]])
def test_what_deletes_nothing_asks_nothing(shop: Shell, args: list[str]) -> None:
    assert shop(*args).code == Exit.DONE
    assert len(shop.here.items) == 3


def test_what_cannot_start_is_told_before_anything_is_asked(
    shop: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = answer(shop, monkeypatch, "y\n", "truncate", "nowhere")
    assert said.code == Exit.NOT_STARTED
    assert said.errors[-1].startswith("headrace: there is no table 'nowhere'")
    assert "Delete" not in said.err
