"""From a sample to the whole job."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from headrace.estimating.sample import Sample
from headrace.estimating.volume import Volume, scan_units
from headrace.job.model import Job, Operation, WriteMode
from headrace.plan import Plan
from headrace.planning.draft import Draft
from headrace.planning.sources import Text
from headrace.ports import TableSchema

_SINGLY = (WriteMode.INSERT, WriteMode.NEWER)


def text_volume(job: Job, sample: Sample, units: int, rows: float, size: int) -> Volume:
    """Rows with one key all count: how many of them are written only the job can tell.

    Args:
        size: bytes of the text, as it is stored.
    """
    items = rows * sample.share_kept
    return Volume(
        job.operation,
        units,
        rows,
        items,
        write_units=_write_units(sample, items),
        text_bytes=sample.an_item(sample.text_bytes),
        message_bytes=job.message_bytes,
        writes_singly=job.mode in _SINGLY,
        source_bytes=size,
    )


def table_volume(
    plan: Plan, sample: Sample, units: int, read: TableSchema, written: TableSchema | None
) -> Volume:
    """
    Args:
        read: the table that is read.
        written: the one that is changed, if any.
    """
    job, rows = plan.job, _rows(plan.job, sample, read)
    items = rows * sample.share_kept
    return Volume(
        job.operation,
        units,
        rows,
        items,
        read_bytes=_read_bytes(job, sample, read),
        read_units=_read_units(job, sample, read, written),
        write_units=_write_units(sample, items),
        text_bytes=sample.an_item(sample.text_bytes),
        message_bytes=job.message_bytes,
        items_per_message=job.scan.items_per_message,
        writes_singly=job.mode in _SINGLY,
    )


def text_units(texts: Sequence[Text], chunk_bytes: int) -> int:
    """How many units the texts are cut into, about: gzip is one each."""
    return sum(1 if text.zipped else math.ceil(text.ref.size / chunk_bytes) for text in texts)


def text_rows(sample: Sample, texts: Sequence[Text], unpacked: float) -> float:
    """How many records they have, about.

    Args:
        unpacked: into how many times its size a gzipped one unpacks.
    """
    size = sum(text.ref.size * (unpacked if text.zipped else 1) for text in texts)
    return size * sample.rows / sample.source_bytes if sample.source_bytes else 0.0


def table_units(draft: Draft) -> int:
    """Of all phases: what is counted first is then done in as many units."""
    return len(draft.units) + draft.plan.counted


def _write_units(sample: Sample, items: float) -> Mapping[str, float]:
    return {index: sample.an_item(units) * items for index, units in sample.write_units.items()}


def _rows(job: Job, sample: Sample, read: TableSchema) -> float:
    if sample.is_all or job.scan.key_condition or not sample.scanned:
        return sample.rows
    found = max(read.items, sample.scanned) * sample.rows / sample.scanned
    limit = job.scan.limit_per_segment
    return found if limit is None else min(found, limit * (job.segments or 1))


def _read_bytes(job: Job, sample: Sample, read: TableSchema) -> float:
    """Of an index, which may be smaller, those of its table."""
    if job.scan.key_condition or not read.bytes:
        return sample.bytes
    return read.bytes


def _read_units(job: Job, sample: Sample, read: TableSchema, written: TableSchema | None) -> float:
    once = _once(job, sample, read)
    if job.operation is Operation.TRUNCATE:
        return 2 * once
    if job.mirror and written:
        return 2 * once + 2 * scan_units(written.bytes) + 2 * written.items
    return once


def _once(job: Job, sample: Sample, read: TableSchema) -> float:
    if sample.is_all or job.scan.key_condition:
        return sample.read_units
    if job.scan.index and sample.scanned:
        return sample.read_units / sample.scanned * max(read.items, sample.scanned)
    return scan_units(read.bytes, job.scan.consistent)
