"""The sample is what it says: every type, the hard parts of CSV, known duplicates and rejects."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from headrace.items.codec import RowCodec, RowRejected
from headrace.job.model import AttributeType, Job
from headrace.ports import Item, KeyAttribute
from localstack.sample import BROKEN, COLUMNS, CORRECTED, sample_rows, write_sample

KEYS = (KeyAttribute("customer", "S", "partition"), KeyAttribute("order", "N", "sort"))
CODEC = RowCodec.compile(tuple(COLUMNS), KEYS, Job("s3://bucket/key.csv", "headrace-demo"))


def text(count: int, seed: int = 1) -> str:
    out = StringIO()
    write_sample(out, count, seed)
    return out.getvalue()


def items(count: int) -> list[Item]:
    return [CODEC.encode(row) for row in sample_rows(count)]


def test_the_same_seed_gives_the_same_text_and_another_seed_another() -> None:
    assert text(200) == text(200)
    assert text(200) != text(200, seed=2)


def test_every_attribute_type_has_a_column() -> None:
    assert {column.type for column in CODEC.columns} == set(AttributeType)


def test_every_column_has_a_value_in_some_row_and_some_are_left_out_in_others() -> None:
    found = items(300)
    names = {column.attribute for column in CODEC.columns if column.type is not AttributeType.NULL}
    assert names <= set().union(*found)
    assert any(set(item) < names for item in found)


@pytest.mark.parametrize("part", ['""ring twice""', "up\nno lift", '"New York, NY"', "東京", "🎁", ",,"])
def test_the_text_has_what_makes_csv_hard(part: str) -> None:
    assert part in text(300)


def test_the_text_reads_back_as_the_rows() -> None:
    header, *rows = csv.reader(StringIO(text(300), newline=""))
    assert header == list(COLUMNS)
    assert rows == list(sample_rows(300))


def test_the_rows_said_to_be_corrections_are_the_only_ones_that_repeat_a_key() -> None:
    keys = [CODEC.key_of(item) for item in items(2_000)]
    repeated = [number for number in range(1, len(keys)) if keys[number] == keys[number - 1]]
    assert repeated == list(CORRECTED)
    assert len(set(keys)) == len(keys) - len(CORRECTED)


def test_the_rows_said_to_be_broken_are_rejected_for_their_total() -> None:
    rows = list(sample_rows(max(BROKEN) + 1))
    for number in BROKEN:
        with pytest.raises(RowRejected, match="column 'total'"):
            CODEC.encode(rows[number])
