"""Indexes of a table that is being defined, from dicts of a few plain words each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from headrace.aws.manager.keys import Keys, check_name, check_one_of
from headrace.aws.manager.throughput import throughput
from headrace.job.problems import Problems, child, seen

Index = Mapping[str, Any]

_PROJECTIONS = ("ALL", "KEYS_ONLY", "INCLUDE")
_LOCAL = ("IndexName", "SortKey", "SortKeyType", "ProjectionType", "NonKeyAttributes")
_GLOBAL = ("PartitionKey", "PartitionKeyType", *_LOCAL, "ReadCapacity", "WriteCapacity")
MOST_LOCAL = 5
"""Source: Amazon DynamoDB Developer Guide, "Quotas". Of global ones an account may have more than 20."""


def global_indexes(
    given: Sequence[Index], keys: Keys, billing_mode: str, read: int | None, write: int | None
) -> Iterator[dict[str, Any]]:
    """
    Args:
        read, write: the table's capacity, for a provisioned index that says none.
    """
    if billing_mode != "PROVISIONED":
        read = write = None
    for at, index in _checked("global_secondary_indexes", given, _GLOBAL, keys.problems):
        schema = [(f"{at}.PartitionKey", index.get("PartitionKey"), index.get("PartitionKeyType", "S"))]
        if "SortKey" in index:
            schema.append(_sort_key(at, index))
        units = {
            f"{at}.ReadCapacity": index.get("ReadCapacity", read),
            f"{at}.WriteCapacity": index.get("WriteCapacity", write),
        }
        capacity = throughput(units, billing_mode, keys.problems)
        yield _named(at, index, keys.schema(*schema), keys.problems) | capacity


def local_indexes(
    given: Sequence[Index], keys: Keys, table_keys: Sequence[dict[str, str]]
) -> Iterator[dict[str, Any]]:
    """
    Args:
        table_keys: the table's own key schema.
    """
    problems = keys.problems
    if given and len(table_keys) < 2:
        problems.add("local_secondary_indexes", "the table has no sort key", "local indexes of one that has")
    if len(given) > MOST_LOCAL:
        problems.add("local_secondary_indexes", f"{len(given)} of them", f"at most {MOST_LOCAL}")
    for at, index in _checked("local_secondary_indexes", given, _LOCAL, problems):
        (sort,) = keys.schema(_sort_key(at, index))
        yield _named(at, index, [table_keys[0], sort | {"KeyType": "RANGE"}], problems)


def _checked(
    at: str, given: Sequence[Index], fields: Sequence[str], problems: Problems
) -> Iterator[tuple[str, Index]]:
    """Each index, with what problems call it."""
    names: set[Any] = set()
    for position, index in enumerate(given):
        where = f"{at}[{position}]"
        if not isinstance(index, Mapping):
            problems.add(where, seen(index), "a dict")
            continue
        for unknown in [name for name in index if name not in fields]:
            problems.add(child(where, unknown), "is not known", ", ".join(fields))
        name = index.get("IndexName")
        if name in names:
            problems.add(f"{where}.IndexName", f"{seen(name)} is there twice", "a name for each index")
        names.add(name)
        yield where, index


def _sort_key(at: str, index: Index) -> tuple[str, object, object]:
    return f"{at}.SortKey", index.get("SortKey"), index.get("SortKeyType", "S")


def _named(at: str, index: Index, schema: list[dict[str, str]], problems: Problems) -> dict[str, Any]:
    check_name(index.get("IndexName"), f"{at}.IndexName", problems)
    return {
        "IndexName": index.get("IndexName"),
        "KeySchema": schema,
        "Projection": _projection(at, index, problems),
    }


def _projection(at: str, index: Index, problems: Problems) -> dict[str, Any]:
    kind, names = index.get("ProjectionType", "ALL"), index.get("NonKeyAttributes")
    check_one_of(kind, _PROJECTIONS, f"{at}.ProjectionType", problems)
    if (kind == "INCLUDE") != bool(names):
        problems.add(f"{at}.NonKeyAttributes", seen(names), "names with INCLUDE, and only with it")
    return {"ProjectionType": kind} | ({"NonKeyAttributes": list(names)} if names else {})
