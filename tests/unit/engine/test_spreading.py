"""Rows that are near each other in a file are not written at once."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.messages import MAX_REQUESTS
from headrace.spreading import spread


def batches(values: list[int]) -> list[list[int]]:
    return [values[at : at + MAX_REQUESTS] for at in range(0, len(values), MAX_REQUESTS)]


@given(st.lists(st.integers(), max_size=3000), st.text(max_size=5))
def test_all_values_are_there_in_an_order_that_stays(values: list[int], seed: str) -> None:
    found = spread(values, seed)
    assert Counter(found) == Counter(values)
    assert spread(values, seed) == found
    order = spread(range(len(values)), seed)
    assert [values[place] for place in order] == found


def test_another_seed_gives_another_order() -> None:
    assert spread(range(1000), "a") != spread(range(1000), "b")


@given(st.integers(0, 20_000), st.text(max_size=5))
def test_a_batch_has_some_of_the_whole(many: int, seed: str) -> None:
    """No two of it are near each other, but where one slice ends in it and the next begins."""
    for batch in batches(spread(range(many), seed)):
        near = sum(after - before < many // MAX_REQUESTS for before, after in pairwise(batch))
        assert near <= 2


@pytest.mark.parametrize("period", [2, 3, 7, 10, 24, 60, 100, 256, 400, 797, 1000])
@pytest.mark.parametrize("many", [500, 20_000, 47_000])
def test_values_that_come_in_turn_do_not_meet(many: int, period: int) -> None:
    fair = -(-MAX_REQUESTS // min(period, many))
    for batch in batches(spread([place % period for place in range(many)], "seed")):
        assert max(Counter(batch).values()) <= fair + 3


@pytest.mark.parametrize("partitions", [2, 5, 25, 100])
def test_a_file_that_is_sorted_by_partition_is_written_to_all_of_them_at_once(partitions: int) -> None:
    many = 20_000
    fair = -(-MAX_REQUESTS // partitions)
    for batch in batches(spread([place * partitions // many for place in range(many)], "seed")):
        assert max(Counter(batch).values()) <= fair + 3
