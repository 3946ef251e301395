"""Jobs that read tables or exports are planned in phases and units, or refused with all that is wrong."""

from __future__ import annotations

import contextlib
import gzip
from dataclasses import replace
from typing import Any

import pytest

from headrace.allowed import Allowed
from headrace.errors import (
    JobError,
    JobInvalidError,
    QueueNotAllowedError,
    QueueNotFoundError,
    ReadRefusedError,
    RoleNotAllowedError,
    SourceFormatError,
    SourceNotFoundError,
    TableNotFoundError,
    TableProtectedError,
    TablesDifferError,
    TargetNotAllowedError,
)
from headrace.job.model import Format, Shape
from headrace.ledger import Stop
from headrace.plan import Segment, Task, Unit, work_of
from headrace.ports import KeyAttribute, TableSchema
from tests.builders import BUCKET, EXECUTION, HOME, ID, QUEUE, SCHEMA, TABLE, Pipeline, execution, times
from tests.everything import everything
from tests.fakes import Crash
from tests.scenarios import COPY, COPY_SCHEMA, ITEMS

ROLE = "arn:aws:iam::210987654321:role/writer"
BY_TOTAL = KeyAttribute("total", "N", "partition", "by-total")
COPYING: dict[str, Any] = {"operation": "copy", "source": TABLE, "target": COPY}
COUNTING: dict[str, Any] = {"operation": "count", "source": TABLE}
EMPTYING: dict[str, Any] = {"operation": "truncate", "target": TABLE, "confirm": TABLE}
EXPORTING: dict[str, Any] = {"operation": "export", "source": TABLE}
SCANNING: dict[str, Any] = {"operation": "scan", "source": TABLE, "target": QUEUE}
RESTORING: dict[str, Any] = {"operation": "restore", "source": f"s3://{BUCKET}/there/", "target": TABLE}


def planning(schema: TableSchema = SCHEMA, *others: TableSchema, **fields: Any) -> Pipeline:
    pipeline = Pipeline(schema=schema, others=others or (COPY_SCHEMA,), page_items=5, **fields)
    pipeline.tables.add(TABLE, *everything(ITEMS))
    return pipeline


def listed(pipeline: Pipeline, planned: dict[str, Any]) -> list[Unit | Segment]:
    return [work_of(unit) for unit in pipeline.units("one", planned["units_key"])]


def in_order(works: list[Unit | Segment]) -> list[Unit | Segment]:
    return sorted(works, key=lambda work: work.unit)


def test_a_table_is_cut_into_segments_that_start_in_any_order() -> None:
    pipeline = planning()
    planned = pipeline.plan(COPYING | {"parallel": {"segments": 30}})
    units = listed(pipeline, planned)
    assert in_order(units) == [Segment(number, number, 30, Task.MOVE) for number in range(30)]
    assert units != in_order(units)
    assert (planned["status"], planned["again"], planned["units"]) == ("PLANNED", False, 30)


def test_items_of_one_key_are_one_segment() -> None:
    pipeline = planning()
    scan = {"key_condition": "id = :id", "values": {":id": "item-0000007"}}
    planned = pipeline.plan(COPYING | {"scan": scan})
    assert listed(pipeline, planned) == [Segment(0, 0, 1, Task.MOVE)]


def test_a_count_is_work_of_its_own() -> None:
    pipeline = planning()
    planned = pipeline.plan(COUNTING | {"parallel": {"segments": 2}})
    assert not planned["again"]
    assert {unit.task for unit in listed(pipeline, planned) if isinstance(unit, Segment)} == {Task.COUNT}


@pytest.mark.parametrize(
    ("document", "tasks"),
    [
        (EMPTYING, {Task.COUNT: Task.MOVE}),
        (COPYING | {"mirror": True}, {Task.COUNT: Task.MOVE, Task.COUNT_PRUNE: Task.PRUNE}),
    ],
)
def test_what_deletes_is_counted_first_and_then_planned_behind(
    document: dict[str, Any], tasks: dict[Task, Task]
) -> None:
    pipeline, document = planning(), document | {"parallel": {"segments": 2}}
    first = pipeline.plan(document)
    counts = in_order(listed(pipeline, first))
    assert first["again"]
    assert [unit.task for unit in counts if isinstance(unit, Segment)] == [t for t in tasks for _ in range(2)]
    assert pipeline.plan(document) == first, "before anything is counted"
    pipeline.work("one", first["units_key"])
    second = pipeline.plan(document)
    assert (second["status"], second["again"], second["units"]) == ("PLANNED", False, 2 * len(counts))
    moves = in_order(listed(pipeline, second))
    assert [unit.unit for unit in moves] == list(range(len(counts), 2 * len(counts)))
    assert [unit.task for unit in moves if isinstance(unit, Segment)] == [
        tasks[unit.task] for unit in counts if isinstance(unit, Segment)
    ]
    assert pipeline.plan(document) == second
    assert pipeline.ledger.jobs["one"].planned["items"] == ITEMS


@pytest.mark.parametrize("phase", [1, 2])
@pytest.mark.parametrize("call", range(1, 16))
def test_a_plan_that_is_not_finished_is_finished_by_the_next_call(phase: int, call: int) -> None:
    def crash() -> None:
        raise Crash

    def until(phase: int) -> Pipeline:
        pipeline = planning()
        if phase == 2:
            pipeline.work("one", pipeline.plan(EMPTYING)["units_key"])
        return pipeline

    whole, dying = until(phase), until(phase)
    expected = whole.plan(EMPTYING)
    dying.calls.at = {dying.calls.count + call: crash}
    with contextlib.suppress(Crash):
        dying.plan(EMPTYING)
    dying.calls.at.clear()
    assert dying.plan(EMPTYING) == expected
    assert dying.plan(EMPTYING) == expected
    assert dying.ledger.jobs == whole.ledger.jobs
    assert dying.units("one", expected["units_key"]) == whole.units("one", expected["units_key"])


def test_what_cannot_be_counted_is_not_begun() -> None:
    pipeline = planning(load_tries=1)
    pipeline.break_things = lambda it: it.tables.faults.on("read", 2, Crash())
    report = pipeline.execute(EMPTYING)
    assert (report["error"], report["units"]["failed"]) == ("RowsMissingError", 1)
    assert "failed at page" in report["cause"]
    assert (len(pipeline.items), pipeline.plan(EMPTYING)) == (ITEMS, {"status": "ENDED", "job": "one"})
    assert pipeline.resume()["deleted"] == ITEMS


def test_a_job_that_is_stopped_between_its_phases_ends() -> None:
    pipeline = planning()
    pipeline.work("one", pipeline.plan(EMPTYING)["units_key"])
    pipeline.ledger.stop("one", Stop("JobCancelledError", "cancelled"))
    assert pipeline.plan(EMPTYING) == {"status": "ENDED", "job": "one"}
    report = pipeline.reporter.report("one", EXECUTION.arn)
    assert (report["error"], len(pipeline.items)) == ("JobCancelledError", ITEMS)
    assert pipeline.resume()["deleted"] == ITEMS


@pytest.mark.parametrize("document", [EXPORTING, SCANNING, COPYING, EMPTYING])
def test_a_dry_run_counts_and_touches_nothing(document: dict[str, Any]) -> None:
    pipeline = planning()
    report = pipeline.execute(document | {"dry_run": True})
    assert (report["status"], report["planned"]) == ("SUCCEEDED", {"items": ITEMS}), report["cause"]
    assert set(report["rows"].values()) == {0}
    assert report["scan"]["scanned"] == ITEMS
    assert (len(pipeline.items), pipeline.items_of(COPY), pipeline.user_queue.bodies) == (ITEMS, {}, [])
    assert not [key for _, key in pipeline.store.objects if key.startswith("exports/")]


@pytest.mark.parametrize(
    ("document", "error", "words"),
    [
        (COUNTING | {"source": "nowhere"}, TableNotFoundError, "no table 'nowhere'"),
        (COPYING | {"target": TABLE}, TablesDifferError, "the same table"),
        (COPYING | {"source": {"table": TABLE, "role_arn": ROLE}}, RoleNotAllowedError, "source.role_arn"),
        (SCANNING | {"target": QUEUE + "-other"}, QueueNotAllowedError, "items-other"),
        (SCANNING | {"target": QUEUE.replace("items", "missing")}, QueueNotFoundError, "no such queue"),
        (COUNTING | {"scan": {"index": "by-x"}}, JobInvalidError, "no index 'by-x'; allowed: by-total"),
        (
            COUNTING | {"scan": {"index": "by-total", "consistent": True}},
            ReadRefusedError,
            "Consistent reads",
        ),
        (EXPORTING | {"target": f"s3://{BUCKET}/jobs/x"}, TargetNotAllowedError, "below s3://data/exports/"),
        (EXPORTING | {"target": f"s3://{BUCKET}/exports/old"}, TargetNotAllowedError, "objects below"),
        (RESTORING, SourceNotFoundError, "there is no object"),
    ],
)
def test_what_is_wrong_has_a_name_of_its_own(
    document: dict[str, Any], error: type[JobError], words: str
) -> None:
    queues = tuple(f"arn:aws:sqs:eu-west-1:123456789012:{name}" for name in ("items", "missing"))
    pipeline = planning(replace(SCHEMA, keys=(ID, BY_TOTAL)), allowed=Allowed(("*",), queues))
    pipeline.store.objects[BUCKET, "exports/old/data/x.json.gz"] = b""
    with pytest.raises(error, match=words):
        pipeline.plan(document)
    assert pipeline.ledger.jobs["one"].units == 0


def test_a_table_with_deletion_protection_is_not_emptied() -> None:
    pipeline = planning(replace(SCHEMA, deletion_protection=True))
    with pytest.raises(TableProtectedError, match="deletion protection"):
        pipeline.plan(EMPTYING)
    pipeline.plan(COUNTING, execution("two"))


@pytest.mark.parametrize(
    ("document", "count"),
    [
        (COPYING | {"source": "no-source", "target": "no-target"}, 2),
        (SCANNING | {"source": "no-source", "target": QUEUE + "s"}, 2),
        (EXPORTING | {"source": "no-source", "target": "s3://elsewhere/exports/x"}, 2),
        (COPYING | {"scan": {"index": "by-x"}, "columns": {"id": {"drop": True}}}, 2),
        (RESTORING | {"target": "no-target"}, 2),
    ],
)
def test_everything_is_told_at_once(document: dict[str, Any], count: int) -> None:
    with pytest.raises(JobInvalidError) as caught:
        planning().plan(document)
    assert len(caught.value.problems) == count


def test_an_export_as_csv_has_the_columns_of_a_sample_of_the_whole_table_the_keys_first() -> None:
    pipeline = planning()
    pipeline.plan(EXPORTING | {"format": {"preset": "csv"}, "parallel": {"segments": 3}})
    header = pipeline.plans.find("one").header
    names = {name for item in everything(ITEMS) for name in item}
    assert header[0] == "id:S"
    assert {title.partition(":")[0] for title in header} == names
    assert list(header[1:]) == sorted(header[1:])


def test_an_export_goes_where_the_job_says_or_to_a_place_of_its_own() -> None:
    own, named = planning(), planning()
    own.plan(EXPORTING)
    named.plan(EXPORTING | {"target": f"s3://{BUCKET}/exports/today"})
    assert (own.plans.find("one").prefix, named.plans.find("one").prefix) == (
        "exports/one/",
        "exports/today/",
    )


def restoring(*parts: tuple[str, bytes]) -> Pipeline:
    pipeline = Pipeline()
    for name, body in parts:
        pipeline.put_source(body, f"there/{name}")
    return pipeline


LINES = "".join(
    f'{{"Item":{{"id":{{"S":"k{n}"}},"text":{{"S":"{"x" * 80}"}}}}}}\n' for n in range(30)
).encode()


def test_gzipped_parts_are_a_unit_each_and_others_are_cut() -> None:
    pipeline = restoring(("a.json.gz", gzip.compress(LINES)), ("b.json", LINES.replace(b"k", b"l")))
    planned = pipeline.plan(RESTORING | {"parallel": {"chunk_bytes": 1024}})
    units = [unit for unit in listed(pipeline, planned) if isinstance(unit, Unit)]
    first, *others = units
    assert first.part is not None
    assert (first.part.key, first.start, first.end, first.records) == ("there/a.json.gz", 0, None, None)
    assert [unit.start for unit in others] == [0, *(unit.end for unit in others[:-1])]
    assert others[-1].end == len(LINES)
    assert sum(unit.records or 0 for unit in others) == 30
    report = pipeline.execute(RESTORING | {"parallel": {"chunk_bytes": 1024}})
    assert (report["status"], report["rows"]["written"]) == ("SUCCEEDED", 60), report["cause"]
    assert len(pipeline.items) == 60


def test_a_plan_of_many_parts_that_runs_out_of_time_goes_on_where_it_stopped() -> None:
    parts = [(f"{n}.json", LINES) for n in range(3)] + [("9.json.gz", gzip.compress(LINES))]
    document = RESTORING | {"parallel": {"chunk_bytes": 1024}}
    whole, often = restoring(*parts), restoring(*parts)
    calls = 1
    while often.planner.plan(document, EXECUTION, times(1), 10)["status"] == "PLANNING":
        calls += 1
    assert calls == whole.plan(document)["units"] > 9
    assert often.units("one") == whole.units("one")


def test_the_plan_of_a_restore_says_what_the_manifest_says() -> None:
    pipeline = planning()
    for preset in ("csv", "jsonl", "dynamodb-json"):
        job = EXPORTING | {"format": {"preset": preset}, "tolerate": {"rejects": ITEMS}}
        report = pipeline.execute(job, execution(preset))
        location = report["export"]["location"]
        pipeline.plan(RESTORING | {"source": location, "target": COPY}, execution("from-" + preset))
        plan = pipeline.plans.find("from-" + preset)
        assert plan.records == report["rows"]["written"]
        shapes = {"csv": Shape.DELIMITED, "jsonl": Shape.JSONL, "dynamodb-json": Shape.DYNAMODB_JSON}
        assert plan.job.format == Format(shape=shapes[preset])
        assert bool(plan.header) == (preset == "csv")


def test_delimited_objects_without_a_manifest_are_restored_if_their_headers_are_the_same() -> None:
    document = RESTORING | {"format": {"preset": "csv"}}
    same = restoring(("a.csv", b"id,name\na,1\n"), ("b.csv.gz", gzip.compress(b"id,name\nb,2\n")))
    report = same.execute(document)
    assert (report["status"], report["rows"]["written"]) == ("SUCCEEDED", 2), report["cause"]
    other = restoring(("a.csv", b"id,name\na,1\n"), ("b.csv", b"id,title\nb,2\n"))
    with pytest.raises(SourceFormatError, match=r"b\.csv is not that of .*a\.csv"):
        other.plan(document)


def test_a_home_elsewhere_is_where_tables_are() -> None:
    pipeline = planning(allowed=Allowed((HOME + TABLE,)))
    with pytest.raises(JobError, match="outside"):
        pipeline.plan(COUNTING, replace(EXECUTION, home=HOME.replace("eu-west-1", "us-east-1")))
