"""The benchmark of writing on a few rows, so that it runs when it is wanted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import write
from benchmarks.interleaved import Way


def test_both_ways_write_the_same_rows_and_ours_sends_nothing_twice() -> None:
    ways = write.figures(800, 1, 0.001)
    assert [way.counts["items"] for way in ways] == [800, 800]
    assert [way.counts["BatchWriteItem"] for way in ways] == [32, 32]


def test_the_peers_items_are_ours_with_numbers_as_numbers(tmp_path: Path) -> None:
    write.save_messages(tmp_path, 100)
    ((record,),) = [json.loads(file.read_bytes())["Records"] for file in (tmp_path / "ours").iterdir()]
    ((plain,),) = [json.loads(file.read_bytes()) for file in (tmp_path / "peer").iterdir()]
    lines = [json.loads(line) for line in record["body"].split("\n")[1:]]
    typed = [request["PutRequest"]["Item"].values() for line in lines for request in line]
    assert [[*map(str, item.values())] for item in json.loads(plain, parse_float=str)] == [
        [text for value in item for text in value.values()] for item in typed
    ]


def test_a_latency_that_was_not_waited_for_makes_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    def hurry(ways: list[Way], *_: object) -> None:
        for way in ways:
            way.wall.append(0.01)

    monkeypatch.setattr(write, "compare", hurry)
    with pytest.raises(RuntimeError, match="batch_writer did not wait"):
        write.figures(800, 1, 0.005)


def test_a_way_is_a_row_of_medians() -> None:
    way = Way("ours", (), cpu=[3.0, 1.0, 2.0], ratio=[10.0, 30.0, 20.0], wall=[8.0])
    way.counts.update(requests=4, bytes=500)
    assert way.row(1_000_000) == "| ours | 2.00 | 20.0 | not counted | 0.0 | 0 | not looked at | 125,000 |"
    way.instructions, way.peak = 12_345.6, 2048.0
    assert way.row(1_000_000) == "| ours | 2.00 | 20.0 | 12,346 | 0.0 | 0 | 2 | 125,000 |"
