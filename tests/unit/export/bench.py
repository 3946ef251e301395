"""Exports on a bench: a segment's pages, workers that read them, and what a load makes of the parts."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from headrace import layout
from headrace.delimited.encoding import settle_encoding
from headrace.delimited.records import RecordReader
from headrace.errors import HeadraceError
from headrace.export.columns import export_header
from headrace.export.parts import PART_BYTES, ExportSink
from headrace.items.codec import RowCodec
from headrace.items.lines import LineCodec
from headrace.job.model import Job, Operation, Shape
from headrace.jsonlines.lines import LineReader
from headrace.ledger import UnitRecord, UnitState
from headrace.plan import Plan, Segment
from headrace.ports import Item, KeyAttribute, Page
from tests.fakes import Crash, MemoryLedger, MemoryObjectStore

BUCKET = "data"
PREFIX = "exports/one/"
JOB = "one"
ID = KeyAttribute("id", "S", "partition")


def job_of(shape: Shape, **fields: Any) -> Job:
    job = Job("orders", "", Operation.EXPORT)
    form = replace(fields.pop("format", job.format), shape=shape)
    return replace(job, format=form, **fields)


def plan_of(job: Job, sample: Iterable[Item] = (), prefix: str = PREFIX) -> Plan:
    header = export_header(sample, [ID], job) if job.format.shape is Shape.DELIMITED else ()
    return Plan(JOB, job, None, "utf-8", False, header, (), read_keys=(ID,), bucket=BUCKET, prefix=prefix)


def text_of(*items: Item) -> bytes:
    """Equal for items that are the same to the last digit, whatever the order of their attributes."""
    return b"\n".join(orjson.dumps(item, option=orjson.OPT_SORT_KEYS) for item in items)


def read_back(text: bytes, job: Job) -> list[Item]:
    """What a load makes of a part that is told nothing but the export's format."""
    if job.format.shape is not Shape.DELIMITED:
        lines = LineCodec.compile(job.format.shape, [ID], Job("s3://b/k", "t", columns=job.columns))
        return [lines.encode(line) for _, _, line in LineReader([text])]
    encoding = settle_encoding(job.format.encoding, text)
    records = RecordReader([text[encoding.bom :]], job.format, encoding)
    header, *rows = [cells for _, _, cells in records]
    codec = RowCodec.compile(header, [ID], Job("s3://b/k", "t", format=job.format, empty=job.empty))
    return [codec.encode(cells) for cells in rows]


@dataclass
class Bench:
    """
    Args:
        pages: of the only segment.
        visit: pages after which an invocation is out of time.
    """

    plan: Plan
    pages: Sequence[Sequence[Item]]
    part_bytes: int = PART_BYTES
    visit: int = 1_000_000
    segment: Segment = field(default_factory=lambda: Segment(3, 7, 9))
    store: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)

    def take(self) -> UnitRecord:
        return self.ledger.take_unit(JOB, UnitRecord(self.segment.unit))

    def sink(self) -> ExportSink:
        return ExportSink(self.store, self.ledger, BUCKET, self.plan, self.segment, self.part_bytes)

    def page(self, number: int) -> Page:
        items = tuple(self.pages[number])
        after = str(number + 1) if number + 1 < len(self.pages) else None
        return Page(list(map(orjson.dumps, items)), len(items), len(items), after, units=0.5)

    def work(self) -> UnitRecord:
        """One invocation."""
        record, sink = self.take(), self.sink()
        if record.state.is_final:
            return record
        try:
            for number in range(record.page, min(record.page + self.visit, len(self.pages))):
                record = sink.take(record, self.page(number))
            state = UnitState.DONE if record.page == len(self.pages) else UnitState.RUNNING
            return sink.leave(replace(record, state=state))
        except HeadraceError:
            sink.abandon()
            raise

    def finish(self) -> UnitRecord:
        """Invocations until the segment is done, whatever befalls them."""
        while True:
            try:
                if (record := self.work()).state.is_final:
                    return record
            except (Crash, HeadraceError):
                continue

    def parts(self, record: UnitRecord) -> list[bytes]:
        """Their text."""
        return [gzip.decompress(self.store.objects[BUCKET, part.key]) for part in record.parts]

    def exported(self, record: UnitRecord) -> list[Item]:
        return [item for text in self.parts(record) for item in read_back(text, self.plan.job)]

    def rejected(self) -> list[dict[str, Any]]:
        """The lines of all rejects."""
        prefix = layout.reject_parts_prefix(JOB)
        files = [self.store.objects[BUCKET, key] for key in self.store.list(BUCKET, prefix)]
        return [orjson.loads(line) for file in files for line in file.splitlines()]
