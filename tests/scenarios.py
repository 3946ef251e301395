"""A job of every kind over fakes, small and yet of many messages, and what it has to come to."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from headrace.ports import Item, TableSchema
from tests.builders import (
    BUCKET,
    HOME,
    ID,
    QUEUE,
    TABLE,
    Pipeline,
    execution,
    job_document,
    times,
)
from tests.everything import comparable, everything

COPY = "copies"
COPY_SCHEMA = TableSchema(COPY, HOME + COPY, (ID,))
ITEMS = 24
_SMALL = {"segments": 2, "message_bytes": 1024}
Document = dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """`prepare`: puts there what the job needs, and gives its document."""

    name: str
    prepare: Callable[[Pipeline], Document]

    def __repr__(self) -> str:
        return self.name


def small_pipeline(seed: int = 0) -> Pipeline:
    """Pages of 5 items, functions that have time for one page or batch, and writers that work beside
    them; whatever fails is tried again."""
    return Pipeline(
        seed,
        others=(COPY_SCHEMA,),
        page_items=5,
        max_receives=99,
        load_tries=99,
        load_remaining=lambda: times(1),
        between=lambda it: it.deliver(1),
    )


def outcome(pipeline: Pipeline, report: Mapping[str, Any]) -> dict[str, Any]:
    """All that must not depend on what went wrong on the way. Of a queue: which bodies, as some may be
    there twice."""
    told = ("status", "rows", "deleted", "planned", "count", "pending", "missing")
    return {
        **{name: report.get(name) for name in told},
        TABLE: _comparable(pipeline, TABLE),
        COPY: _comparable(pipeline, COPY),
        "queue": set(pipeline.user_queue.bodies),
        "export": exported(pipeline),
    }


@cache
def uninterrupted(scenario: Scenario) -> tuple[dict[str, Any], int]:
    """What the job comes to, and how many calls of ports it takes."""
    pipeline = small_pipeline()
    document = scenario.prepare(pipeline)
    before = pipeline.calls.count
    report = pipeline.execute(document)
    assert report["status"] == "SUCCEEDED", report["cause"]
    return outcome(pipeline, report), pipeline.calls.count - before


def exported(pipeline: Pipeline) -> dict[str, bytes]:
    """The text of the parts that the manifest names, which are all that are there."""
    store = pipeline.store.objects
    found = {
        key: gzip.decompress(body) for (_, key), body in store.items() if key.startswith("exports/one/data/")
    }
    manifest = store.get((BUCKET, "exports/one/manifest-files.json"), b"").decode()
    assert manifest.count("\n") == len(found)
    assert all(f'"{key}"' in manifest for key in found)
    return found


def _comparable(pipeline: Pipeline, table: str) -> dict[tuple[str, ...], Any]:
    return {key: comparable(item) for key, item in pipeline.items_of(table).items()}


def _load(pipeline: Pipeline) -> Document:
    pipeline.put_source("id,name\n" + "".join(f"k{n},{'x' * 60}{n}\n" for n in range(ITEMS)))
    return job_document(parallel={"chunk_bytes": 1024, "message_bytes": 1024})


def _copy(pipeline: Pipeline, *there: Item, **fields: Any) -> Document:
    pipeline.tables.add(TABLE, *everything(ITEMS))
    pipeline.tables.add(COPY, *there)
    return {"operation": "copy", "source": TABLE, "target": COPY, "parallel": _SMALL, **fields}


def _mirror(pipeline: Pipeline) -> Document:
    return _copy(pipeline, *everything(ITEMS + 10), mirror=True)


def _insert(pipeline: Pipeline) -> Document:
    there = [item | {"mark": {"S": "was there"}} for item in everything(ITEMS // 2)]
    return _copy(pipeline, *there, write={"mode": "insert"})


def _newer(pipeline: Pipeline) -> Document:
    """Of the items that are there each second is newer."""
    there = [
        item | {"number": {"N": str(number + (1 if number % 2 else -1))}}
        for number, item in enumerate(everything(ITEMS))
    ]
    return _copy(pipeline, *there, write={"mode": "newer", "newer_by": "number"})


def _delete(pipeline: Pipeline) -> Document:
    return _copy(pipeline, *everything(ITEMS + 10), write={"mode": "delete"})


def _truncate(pipeline: Pipeline) -> Document:
    pipeline.tables.add(TABLE, *everything(ITEMS))
    return {"operation": "truncate", "target": TABLE, "confirm": TABLE, "parallel": _SMALL}


def _count(pipeline: Pipeline) -> Document:
    pipeline.tables.add(TABLE, *everything(ITEMS))
    return {"operation": "count", "source": TABLE, "parallel": {"segments": 2}}


def _scan(pipeline: Pipeline) -> Document:
    pipeline.tables.add(TABLE, *everything(ITEMS))
    return {"operation": "scan", "source": TABLE, "target": QUEUE, "parallel": {"segments": 2}}


def _export(pipeline: Pipeline, preset: str = "dynamodb-json") -> Document:
    pipeline.tables.add(TABLE, *everything(ITEMS))
    parallel, tolerate = {"segments": 2}, {"rejects": ITEMS}
    form = {"preset": preset}
    return {
        "operation": "export",
        "source": TABLE,
        "format": form,
        "parallel": parallel,
        "tolerate": tolerate,
    }


def _restore(pipeline: Pipeline, preset: str = "dynamodb-json") -> Document:
    report = pipeline.execute(_export(pipeline, preset), execution("exported"))
    location = report["export"]["location"]
    return {
        "operation": "restore",
        "source": location,
        "target": COPY,
        "parallel": {"message_bytes": 1024},
    }


WRITING = (
    Scenario("load", _load),
    Scenario("copy", _copy),
    Scenario("mirror", _mirror),
    Scenario("insert", _insert),
    Scenario("newer", _newer),
    Scenario("delete", _delete),
    Scenario("truncate", _truncate),
    Scenario("restore", _restore),
    Scenario("restore-csv", lambda pipeline: _restore(pipeline, "csv")),
    Scenario("restore-jsonl", lambda pipeline: _restore(pipeline, "jsonl")),
)
"""Those whose rows go through the write queue."""
READING = (
    Scenario("count", _count),
    Scenario("scan", _scan),
    Scenario("export", _export),
    Scenario("export-csv", lambda pipeline: _export(pipeline, "csv")),
)
SCENARIOS = (*WRITING, *READING)
