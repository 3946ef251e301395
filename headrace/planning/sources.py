"""The text that a job reads: one object, or the parts of an export, and how its records are spelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from headrace.delimited.encoding import TextEncoding, settle_encoding
from headrace.errors import SourceFormatError
from headrace.export.manifest import Export, read_export
from headrace.head import Head, look_at_head
from headrace.job.model import Column, Format, Job, Operation, Shape
from headrace.jsonlines.head import look_at_lines
from headrace.jsonlines.lines import LINES, UTF_8
from headrace.locations import split_url
from headrace.ports import ObjectRef, ObjectStore
from headrace.source import is_zipped


@dataclass(frozen=True, slots=True)
class Text:
    """An object with records; the first is row `row`, at byte `start` of what it unpacks to. `records`:
    how many there are, where something tells."""

    ref: ObjectRef
    zipped: bool
    start: int = 0
    row: int = 1
    records: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """All that a job reads, at least one text.

    `job`: the job with the format that was found. `single`: the object, where there can only be one.
    `header` and `sample`, some of the rows: of delimited text.
    """

    job: Job
    texts: Sequence[Text]
    single: ObjectRef | None
    encoding: TextEncoding = UTF_8
    header: tuple[str, ...] = ()
    sample: Sequence[list[str]] = ()

    @property
    def has_rows(self) -> bool:
        return self.job.format.shape is Shape.DELIMITED

    @property
    def dialect(self) -> Format:
        """How to tell where a record ends."""
        return self.job.format if self.has_rows else LINES

    def part(self, text: Text) -> ObjectRef | None:
        """The object to name in the text's units."""
        return None if self.single else text.ref


def find_source(store: ObjectStore, job: Job) -> Source:
    """Raises SourceNotFoundError, SourceAccessError, SourceChangedError, SourceFormatError."""
    if job.operation is Operation.RESTORE:
        return _of_export(store, job, read_export(store, job.source, job.format.shape))
    bucket, key = split_url(job.source)
    ref = store.find(bucket, key)
    if job.format.shape is Shape.DELIMITED:
        head = look_at_head(store, ref, job.format)
        return _of_rows(job, [_text(ref, head)], head, ref)
    return Source(job, [Text(ref, look_at_lines(store, ref))], ref)


def _of_export(store: ObjectStore, job: Job, export: Export) -> Source:
    job = _as_exported(job, export)
    records: Sequence[int | None] = export.items or [None] * len(export.parts)
    if not export.parts:
        return _of_nothing(job)
    if export.format:
        encoding = settle_encoding(export.format.encoding, b"")
        texts = [
            Text(ref, True, export.start, 2, items) for ref, items in zip(export.parts, records, strict=True)
        ]
        return Source(job, texts, None, encoding, export.header)
    if job.format.shape is Shape.DELIMITED:
        return _of_tables(store, job, export.parts)
    look_at_lines(store, export.parts[0])
    texts = [
        Text(ref, _is_zipped(store, ref), records=items)
        for ref, items in zip(export.parts, records, strict=True)
    ]
    return Source(job, texts, None)


def _of_nothing(job: Job) -> Source:
    """An export without parts: of the shape that needs no header."""
    bucket, key = split_url(job.source)
    text = Text(ObjectRef(bucket, key, 0, ""), zipped=False)
    return Source(replace(job, format=Format(shape=Shape.JSONL)), [text], None)


def _as_exported(job: Job, export: Export) -> Job:
    """The job with what the export tells of its own format; the job's own columns come before."""
    form = export.format or replace(job.format, shape=export.shape)
    columns: Mapping[str, Column] = {
        name: replace(column, type=column.type or export.columns.get(name, column).type)
        for name, column in (dict(export.columns) | dict(job.columns)).items()
    }
    return replace(job, format=form, columns=columns, empty=export.empty or job.empty)


def _of_tables(store: ObjectStore, job: Job, refs: Sequence[ObjectRef]) -> Source:
    """Objects of delimited text that no manifest describes."""
    heads = [look_at_head(store, ref, job.format) for ref in refs]
    other = next((ref for ref, head in zip(refs, heads, strict=True) if head.header != heads[0].header), None)
    if other:
        raise SourceFormatError(
            f"source: the header of {other.url} is not that of {refs[0].url}; "
            "restore objects of one header at a time, or set format.header"
        )
    return _of_rows(job, [_text(ref, head) for ref, head in zip(refs, heads, strict=True)], heads[0], None)


def _of_rows(job: Job, texts: Sequence[Text], head: Head, single: ObjectRef | None) -> Source:
    return Source(job, texts, single, head.encoding, head.header, head.sample)


def _text(ref: ObjectRef, head: Head) -> Text:
    return Text(ref, head.zipped, head.start, head.row)


def _is_zipped(store: ObjectStore, ref: ObjectRef) -> bool:
    return ref.key.endswith(".gz") or is_zipped(store, ref)
