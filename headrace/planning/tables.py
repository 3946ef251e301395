"""Plans a job that reads a table: scan, export, copy, truncate, count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import orjson

from headrace import layout
from headrace.allowed import Allowed
from headrace.comparing import compare_tables
from headrace.errors import JobInvalidError, TableProtectedError, TargetNotAllowedError
from headrace.export.columns import export_header
from headrace.job.model import Job, Operation, Place, Shape
from headrace.locations import split_url
from headrace.plan import Plan, Segment, Task
from headrace.planning.draft import Draft, Findings
from headrace.ports import Item, ObjectStore, Places, Tables, TableSchema
from headrace.scanning.request import read_request
from headrace.scanning.segments import segments_of, units_of_segments

_SAMPLE_SEGMENTS = 8


@dataclass(frozen=True, slots=True)
class _Found:
    """`read`: the table that is read; `written`: the one that is changed, if any; `home`: bucket and prefix
    where an export goes."""

    read: TableSchema
    written: TableSchema | None
    home: tuple[str, str]


class TablePlanner:
    """
    Args:
        bucket: the data bucket, where exports go.
    """

    def __init__(self, store: ObjectStore, places: Places, bucket: str, allowed: Allowed) -> None:
        self._store = store
        self._places = places
        self._bucket = bucket
        self._allowed = allowed

    def plan(self, name: str, job: Job, home: str) -> Draft:
        """Args:
            home: see `Allowed`.

        Raises JobError, TransientError."""
        found = self._examine(name, job, home)
        plan, segments = self._plan_of(name, job, found), _segments(job, found)
        tables = self._places.tables(job.reads[1])
        _try_to_read(tables, plan, segments[Task.COUNT])
        plan = replace(plan, header=_header(tables, plan, segments[Task.COUNT]))
        if _counts_first(job):
            return Draft(replace(plan, counted=sum(segments.values())), _units(plan, 0, segments))
        return Draft(plan, work_units(plan, 0, segments))

    def _plan_of(self, name: str, job: Job, found: _Found) -> Plan:
        return Plan(
            job_id=name,
            job=job,
            source=None,
            codec="utf-8",
            zipped=False,
            header=(),
            keys=(found.written or found.read).keys,
            read_keys=found.read.primary,
            table={"items": found.read.items, "bytes": found.read.bytes},
            bucket=found.home[0],
            prefix=found.home[1],
        )

    def _examine(self, name: str, job: Job, home: str) -> _Found:
        """Asks for all tables, queues and prefixes before it complains about any."""
        findings = Findings()
        read = findings.ask(lambda: self._describe(*job.reads, home, _side(job)))
        written = read if job.operation is Operation.TRUNCATE else None
        if job.operation is Operation.COPY:
            written = findings.ask(lambda: self._describe(job.target, job.target_place, home, "target"))
        if job.operation is Operation.SCAN:
            findings.ask(lambda: self._check_queue(job, home))
        place = findings.ask(lambda: self._home_of_export(name, job))
        if read:
            findings.ask(lambda: _check_table(job, read))
        if read and written and job.operation is Operation.COPY:
            findings.ask(lambda: compare_tables(job, read, written))
        findings.raise_if_any()
        assert read is not None, "or it would have been a problem"
        return _Found(read, written, place or (self._bucket, ""))

    def _describe(self, table: str, place: Place, home: str, side: str) -> TableSchema:
        self._allowed.check_table(table, place, home, side)
        return self._places.tables(place).describe(table)

    def _check_queue(self, job: Job, home: str) -> None:
        self._allowed.check_queue(job.target, job.target_place, home)
        self._places.queue(job.target, job.target_place).check()

    def _home_of_export(self, name: str, job: Job) -> tuple[str, str]:
        """Bucket and prefix where an export goes; it has to be a place of its own."""
        if job.operation is not Operation.EXPORT:
            return self._bucket, ""
        if not job.target:
            return self._bucket, layout.export_prefix(name)
        self._allowed.check_export(job.target, self._bucket)
        bucket, prefix = split_url(job.target)
        if next(self._store.list_objects(bucket, prefix), None):
            raise TargetNotAllowedError(
                f"target: there are objects below {job.target} already; "
                "name another prefix, or leave target out to have a place of its own"
            )
        return bucket, prefix


def _segments(job: Job, found: _Found) -> dict[Task, int]:
    """How many segments there are to count, by the task that counts them."""
    segments = {Task.COUNT: segments_of(found.read, job)}
    if job.mirror and found.written:
        segments[Task.COUNT_PRUNE] = segments_of(found.written, job)
    return segments


def work_units(plan: Plan, first: int, segments: Mapping[Task, int]) -> list[Segment]:
    """The units of the phase `work`, numbered from `first`.

    Args:
        segments: how many segments there are, by the task that counts them.
    """
    if plan.job.operation is Operation.COUNT:
        return _units(plan, first, segments)
    tasks = {Task.COUNT: Task.MOVE, Task.COUNT_PRUNE: Task.PRUNE}
    return _units(plan, first, {tasks[task]: number for task, number in segments.items()})


def _units(plan: Plan, first: int, segments: Mapping[Task, int]) -> list[Segment]:
    units: list[Segment] = []
    for task, number in segments.items():
        units += units_of_segments(first + len(units), number, task, plan.job_id)
    return units


def _counts_first(job: Job) -> bool:
    """Whether something has to be counted before it is done, or instead of it."""
    return job.operation is Operation.TRUNCATE or job.mirror or _is_only_counted(job)


def _is_only_counted(job: Job) -> bool:
    return job.dry_run and job.operation is not Operation.COUNT


def _side(job: Job) -> str:
    return "target" if job.operation is Operation.TRUNCATE else "source"


def _check_table(job: Job, schema: TableSchema) -> None:
    """What the table that is read must be. Raises TableProtectedError, JobInvalidError."""
    if job.operation is Operation.TRUNCATE and schema.deletion_protection:
        raise TableProtectedError(
            f"target: table {schema.name!r} has deletion protection; "
            "switch that off if all of its items are to be deleted"
        )
    indexes = sorted({key.index for key in schema.keys if key.index})
    if job.scan.index and job.scan.index not in indexes:
        fault = f"scan.index: table {schema.name!r} has no index {job.scan.index!r}"
        raise JobInvalidError([f"{fault}; allowed: {', '.join(indexes) or 'none'}"])


def _try_to_read(tables: Tables, plan: Plan, segments: int) -> None:
    """Reads a single item: DynamoDB tells at once whether it may be read, and what is wrong with the
    expressions."""
    task = Task.COUNT if plan.job.operation is Operation.COUNT else Task.MOVE
    tables.read(replace(read_request(plan, Segment(0, 0, segments, task)), limit=1))


def _header(tables: Tables, plan: Plan, segments: int) -> tuple[str, ...]:
    """The columns of a CSV export, by items from all over the table."""
    job = plan.job
    if job.operation is not Operation.EXPORT or job.format.shape is not Shape.DELIMITED:
        return ()
    return export_header(_sample(tables, plan, segments), plan.keys, job)


def _sample(tables: Tables, plan: Plan, segments: int) -> Iterator[Item]:
    for segment in range(0, segments, -(-segments // _SAMPLE_SEGMENTS)):
        yield from map(orjson.loads, tables.read(read_request(plan, Segment(0, segment, segments))).texts)
