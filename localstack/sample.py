"""The demo's data: orders of a shop, with a column of every type and what makes CSV hard.

The same seed gives the same bytes. `python -m localstack.sample ROWS > orders.csv` writes one.
"""

from __future__ import annotations

import base64
import csv
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TextIO

CORRECTED = range(39, 1_000, 40)
"""Rows that have the key of the row before: 25 of them. All are near the start, as duplicates are
superseded within a chunk."""

BROKEN = frozenset({12_345, 23_456, 34_567})
"""Rows with a total that is no number."""

_CITIES = ("Zürich", "São Paulo", "東京", "Kraków", "New York, NY", "")
_NAMES = ("Ana", "Björn", "Chloë", "Đặng", "Иван", "美咲")
_TAGS = ("gift", "express", "first order", "b2b", "naïve", "☕")
_NOTES = (
    "",
    "",
    "",
    "Leave it with the neighbour, please.",
    'She said "ring twice", then wait.',
    "2 floors up\nno lift\nmind the cat",
    "Grüße, 🎁 inside",
)
_START = datetime(2026, 1, 1, tzinfo=UTC)

Column = Callable[[Random, int], str]
"""A cell of the row with this number. An empty one is an attribute that the item will not have."""


def _placed(_: Random, number: int) -> str:
    return (_START + timedelta(seconds=37 * number)).isoformat()


def _total(rng: Random, number: int) -> str:
    return "on request" if number in BROKEN else f"{rng.randrange(100, 100_000) / 100:.2f}"


def _paid(rng: Random, _: int) -> str:
    return rng.choice(("true", "false", "yes", "no"))


def _tags(rng: Random, _: int) -> str:
    return "|".join(rng.sample(_TAGS, rng.randrange(4)))


def _sizes(rng: Random, _: int) -> str:
    return "|".join(str(size / 2) for size in rng.sample(range(60, 95), rng.randrange(4)))


def _bytes(rng: Random) -> str:
    return base64.b64encode(rng.randbytes(12)).decode()


def _labels(rng: Random, _: int) -> str:
    return "|".join(_bytes(rng) for _ in range(rng.randrange(3)))


def _lines(rng: Random, _: int) -> str:
    lines = [{"sku": f"A-{rng.randrange(900):03d}", "count": rng.randrange(1, 5)} for _ in range(2)]
    return json.dumps(lines)


def _address(rng: Random, _: int) -> str:
    address = {"name": rng.choice(_NAMES), "street": f"{rng.randrange(1, 200)} Mill Race", "floor": None}
    return json.dumps(address, ensure_ascii=False)


def _extra(rng: Random, number: int) -> str:
    return rng.choice(("", str(number), '"later"', "[1, 2.50, true]", '{"vip": {"since": 2019}}'))


def _expires(_: Random, number: int) -> str:
    return (_START + timedelta(days=3_650, minutes=number)).date().isoformat()


COLUMNS: dict[str, Column] = {
    "customer:S": lambda _, number: f"customer-{_identity(number) % 4_000:04d}",
    "order:N": lambda _, number: str(_identity(number)),
    "placed:S": _placed,
    "city:S": lambda rng, _: rng.choice(_CITIES),
    "total:N": _total,
    "paid:BOOL": _paid,
    "note:S": lambda rng, _: rng.choice(_NOTES),
    "tags:SS": _tags,
    "sizes:NS": _sizes,
    "labels:BS": _labels,
    "signature:B": lambda rng, _: _bytes(rng),
    "lines:L": _lines,
    "address:M": _address,
    "extra:JSON": _extra,
    "returned:NULL": lambda rng, _: rng.choice(("", "null")),
    "expires:TTL": _expires,
}


def _identity(number: int) -> int:
    """What the key is made of."""
    return number - 1 if number in CORRECTED else number


def sample_rows(count: int, seed: int = 1) -> Iterator[list[str]]:
    """Rows without the header, their cells in the order of COLUMNS."""
    rng = Random(seed)
    for number in range(count):
        yield [make(rng, number) for make in COLUMNS.values()]


def write_sample(out: TextIO, count: int, seed: int = 1) -> None:
    """CSV with a header; `out` was opened with newline=""."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(sample_rows(count, seed))


if __name__ == "__main__":
    write_sample(sys.stdout, int(sys.argv[1]))
