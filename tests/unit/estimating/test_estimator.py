"""Estimates of whole jobs, over fakes: what they say is what the job then does, and nothing is written."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest

from headrace.errors import HeaderError, JobError, JobInvalidError, SourceNotFoundError
from headrace.estimating.estimate import Estimate
from headrace.estimating.estimator import Estimator, Settings
from headrace.job.parse import parse_job
from headrace.ports import IndexSchema, Item, KeyAttribute, TableSchema
from headrace.prices import read_prices
from tests.builders import BUCKET, EVERYTHING, HOME, QUEUE, SOURCE, SOURCE_KEY
from tests.fakes import MemoryObjectStore, MemoryPlaces, MemoryTables, MemoryUserQueue

KEYS = (
    KeyAttribute("id", "S", "partition"),
    KeyAttribute("at", "N", "sort"),
    KeyAttribute("city", "S", "partition", "by-city"),
)
ORDERS = TableSchema("orders", HOME + "orders", KEYS, indexes=(IndexSchema("by-city", frozenset()),))
COPY = replace(ORDERS, name="copy", arn=HOME + "copy")
LOAD: dict[str, Any] = {"operation": "load", "source": SOURCE, "target": "orders"}


def item(number: int) -> Item:
    return {
        "id": {"S": f"i{number}"},
        "at": {"N": str(number)},
        "city": {"S": "Bern"},
        "text": {"S": "x" * 1500},
    }


class Bench:
    """A store with a text, and the table `orders` with some items."""

    def __init__(self, schema: TableSchema = ORDERS, items: int = 40, page_items: int = 1000) -> None:
        size = 1540 * items
        self.store = MemoryObjectStore()
        self.tables = MemoryTables(replace(schema, items=items, bytes=size), COPY, page_items=page_items)
        self.tables.add("orders", *map(item, range(items)))
        self.places = MemoryPlaces(self.tables, {QUEUE: MemoryUserQueue()})

    def estimate(self, text: str | bytes = "", **fields: Any) -> Estimate:
        document, settings = {**LOAD, **fields}, fields.pop("settings", Settings(False, 10))
        document.pop("settings", None)
        if text:
            body = text.encode() if isinstance(text, str) else text
            self.store.objects[BUCKET, SOURCE_KEY] = body
        before = dict(self.store.objects), self.tables.items("orders")
        estimator = Estimator(self.store, self.places, BUCKET, EVERYTHING, HOME, read_prices())
        found = estimator.estimate(parse_job(document), settings)
        assert (dict(self.store.objects), self.tables.items("orders")) == before
        assert self.tables.bodies == []
        return found


def csv_of(rows: int, header: str = "id,at,city,total,flag") -> str:
    """Rows of one length."""
    return f"{header}\n" + "".join(f"i{n:05},{100_000 + n},Bern,{100_000 + n},true\n" for n in range(rows))


def of_table(operation: str, **fields: Any) -> dict[str, Any]:
    return {"operation": operation, "source": "orders", **fields}


def reading(bench: Bench, document: dict[str, Any], settings: Settings | None = None) -> Estimate:
    estimator = Estimator(bench.store, bench.places, BUCKET, EVERYTHING, HOME, read_prices())
    return estimator.estimate(parse_job(document), settings or Settings(False, 10))


def test_a_small_file_is_counted_and_its_index_reckoned_with() -> None:
    found = Bench().estimate(csv_of(100))
    assert (found.volume.rows, found.rows_known, found.volume.units) == (100, True, 1)
    assert found.volume.write_units == {"": 100, "by-city": 100}
    assert {one.what: one.amount for one in found.amounts}["DynamoDB, write units"] == 200


def test_columns_say_their_type_and_why() -> None:
    found = Bench().estimate(csv_of(5, "id,at,city,total,flag:BOOL"), infer=True)
    told = {one.name: (one.type, one.how, one.looks_like) for one in found.columns}
    assert told == {
        "id": ("S", "key", None), "at": ("N", "key", None), "city": ("S", "key", None),
        "total": ("N", "inferred", None), "flag": ("BOOL", "declared", None),
    }  # fmt: skip
    plain = Bench().estimate(csv_of(5))
    assert [(one.name, one.type, one.looks_like) for one in plain.columns][3:] == [
        ("total", "S", "N"), ("flag", "S", "BOOL"),
    ]  # fmt: skip


def test_rows_that_would_be_rejected_or_superseded_are_told() -> None:
    text = csv_of(10) + "i1,x,Bern,1,true\n" + "i00001,100001,Bern,1,true\n"
    sample = Bench().estimate(text).sample
    assert (sample.rows, sample.rejected, sample.superseded, sample.items) == (12, 1, 1, 10)
    assert dict(sample.reasons) == {"type at": 1}
    assert sample.first_reject == "row 12: column 'at': 'x' is not a number"


def test_duplicates_far_apart_are_seen_where_both_are_in_the_sample() -> None:
    first, *_ = csv_of(1).splitlines()[1:]
    text = csv_of(90) + f"{first}\n"
    found = Bench().estimate(text, parallel={"chunk_bytes": 1024})
    assert found.sample.places > 1
    assert found.sample.superseded == 1


def test_a_large_file_is_read_in_part_and_estimated() -> None:
    rows = 50_000
    settings = Settings(False, 10, most_bytes=100_000)
    found = Bench().estimate(csv_of(rows), parallel={"chunk_bytes": 50_000}, settings=settings)
    whole = Bench().estimate(csv_of(rows), parallel={"chunk_bytes": 50_000})
    assert (found.rows_known, found.units_known) == (False, False)
    assert found.volume.rows == pytest.approx(rows, rel=0.1)
    assert found.volume.units == pytest.approx(whole.volume.units, abs=1)
    assert any("--exact" in note for note in found.notes)
    assert (whole.rows_known, whole.volume.rows) == (True, rows)


def test_a_gzipped_file_is_estimated_by_what_it_unpacks_to() -> None:
    rows = 20_000
    found = Bench().estimate(gzip.compress(csv_of(rows).encode()))
    assert (found.rows_known, found.units_known) == (False, True)
    assert found.volume.rows == pytest.approx(rows, rel=0.1)
    assert any("gzipped" in note for note in found.notes)


def test_a_gzipped_file_that_is_all_sample_is_counted() -> None:
    found = Bench().estimate(gzip.compress(csv_of(50).encode()))
    assert (found.rows_known, found.volume.rows) == (True, 50)


def test_json_lines_are_sampled_by_their_attributes() -> None:
    lines = "".join(json.dumps({"id": f"i{n}", "at": n, "tags": ["a"]}) + "\n" for n in range(30))
    found = Bench().estimate(lines, format={"preset": "jsonl"})
    assert found.columns == ()
    assert {name: dict(types) for name, types in found.sample.types.items()} == {
        "id": {"S": 30}, "at": {"N": 30}, "tags": {"L": 30},
    }  # fmt: skip
    assert found.volume.write_units == {"": 30}


def test_an_empty_file_takes_next_to_nothing() -> None:
    found = Bench().estimate("id,at\n")
    assert (found.volume.rows, found.volume.items, found.sample.rows) == (0, 0, 0)


def test_a_table_is_reckoned_by_its_size_and_a_sample() -> None:
    bench = Bench(items=4000, page_items=100)
    found = reading(bench, of_table("export"))
    assert not found.rows_known
    assert found.volume.rows == pytest.approx(4000, rel=0.01)
    assert found.volume.read_units == pytest.approx(4000 * 1540 / 8192, rel=0.01)
    assert found.sample.rows <= 400


@pytest.mark.parametrize(
    ("document", "writes", "reads"),
    [
        (of_table("count"), {}, 1),
        (of_table("export"), {}, 1),
        (of_table("scan", target=QUEUE), {}, 1),
        (of_table("copy", target="copy"), {"": 80, "by-city": 40}, 1),
        ({"operation": "truncate", "target": "orders", "confirm": "orders"}, {"": 80, "by-city": 40}, 2),
    ],
)
def test_what_reads_a_table_takes_its_read_units_and_writes_what_it_changes(
    document: dict[str, Any], writes: dict[str, float], reads: int
) -> None:
    found = reading(Bench(), document)
    assert (found.volume.rows, found.rows_known) == (40, True)
    assert found.volume.write_units == writes
    once = reading(Bench(), of_table("count")).volume.read_units
    assert found.volume.read_units == reads * once


def test_a_filter_leaves_fewer_items_and_reads_as_much() -> None:
    scan = {"filter": "#at < :at", "names": {"#at": "at"}, "values": {":at": 10}}
    found = reading(Bench(), of_table("export", scan=scan))
    assert found.volume.items == 10
    assert found.volume.read_units == reading(Bench(), of_table("export")).volume.read_units


def test_a_copy_that_drops_attributes_writes_less() -> None:
    found = reading(Bench(), of_table("copy", target="copy", columns={"text": {"drop": True}}))
    assert found.volume.write_units == {"": 40, "by-city": 40}


def test_items_that_a_format_cannot_hold_are_told() -> None:
    bench = Bench(items=1)
    bench.tables.add("orders", item(1) | {"set": {"SS": ["a"]}})
    found = reading(bench, of_table("export", format={"preset": "jsonl"}))
    assert (found.sample.rejected, found.sample.items) == (1, 1)
    assert list(found.sample.reasons) == ["type set"]


def test_what_is_provisioned_is_paid_by_the_hour_and_bounds_the_time() -> None:
    bench = Bench(
        replace(ORDERS, write_capacity=5, read_capacity=50, indexes=(IndexSchema("by-city", None, 1),))
    )
    found = bench.estimate(csv_of(100))
    (writes,) = [one for one in found.amounts if one.is_of_tables]
    assert (writes.is_hourly, found.cost(writes)) == (True, 0)
    assert (found.bounds[0].what, found.bounds[0].seconds) == ("1 write units a second of index by-city", 100)


def test_a_rate_of_ones_own_is_reckoned_with() -> None:
    found = Bench().estimate(csv_of(100), settings=Settings(False, 10, write_rate=2))
    assert (found.bounds[0].what, found.bounds[0].seconds) == ("2 write units a second of the table", 50)


def test_on_this_machine_only_tables_are_charged() -> None:
    here = Bench().estimate(csv_of(100), settings=Settings(True, 10))
    assert [one.what for one in here.amounts] == ["DynamoDB, write units"]
    assert here.where == "here"


def test_deletes_and_single_writes_are_told_apart() -> None:
    assert Bench().estimate(csv_of(9), write={"mode": "insert"}).volume.writes_singly
    deletes = Bench().estimate(csv_of(9), write={"mode": "delete"})
    assert any("deletes" in note for note in deletes.notes)


def test_a_mirror_reads_both_tables() -> None:
    plain = reading(Bench(), of_table("copy", target="copy")).volume.read_units
    assert reading(Bench(), of_table("copy", target="copy", mirror=True)).volume.read_units > plain


@pytest.mark.parametrize(
    ("text", "fields", "error"),
    [
        ("", {}, SourceNotFoundError),
        ("name\na\n", {}, HeaderError),
        ("id,at\n", {"target": "nothing"}, JobError),
        ("", {"target": "nothing"}, JobInvalidError),
    ],
)
def test_what_keeps_the_job_from_running_is_told(
    text: str, fields: dict[str, Any], error: type[JobError]
) -> None:
    with pytest.raises(error):
        Bench().estimate(text, **fields)


def test_programs_get_all_of_it_as_json() -> None:
    found = json.loads(json.dumps(Bench().estimate(csv_of(100)).to_json()))
    assert (found["rows"], found["units"]) == ({"count": 100, "counted": True}, {"count": 1, "counted": True})
    assert found["write_units"] == {"table": 100, "by-city": 100}
    assert found["cost"]["total"] == round(sum(one["cost"] for one in found["cost"]["amounts"]), 4)
    assert [column["how"] for column in found["columns"]] == ["key", "key", "key", "text", "text"]
