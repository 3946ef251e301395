"""Write units of an item: those of the table, and those of each index that it is in."""

from __future__ import annotations

import pytest

from headrace.estimating.writes import units_of
from headrace.items.size import item_size
from headrace.ports import IndexSchema, Item, KeyAttribute, TableSchema

KEYS = (
    KeyAttribute("id", "S", "partition"),
    *(KeyAttribute("city", "S", "partition", name) for name in ("all", "keys", "some")),
)
TABLE = TableSchema(
    "orders",
    "arn",
    KEYS,
    indexes=(
        IndexSchema("all"),
        IndexSchema("keys", frozenset()),
        IndexSchema("some", frozenset({"note"})),
    ),
)


def item(size: int, **more: dict[str, str]) -> Item:
    """Of just that size, most of it in `text`."""
    found: Item = {"id": {"S": "x"}, "text": {"S": ""}, **more}
    return found | {"text": {"S": "x" * (size - item_size(found))}}


@pytest.mark.parametrize(("size", "units"), [(100, 1), (1024, 1), (1025, 2), (10 * 1024 + 1, 11)])
def test_an_item_in_no_index_takes_a_unit_for_each_kib_begun(size: int, units: int) -> None:
    assert dict(units_of(item(size), TABLE)) == {"": units}


def test_an_index_takes_what_its_projection_is_large() -> None:
    one = item(5 * 1024, city={"S": "Bern"}, note={"S": "n" * 1500})
    assert dict(units_of(one, TABLE)) == {"": 5, "all": 5, "keys": 1, "some": 2}


def test_a_key_of_another_type_leaves_the_item_out_of_the_index() -> None:
    assert dict(units_of(item(100, city={"N": "1"}), TABLE)) == {"": 1}
