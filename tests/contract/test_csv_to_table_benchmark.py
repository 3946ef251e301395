"""The benchmark from CSV to table on a few rows, so that it runs when it is wanted. The peers that need
packages of their own are left out."""

from __future__ import annotations

import pytest

from benchmarks import costs, csv_to_table, peers
from benchmarks.interleaved import Way

BOTO3 = [name for name, (package, _) in peers.WAYS.items() if package == "boto3"]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_to_table, "peers_python", lambda: None)


def test_each_way_writes_every_row_signed_as_botocore_signs_it() -> None:
    ways = csv_to_table.figures(800, 1, 0.0, counts=False)
    assert [way.name for way in ways] == [*BOTO3, csv_to_table.DEPLOYED, csv_to_table.HERE]
    assert {way.name: way.counts["BatchWriteItem"] for way in ways if way.name in BOTO3} == dict.fromkeys(
        BOTO3, 32
    ) | {"batch_writer, 10 threads": 40}
    assert all(way.peak > 0 for way in ways)


@pytest.mark.parametrize(("items", "puts", "wall"), [(799, 0, 9.0), (801, 2, 9.0), (800, 0, 0.01)])
def test_of_what_wrote_other_rows_or_did_not_wait_there_is_no_figure(
    items: int, puts: int, wall: float
) -> None:
    way = Way(csv_to_table.HERE, (), wall=[wall])
    way.counts.update(items=items, PutItem=puts)
    with pytest.raises(RuntimeError, match=r"--here (wrote|did not wait)"):
        csv_to_table._check(way, 800, latency=0.1)


def test_ours_are_also_held_against_asyncio() -> None:
    ways = [Way(name, (), cpu=[cpu], ratio=[60 / cpu]) for name, cpu in ((csv_to_table.DEPLOYED, 3.0),)]
    ways.append(Way(csv_to_table.HERE, (), cpu=[6.0], ratio=[10.0]))
    assert list(csv_to_table.against_asyncio(ways)) == []
    ways.append(Way(csv_to_table.ASYNCIO, (), cpu=[90.0], ratio=[1.5]))
    assert list(csv_to_table.against_asyncio(ways))[1:] == [
        f"| {csv_to_table.DEPLOYED} | 20.0 | 30.0 |",
        f"| {csv_to_table.HERE} | 10.0 | 15.0 |",
    ]


def test_the_cost_of_a_million_rows_follows_from_what_a_few_of_them_took() -> None:
    one = costs.cost(500, 1000, rounds=1)
    assert (one["row_bytes"], one["load_chunk_calls"], one["transitions_of_units"]) == (499, 1000, 5000)
    assert (one["messages"], one["sqs_sends_billed"], one["write_batch_calls"]) == (1000, 11_000, 1000)
    assert (one["ledger_write_units"], one["ledger_write_units_of_units"]) == (3000, 2000)
    assert one["write_batch_cpu_seconds"] > 0
