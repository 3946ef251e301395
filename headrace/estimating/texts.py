"""A sample of the text that a job reads, taken just as the job would take it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from headrace.collecting import Writes
from headrace.delimited.chunk import Limits
from headrace.estimating.sample import Sample
from headrace.ledger import UnitRecord
from headrace.messages import content_of
from headrace.plan import Plan, Unit, Work
from headrace.ports import ObjectRef, ObjectStore, TableSchema
from headrace.unit_text import read_unit
from headrace.window import Window, read_windows

_PLACES = 8
_LIMITS = Limits(bytes=256 * 1024, records=1000)
"""Of what is taken at one place."""
_PACKED_BYTES = 1024 * 1024


def sample_text(store: ObjectStore, plan: Plan, units: Sequence[Work], written: TableSchema) -> Sample:
    """The first rows of some of the units, from all over the text."""
    sample, keys = Sample(), set[tuple[str, ...]]()
    texts = [unit for unit in units if isinstance(unit, Unit)]
    codec = plan.compile_codec()
    for unit in texts[:: max(1, -(-len(texts) // _PLACES))]:
        window = _window(store, plan, unit)
        _add(sample, unit, window, written)
        found = [codec.key_of(_item(request)) for request in window.requests]
        sample.superseded += len(keys.intersection(found))
        keys.update(found)
        sample.is_all = len(texts) == 1 and window.last
    return sample


def _window(store: ObjectStore, plan: Plan, unit: Unit) -> Window:
    record, codec = UnitRecord(unit.unit, offset=unit.start, row=unit.row), plan.compile_codec()
    offset, row, runs = read_unit(store, plan, unit, record, codec)
    writes = Writes(newer_by=plan.job.newer_by)
    return next(read_windows(runs, offset, row, codec, plan.rejects_format(), _LIMITS, writes))


def _add(sample: Sample, unit: Unit, window: Window, written: TableSchema) -> None:
    tally = window.tally
    sample.places += 1
    sample.rows += tally.rows
    sample.source_bytes += window.offset - unit.start
    sample.superseded += tally.superseded
    sample.rejected += tally.rejected
    sample.reasons.update(tally.reasons)
    if tally.first_reject and not sample.first_reject:
        sample.first_reject = f"row {tally.first_reject.row}: {tally.first_reject.reason}"
    for request in window.requests:
        sample.add(_item(request), len(request), written)


def _item(request: bytes) -> dict[str, dict[str, object]]:
    return content_of(request.decode())[1]


def unpacked_ratio(store: ObjectStore, zipped: ObjectRef) -> float:
    """Into how many times its size a gzipped object unpacks, by its start."""
    packed = b"".join(store.read(zipped, 0, min(zipped.size, _PACKED_BYTES)))
    unpacked = zlib.decompressobj(wbits=31).decompress(packed)
    return len(unpacked) / len(packed) if packed else 1.0
