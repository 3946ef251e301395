"""The page on costs has what the estimates' own formulas come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest

from headrace.estimating.amounts import amounts
from headrace.estimating.volume import Volume, scan_units
from headrace.job.model import Operation
from headrace.prices import read_prices
from tests.docs.blocks import page, table

MILLION, SIZE = 1_000_000, 500_000_000
WRITTEN = {"": MILLION}
LOAD = Volume(Operation.LOAD, 30, MILLION, MILLION, write_units=WRITTEN, text_bytes=800)
VOLUMES = [
    Volume(Operation.COUNT, 15, MILLION, MILLION, SIZE, scan_units(SIZE)),
    Volume(Operation.EXPORT, 15, MILLION, MILLION, SIZE, scan_units(SIZE), text_bytes=800),
    Volume(Operation.SCAN, 15, MILLION, MILLION, SIZE, scan_units(SIZE), text_bytes=800),
    Volume(Operation.COPY, 15, MILLION, MILLION, SIZE, scan_units(SIZE), WRITTEN, 800),
    Volume(Operation.TRUNCATE, 30, MILLION, MILLION, SIZE, 2 * scan_units(SIZE), WRITTEN, 80),
]
PRICES = read_prices()
Row = Sequence[str]


def reckoned(volume: Volume) -> Iterator[list[str]]:
    """The total is what the costs add up to as they are shown."""
    total = 0.0
    for one in amounts(volume):
        cost = round(PRICES.of(one.kind, one.amount), 4)
        total += cost
        yield [one.what, f"{one.amount:,}", f"${PRICES.per_million[one.kind]:g}", f"{cost:.4f}"]
    yield ["total", "", "", f"{total:.4f}"]


def told(rows: Sequence[Row]) -> list[list[str]]:
    """Without what is explained behind a colon."""
    return [[row[0].partition(":")[0], *row[1:]] for row in rows]


def test_the_costs_of_a_load_are_what_the_formulas_come_to() -> None:
    assert told(table(page("costs"), "costs")) == list(reckoned(LOAD))


def of_tables() -> dict[str, list[list[str]]]:
    rows = table(page("costs"), "costs of tables")
    starts = [number for number, row in enumerate(rows) if row[0]]
    return {
        rows[start][0]: told([row[1:] for row in rows[start:end]])
        for start, end in pairwise([*starts, len(rows)])
    }


@pytest.mark.parametrize("volume", VOLUMES, ids=lambda volume: str(volume.operation))
def test_the_costs_of_other_operations_are_too(volume: Volume) -> None:
    assert of_tables()[str(volume.operation)] == list(reckoned(volume))


def test_the_page_has_no_other_operations() -> None:
    assert list(of_tables()) == [str(volume.operation) for volume in VOLUMES]


def test_the_prices_of_the_page_are_those_of_the_file() -> None:
    assert f"in {PRICES.region}" in page("costs").read_text()
