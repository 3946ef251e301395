"""The page on costs has what the estimates' own formulas come to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise

import pytest

from headrace.estimating.amounts import amounts
from headrace.estimating.measured import MEASURED
from headrace.estimating.volume import Volume, scan_units
from headrace.job.model import Job, Operation
from headrace.prices import read_prices
from headrace.window import max_rows
from tests.docs.blocks import page, table

MILLION, SIZE = 1_000_000, 500_000_000
WRITTEN = {"": MILLION}
HEADER = ("order_id", "customer", "placed", "status", "amount", "items", "city", "note")
ROWS = {199: (360, 1), 499: (660, 1), 999: (1161, 2), 9999: (10164, 10)}
"""Bytes of a row of CSV, and for each its bytes in a message and its write units, as they were counted."""
MOST_PERCENT = 2.0
"""Of the write units, that the pipeline's own part may cost where rows have 500 bytes."""
VOLUMES = [
    Volume(Operation.COUNT, 15, MILLION, MILLION, SIZE, scan_units(SIZE)),
    Volume(Operation.EXPORT, 15, MILLION, MILLION, SIZE, scan_units(SIZE), text_bytes=660),
    Volume(Operation.SCAN, 15, MILLION, MILLION, SIZE, scan_units(SIZE), text_bytes=660),
    Volume(Operation.COPY, 15, MILLION, MILLION, SIZE, scan_units(SIZE), WRITTEN, 660),
    Volume(Operation.TRUNCATE, 30, MILLION, MILLION, SIZE, 2 * scan_units(SIZE), WRITTEN, 80),
]
PRICES = read_prices()
Row = Sequence[str]


def load(size: int) -> Volume:
    text, units = ROWS[size]
    chunks = math.ceil(MILLION * max(size / Job("", "").chunk_bytes, 1 / max_rows(HEADER)))
    return Volume(
        Operation.LOAD, chunks, MILLION, MILLION, write_units={"": MILLION * units},
        text_bytes=text, source_bytes=MILLION * size,
    )  # fmt: skip


def own(volume: Volume) -> float:
    return sum(PRICES.of(one.kind, one.amount) for one in amounts(volume) if not one.is_of_tables)


def percent(volume: Volume) -> float:
    writes = PRICES.of("write_units", sum(volume.write_units.values()))
    return 100 * own(volume) / writes


def reckoned(volume: Volume) -> Iterator[list[str]]:
    """The total is what the costs add up to as they are shown."""
    total = 0.0
    for one in amounts(volume):
        cost = round(PRICES.of(one.kind, one.amount), 4)
        total += cost
        yield [one.what, f"{one.amount:,}", f"${PRICES.per_million[one.kind]:g}", f"{cost:.4f}"]
    yield ["total", "", "", f"{total:.4f}"]


def by_size() -> Iterator[list[str]]:
    volumes = list(map(load, ROWS))
    yield ["bytes of an item in a message", *(f"{text:,}" for text, _ in ROWS.values())]
    yield ["work units", *(f"{one.units:,}" for one in volumes)]
    yield ["messages", *(f"{one.messages:,}" for one in volumes)]
    yield ["write units", *(f"{sum(one.write_units.values()):,}" for one in volumes)]
    charged = [{one.what: one for one in amounts(volume) if not one.is_of_tables} for volume in volumes]
    for what in charged[0]:
        yield [what, *(f"${PRICES.of(one[what].kind, one[what].amount):.5f}" for one in charged)]
    yield ["the pipeline's own", *(f"${own(one):.4f}" for one in volumes)]
    yield ["of the price of the write units", *(f"{percent(one):.2f} %" for one in volumes)]


def told(rows: Sequence[Row]) -> list[list[str]]:
    """Without what is explained behind a colon."""
    return [[row[0].partition(":")[0], *row[1:]] for row in rows]


def test_the_costs_of_a_load_are_what_the_formulas_come_to() -> None:
    assert told(table(page("costs"), "costs")) == list(reckoned(load(499)))


def test_the_costs_by_the_size_of_a_row_are_too() -> None:
    assert told(table(page("costs"), "costs by size")) == list(by_size())


def test_the_pipeline_itself_costs_next_to_nothing() -> None:
    assert percent(load(499)) <= MOST_PERCENT
    assert f"is {percent(load(499)):.2f} % of what the writes cost" in page("costs").read_text()


def test_the_page_tells_what_is_measured_and_what_is_assumed() -> None:
    known: Mapping[str, float] = asdict(MEASURED.cpu) | asdict(MEASURED.assumed)
    assert {row[0]: row[1] for row in table(page("costs"), "inputs")} == {
        name: f"{value:,g}" for name, value in known.items()
    }
    assert MEASURED.date in page("costs").read_text()


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
