"""Estimates a job: plans it as the job itself would, takes a sample, and reckons from both. Nothing is
written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from headrace.allowed import Allowed
from headrace.estimating.amounts import Amount, amounts
from headrace.estimating.columns import column_plans
from headrace.estimating.estimate import Estimate
from headrace.estimating.pace import Speed, bounds
from headrace.estimating.reckoning import table_units, table_volume, text_rows, text_units, text_volume
from headrace.estimating.sample import Sample
from headrace.estimating.tables import sample_table
from headrace.estimating.texts import sample_text, unpacked_ratio
from headrace.estimating.volume import Volume
from headrace.job.model import Job, Operation, WriteMode
from headrace.plan import Plan
from headrace.planning.draft import Outline
from headrace.planning.tables import TablePlanner
from headrace.planning.texts import TextPlanner
from headrace.ports import ObjectStore, Places, TableSchema
from headrace.prices import Prices

MOST_BYTES = 64 * 1024 * 1024
_NAME = "plan"
_CHANGES = (Operation.COPY, Operation.TRUNCATE)


@dataclass(frozen=True, slots=True)
class Settings:
    """How the job would run, and how closely to look.

    `writers`: batches that are written at once. `write_rate`: write units a second to load the table at;
    None: what it is provisioned for. `most_bytes`: of text to read."""

    is_here: bool
    writers: int
    write_rate: int | None = None
    most_bytes: int = MOST_BYTES


@dataclass(frozen=True, slots=True)
class _Findings:
    """What planning and sampling have found. `read`, `written`: the tables."""

    plan: Plan
    sample: Sample
    volume: Volume
    units_known: bool
    rows_known: bool
    read: TableSchema | None
    written: TableSchema | None


class Estimator:
    """
    Args:
        bucket: where an export would go that says nothing of it.
        home: see `Allowed`.
    """

    def __init__(
        self, store: ObjectStore, places: Places, bucket: str, allowed: Allowed, home: str, prices: Prices
    ) -> None:
        self._store = store
        self._places = places
        self._texts = TextPlanner(store, places, bucket, allowed)
        self._tables = TablePlanner(store, places, bucket, allowed)
        self._home = home
        self._prices = prices

    def estimate(self, job: Job, settings: Settings) -> Estimate:
        """Raises JobError with all that is wrong with the job, and TransientError."""
        look = self._look_at_table if job.operation.reads_table else self._look_at_text
        found = look(job, settings)
        speed = _speed(found, settings)
        return Estimate(
            operation=str(job.operation),
            source=job.source,
            target=job.target,
            where="here" if settings.is_here else "pipeline",
            units_known=found.units_known,
            rows_known=found.rows_known,
            volume=found.volume,
            sample=found.sample,
            columns=column_plans(found.plan),
            amounts=tuple(_charged(found, settings.is_here)),
            bounds=tuple(bounds(found.volume, speed)),
            prices=self._prices,
            notes=tuple(_notes(found)),
        )

    def _look_at_text(self, job: Job, settings: Settings) -> _Findings:
        outline = self._texts.outline(_NAME, job, self._home, settings.most_bytes)
        plan, units = outline.draft.plan, outline.draft.units
        written = self._places.tables(job.target_place).describe(job.target)
        sample = sample_text(self._store, plan, units, written)
        records = plan.records if outline.is_whole else None
        if records is None and sample.is_all:
            records = sample.rows
        rows = self._rows(outline, sample) if records is None else records
        many = len(units) if outline.is_whole else text_units(outline.texts, plan.job.chunk_bytes)
        size = sum(text.ref.size for text in outline.texts)
        volume = text_volume(plan.job, sample, many, rows, size)
        return _Findings(plan, sample, volume, outline.is_whole, records is not None, None, written)

    def _rows(self, outline: Outline, sample: Sample) -> float:
        zipped = next((text.ref for text in outline.texts if text.zipped), None)
        unpacked = unpacked_ratio(self._store, zipped) if zipped else 1.0
        return text_rows(sample, outline.texts, unpacked)

    def _look_at_table(self, job: Job, _: Settings) -> _Findings:
        draft = self._tables.plan(_NAME, job, self._home)
        name, place = job.reads
        tables = self._places.tables(place)
        read, written = tables.describe(name), None
        if job.operation in _CHANGES:
            written = self._places.tables(job.target_place).describe(job.target)
        sample = sample_table(tables, draft.plan, draft.units, written)
        volume = table_volume(draft.plan, sample, table_units(draft), read, written)
        return _Findings(draft.plan, sample, volume, True, sample.is_all, read, written)


def _charged(found: _Findings, is_here: bool) -> Iterator[Amount]:
    """What is provisioned is paid for by the hour."""
    hourly = {
        "read_units": found.read is not None and found.read.read_capacity is not None,
        "write_units": found.written is not None and found.written.write_capacity is not None,
    }
    for one in amounts(found.volume):
        if one.is_of_tables:
            yield replace(one, is_hourly=hourly[one.kind])
        elif not is_here:
            yield one


def _speed(found: _Findings, settings: Settings) -> Speed:
    rates: dict[str, int] = {}
    if written := found.written:
        capacities = {"": written.write_capacity} | {one.name: one.write_capacity for one in written.indexes}
        rates = {index: rate for index, rate in capacities.items() if rate}
        if settings.write_rate:
            rates[""] = settings.write_rate
    return Speed(
        units_at_once=_units_at_once(found, settings),
        writers=settings.writers,
        write_rates=rates,
        read_rate=found.read.read_capacity if found.read else None,
    )


def _units_at_once(found: _Findings, settings: Settings) -> int:
    """One process of Python reads text with one thread at a time; those that read a table wait for it."""
    if not settings.is_here:
        return found.plan.job.concurrency
    return settings.writers if found.read else 1


def _notes(found: _Findings) -> Iterator[str]:
    job = found.plan.job
    if found.volume.operation.reads_table and not found.rows_known:
        yield "how many items there are is DynamoDB's count, some hours old"
        if job.scan.key_condition:
            yield "of a key condition only what the sample has is counted; there may be more"
    elif not found.units_known:
        yield "rows are estimated from the sample; --exact reads all of the text and counts them"
    elif not found.rows_known:
        yield "rows of a gzipped text are estimated from its start; only reading all of it tells"
    if job.mode is WriteMode.DELETE:
        yield "deletes are reckoned by the sizes of the rows, as those of the items are not known"
    elif found.volume.write_units and job.operation is not Operation.TRUNCATE:
        yield "write units are those of new items; what replaces others may take fewer or more in indexes"
