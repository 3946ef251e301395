"""Each benchmark on a tiny object, so that it runs when it is wanted."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest

from benchmarks import (
    __main__,
    cold,
    growth,
    here,
    load,
    memory,
    planning,
    plot,
    rows,
    segments,
    splitting,
    tables,
)
from benchmarks.samples import HARD, HARD_LINES, ORDERS_HEADER, Quoting, orders, pairs, save
from benchmarks.shapes import HARD as HARD_TO_SPLIT
from benchmarks.shapes import ORDERS
from headrace.delimited.dialect import MAX_RECORD_BYTES
from headrace.items.size import MAX_ITEM_BYTES, item_size


@pytest.mark.parametrize("quoting", list(Quoting))
def test_orders_are_records_of_eight_fields_with_distinct_keys(quoting: Quoting) -> None:
    text = "".join(orders(400, quoting))
    records = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert {len(record) for record in records} == {8}
    assert len({record[0] for record in records}) == 400


def test_an_order_takes_about_200_bytes() -> None:
    text = "".join(orders(1000)).removeprefix(ORDERS_HEADER)
    assert len(text.encode()) / 1000 == pytest.approx(200, abs=2)


def test_one_order_in_twenty_is_quoted_and_one_in_two_hundred_has_line_ends() -> None:
    text = "".join(orders(400))
    notes = [record[7] for record in csv.reader(io.StringIO(text, newline=""))]
    assert sum(('"' in note and "," in note) or "\r\n" in note for note in notes) == 20
    assert sum("\r\n" in note for note in notes) == 2


@pytest.mark.parametrize("shape", list(HARD))
def test_a_hard_shape_fills_the_size_that_is_asked_for(shape: str) -> None:
    size = len("".join(pairs(1000, HARD[shape])))
    assert size >= 1000


@pytest.mark.parametrize("shape", list(HARD_LINES))
def test_a_hard_line_is_a_line_within_the_limit_of_a_record(shape: str) -> None:
    _, row = HARD_LINES[shape]
    assert row(0).index("\n") + 1 == len(row(0)) < MAX_RECORD_BYTES


@pytest.mark.parametrize("shape", list(tables.ITEMS))
def test_a_hard_item_is_one_that_a_table_can_have(shape: str) -> None:
    item = orjson.loads(tables.ITEMS[shape]("fffff"))
    assert item_size(item) <= MAX_ITEM_BYTES


def test_a_played_table_has_each_item_once() -> None:
    table = tables.PlayedTable("orders", page=4, items=10)
    keys: list[str] = []
    request: dict[str, object] = {}
    for many in (4, 4, 2):
        page = orjson.loads(table.scan(request))
        assert len(page["Items"]) == page["Count"] == many
        keys += [item["k"]["S"] for item in page["Items"]]
        request = {"ExclusiveStartKey": page.get("LastEvaluatedKey")}
    assert (keys, request) == (list("0123456789"), {"ExclusiveStartKey": None})


def test_planning_finds_the_records_of_the_file(tmp_path: Path) -> None:
    path = save(tmp_path / "orders.csv", orders(400))
    assert splitting.scan(str(path), "csv", "utf-8") == 401


def test_planning_prints_a_row_for_each_shape(capsys: pytest.CaptureFixture[str]) -> None:
    planning.main(["--rows", "2000", "--pairs", "1"])
    printed = capsys.readouterr().out
    assert all(f"| {shape} |" in printed for shape in [*ORDERS, *HARD_TO_SPLIT])


def test_rows_become_messages(capsys: pytest.CaptureFixture[str]) -> None:
    text = "".join(orders(400)).removeprefix(ORDERS_HEADER).encode()
    assert (rows.to_messages(text), rows.only_read(text)) == (1, 400)
    rows.main(["--rows", "400", "--runs", "1"])
    assert "| 400 |" in capsys.readouterr().out


def test_load_prints_each_way_and_how_its_cost_grows(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    load.main(["--rows", "400", "--rounds", "1", "--first", "10"])
    printed = capsys.readouterr().out
    assert all(f"| {name} |" in printed for name in ("row by row", "at once", "80"))


def test_rows_become_the_same_messages_made_at_once_and_one_by_one() -> None:
    text = "".join(orders(3000)).removeprefix(ORDERS_HEADER).encode()
    assert rows.to_messages(text, rows.at_once) == rows.to_messages(text, rows.one_by_one) == 2


def test_memory_measures_each_function_on_each_object() -> None:
    found = list(memory.figures(400, 20_000, ["blank lines", "shortest items, all keys distinct"]))
    work = [figure.work.split(" ")[0] for figure in found]
    whole = ["plan", "load_chunk", "write_batch"]
    assert work == [*whole, *["plan", "load_chunk"] * 2, *whole]
    assert all(0 < figure.before <= figure.peak for figure in found)


def test_memory_measures_a_segment_for_each_job() -> None:
    found = list(segments.figures(1, 1, ["orders"], ["export csv", "copy"]))
    work = [figure.work for figure in found]
    assert work == ["plan of export csv", "export csv", "copy"]
    assert all(0 < figure.before <= figure.peak for figure in found)


def test_here_measures_a_load_of_each_size(capsys: pytest.CaptureFixture[str]) -> None:
    here.main(["--rows", "40", "400"])
    _, _, *printed = capsys.readouterr().out.splitlines()
    figures = [[cell.strip() for cell in line.split("|")] for line in printed]
    assert [one[1] for one in figures] == ["40", "400"]
    assert all(0 < int(one[4]) <= int(one[5]) for one in figures)


def test_cold_prints_what_a_function_takes_to_start(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    cold.main(["--rounds", "1", "--functions", "settle"])
    base, settle = (
        [cell.strip() for cell in line.split("|")[1:-1]] for line in capsys.readouterr().out.splitlines()[2:]
    )
    assert (base[0], base[2], base[6], settle[0]) == ("boto3 and a client", "1.00", "1.00", "settle")
    assert float(settle[2]) > 0


def test_growth_takes_off_what_few_rows_take_and_prints_how_far_apart_the_others_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        growth,
        "_counted",
        lambda rows: {"load_chunk": 5000 + 7 * rows, "write_batch": 900 + 2 * rows, "here": rows},
    )
    found = growth.growth(100, few=10)
    assert found == {
        growth.TOGETHER: [9.0] * 4,
        "load_chunk": [7.0] * 4,
        "write_batch": [2.0] * 4,
        "here": [1.0] * 4,
    }
    *_, largest, apart = growth.table(100, found | {"here": [2.0, 2.0, 2.0, 3.0]})
    assert largest == "| 800 | 9 | 7 | 2 | 3 |"
    assert apart == "| largest above smallest | 0.0 % | 0.0 % | 0.0 % | 50.0 % |"


def test_the_longest_bar_is_that_of_the_largest_value() -> None:
    svg = ElementTree.fromstring(plot.bars("a < b", {"one & two": 4.0, "ours": 1.0}, {"ours"}))
    _, longer, shorter = [one.get("width", "") for one in svg.iter() if one.tag.endswith("rect")]
    assert float(longer) == pytest.approx(4 * float(shorter), abs=0.5)
    texts = [one.text for one in svg.iter() if one.tag.endswith("text")]
    assert texts == ["a < b", "one & two", "4.0", "ours", "1.0"]


@pytest.mark.parametrize("most", [1, 9, 23_900, 75_000, 100_000, 999_999])
def test_a_line_is_within_its_plot_and_no_higher_than_its_scale(most: float) -> None:
    svg = ElementTree.fromstring(plot.lines("title", "rows", [1, 2, 4], {"a": [most, most / 2, 0]}))
    heights = [float(one.get("cy", "")) for one in svg.iter() if one.tag.endswith("circle")]
    top, middle, bottom = heights
    assert 0 < top < middle < bottom == pytest.approx(2 * middle - top, abs=0.2)
    levels = [one for one in svg.iter() if one.tag.endswith("}line")]
    assert 3 <= len(levels) <= 11
    assert float(levels[-1].get("y1", "")) <= top + 0.1


def test_every_section_of_all_benchmarks_is_one_that_can_be_run_alone() -> None:
    assert {"csv_to_table", "growth", "costs", "write", "load"} <= set(__main__.available())


def test_all_benchmarks_are_run_and_what_failed_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        __main__, "SECTIONS", {"rows": ("--rows", "400", "--runs", "1"), "load": ("--no-such-option",)}
    )
    assert __main__.run(["rows", "load"], tmp_path / "found.md") == ["load"]
    text = (tmp_path / "found.md").read_text()
    assert "Machine: " in text
    assert "## rows\n    python -m benchmarks.rows\n\n| rows |" in text
    assert text in capsys.readouterr().out
