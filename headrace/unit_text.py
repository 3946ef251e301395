"""The text of a work unit, as records from where its worker stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headrace.delimited.batches import Batch, BatchReader
from headrace.delimited.cutting import Cutter
from headrace.delimited.records import RecordReader
from headrace.errors import SourceFormatError
from headrace.head import look_at_head
from headrace.items.codec import RowCodec
from headrace.items.lines import LineCodec
from headrace.items.maker import RowMaker
from headrace.job.model import Shape
from headrace.jsonlines.lines import LineReader
from headrace.ledger import UnitRecord
from headrace.plan import Plan, Unit
from headrace.ports import ObjectRef, ObjectStore
from headrace.source import is_zipped, read_text
from headrace.window import Run

_FIRST_ROW = 2
"""Behind a header, which is row 1."""


def read_unit(
    store: ObjectStore, plan: Plan, unit: Unit, record: UnitRecord, codec: RowCodec | LineCodec
) -> tuple[int, int, Iterable[Run]]:
    """The records of the unit from the record's cursor on, behind offset and number of the first.

    Raises:
        SourceFormatError: a part is not of the form that the plan says.
        SourceChangedError, TransientError: as the store does.
    """
    source, form = unit.part or plan.source, plan.job.format
    assert source is not None, "the units of a plan without a source have parts"
    offset, row = record.offset, record.row
    zipped = is_zipped(store, source) if unit.part else plan.zipped
    if unit.part and form.shape is Shape.DELIMITED and offset == unit.start and row <= _FIRST_ROW:
        offset, row = _behind_header(store, plan, unit.part)
    blocks = read_text(store, source, zipped, offset, unit.end)
    if isinstance(codec, LineCodec):
        return offset, row, [Run(LineReader(blocks, offset, row))]
    if not (Cutter.can_cut(form, plan.encoding) and RowMaker.can_make(codec)):
        return offset, row, [Run(RecordReader(blocks, form, plan.encoding, offset, row))]
    batches = BatchReader(blocks, form, plan.encoding, len(codec.columns), offset, row)
    return offset, row, made_at_once(batches, RowMaker(codec))


def made_at_once(batches: Iterable[Batch], maker: RowMaker) -> Iterator[Run]:
    for batch in batches:
        if batch.cut is None:
            yield Run(batch.reader)
        else:
            yield Run(batch.reader, maker.make(batch.cut, batch.row), batch.cut.records, batch.end)


def _behind_header(store: ObjectStore, plan: Plan, part: ObjectRef) -> tuple[int, int]:
    """Offset and number of a part's first record behind its header."""
    head = look_at_head(store, part, plan.job.format)
    if head.header != plan.header:
        raise SourceFormatError(
            f"{part.url}: its header is another than that of the export, whose parts have the same columns "
            f"in the same order: {','.join(plan.header)[:500]}"
        )
    return head.start, head.row
