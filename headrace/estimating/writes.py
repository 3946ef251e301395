"""The write units that an item takes, in the table and in each of its indexes."""

from __future__ import annotations

from collections.abc import Iterator

from headrace.items.size import item_size, write_units
from headrace.ports import IndexSchema, Item, TableSchema


def units_of(item: Item, schema: TableSchema) -> Iterator[tuple[str, int]]:
    """By index, "" for the table itself, of an item that is new, or that is deleted. One that replaces
    another takes none in an index where nothing changes, and twice as many where a key of the index does.

    Source: Amazon DynamoDB Developer Guide, "Provisioned throughput considerations for global secondary
    indexes", write capacity units.
    """
    yield "", write_units(item_size(item))
    for index in schema.indexes:
        if (entry := _entry(item, index, schema)) is not None:
            yield index.name, write_units(item_size(entry))


def _entry(item: Item, index: IndexSchema, schema: TableSchema) -> Item | None:
    """What the index has of the item; None: it is not in it."""
    keys = schema.keys_of(index.name)
    if not all(key.type in item.get(key.name, {}) for key in keys):
        return None
    if index.attributes is None:
        return item
    names = index.attributes | {key.name for key in (*keys, *schema.primary)}
    return {name: value for name, value in item.items() if name in names}
