"""Plans a job: checks all of it, looks at its source and its table, and cuts the source into units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import Any

import orjson

from headrace import layout
from headrace.allowed import check_allowed
from headrace.delimited.split import Chunk, Limits, find_chunks
from headrace.errors import JobError, JobInvalidError
from headrace.head import Head, look_at_head, sample_units
from headrace.items.codec import RowCodec
from headrace.items.infer import look_at
from headrace.job.model import Job
from headrace.job.parse import job_to_json, parse_job
from headrace.job.start import decode_options, is_control_object, read_upload, upload_job
from headrace.ledger import JobRecord, JobState, Ledger
from headrace.plan import Plan, Plans, Unit, units_of
from headrace.ports import Clock, ObjectRef, ObjectStore, Remaining, Tables, TableSchema
from headrace.source import read_text
from headrace.window import max_rows

MAX_UNITS = 100_000


@dataclass(frozen=True, slots=True)
class Execution:
    """The state machine's execution that asks; `home`: see `check_allowed`."""

    arn: str
    name: str
    home: str


def job_name(document: object, execution: str) -> str:
    """A job's name: the execution's own, or, for an upload, one that every delivery of it shares."""
    try:
        upload = read_upload(document)
    except JobInvalidError:
        return execution
    return f"upload-{upload.identity}" if upload else execution


class Planner:
    """
    Args:
        bucket: the data bucket, where the plan goes.
        allowed: the stack's setting `tables`.
    """

    def __init__(
        self,
        store: ObjectStore,
        tables: Tables,
        ledger: Ledger,
        clock: Clock,
        bucket: str,
        allowed: Sequence[str],
    ) -> None:
        self._store = store
        self._tables = tables
        self._ledger = ledger
        self._clock = clock
        self._bucket = bucket
        self._allowed = allowed

    def plan(
        self, document: object, execution: Execution, remaining: Remaining, reserve: float
    ) -> dict[str, Any]:
        """What the state machine goes on with; `status` says how:

        - PLANNED: the units are in `bucket`, `units_key`
        - DRY_RUN: the same, and nothing is to be loaded
        - PLANNING: time ran out; the same call again goes on
        - DUPLICATE: another execution has this upload already
        - IGNORED: the upload is no data

        Raises:
            JobError: the job cannot run; all that is wrong with it, if it is more than one thing.
            TransientError: trying again may help.
        """
        upload = read_upload(document)
        if upload and is_control_object(upload.key):
            return {"status": "IGNORED"}
        name = job_name(document, execution.name)
        record = self._ledger.claim(JobRecord(name, execution.arn, self._clock.now()))
        if record.execution != execution.arn:
            return {"status": "DUPLICATE", "job": name, "execution": record.execution}
        job = parse_job(self._document(document))
        source, schema, head = self._examine(job, execution.home)
        units = self._units(name, job, source, head, remaining, reserve)
        if units is None:
            return {"status": "PLANNING", "job": name}
        plan = self._finish(name, job, source, schema, head, units)
        self._ledger.save_job(replace(record, state=JobState.RUNNING, units=plan.units, records=plan.records))
        return {
            "status": "DRY_RUN" if job.dry_run else "PLANNED",
            "job": name,
            "bucket": self._bucket,
            "units_key": layout.units_key(name),
            "units": plan.units,
            "concurrency": job.concurrency,
        }

    def _document(self, document: object) -> object:
        upload = read_upload(document)
        if upload is None:
            return document
        text = self._store.get(upload.bucket, upload.options_key)
        if text is None:
            return upload_job(upload, None)
        return upload_job(upload, decode_options(text, f"s3://{upload.bucket}/{upload.options_key}"))

    def _examine(self, job: Job, home: str) -> tuple[ObjectRef, TableSchema, Head]:
        """Asks for the table and for the source before it complains about either."""
        problems: list[JobError] = []
        schema = head = source = None
        try:
            check_allowed(job.target, self._allowed, home)
            schema = self._tables.describe(job.target)
        except JobError as error:
            problems.append(error)
        try:
            source = self._find(job)
            head = look_at_head(self._store, source, job.format)
        except JobError as error:
            problems.append(error)
        if schema and head:
            RowCodec.compile(head.header, schema.keys, job)
        if len(problems) > 1:
            raise JobInvalidError([str(problem) for problem in problems])
        if not (schema and head and source):
            raise problems[0]
        return source, schema, head

    def _find(self, job: Job) -> ObjectRef:
        bucket, key = job.source.removeprefix("s3://").split("/", 1)
        source = self._store.find(bucket, key)
        if source.size > MAX_UNITS * job.chunk_bytes:
            raise JobInvalidError(
                [
                    f"parallel.chunk_bytes: {job.chunk_bytes} would cut the {source.size} bytes of "
                    f"{source.url} into more than {MAX_UNITS} units; "
                    f"use {source.size // MAX_UNITS + 1} or more"
                ]
            )
        return source

    def _units(
        self, name: str, job: Job, source: ObjectRef, head: Head, remaining: Remaining, reserve: float
    ) -> list[Unit] | None:
        """All units; None where time ran out and the chunks found so far are kept for the next call."""
        if head.zipped:
            return [Unit(0, head.start, None, head.row, None)]
        key, pinned = layout.unfinished_units_key(name), _pin(job, source)
        kept = orjson.loads(self._store.get(self._bucket, key) or b"{}")
        found = [Chunk(*fields) for fields in kept["chunks"]] if kept.get("of") == pinned else []
        start, row = (found[-1].end, found[-1].row + found[-1].records) if found else (head.start, head.row)
        blocks = read_text(self._store, source, False, start, source.size)
        limits = Limits(job.chunk_bytes, max_rows(head.header))
        for chunk in find_chunks(blocks, job.format, head.encoding, limits, start, row):
            found.append(chunk)
            if remaining() < reserve and chunk.end < source.size:
                chunks = [[c.start, c.end, c.row, c.records] for c in found]
                self._store.put(self._bucket, key, orjson.dumps({"of": pinned, "chunks": chunks}))
                return None
        return units_of(found or [Chunk(head.start, head.start, head.row, 0)])

    def _finish(
        self,
        name: str,
        job: Job,
        source: ObjectRef,
        schema: TableSchema,
        head: Head,
        units: list[Unit],
    ) -> Plan:
        more = sample_units(self._store, source, job.format, head.encoding, units)
        seen = look_at(head.header, chain(head.sample, more), job, schema.keys)
        plan = Plan(
            job_id=name,
            job=job,
            source=source,
            codec=head.encoding.codec,
            zipped=head.zipped,
            header=head.header,
            keys=schema.keys,
            inferred=tuple(seen.inferred),
            looks_like=seen.looks_like,
            records=_add_up(units),
            units=len(units),
        )
        self._store.put(self._bucket, layout.units_key(name), orjson.dumps(units))
        Plans(self._store, self._bucket).save(plan)
        return plan


def _pin(job: Job, source: ObjectRef) -> list[Any]:
    """What chunks that were found before are worth nothing without: a folder's options, or the object,
    may be others by now."""
    return [asdict(source), job_to_json(job)]


def _add_up(units: Sequence[Unit]) -> int | None:
    records = [unit.records for unit in units if unit.records is not None]
    return sum(records) if len(records) == len(units) else None
