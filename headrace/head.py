"""The first look at an object: how it is packed and encoded, its header, and some of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from headrace.delimited.encoding import TextEncoding, settle_encoding
from headrace.delimited.records import RecordReader
from headrace.delimited.rejects import is_rejects_header
from headrace.errors import SourceFormatError
from headrace.job.model import Format
from headrace.plan import Unit
from headrace.ports import ObjectRef, ObjectStore
from headrace.source import is_zipped, read_text

HEAD_BYTES = 1024 * 1024
_SAMPLE_BYTES = 64 * 1024
_SAMPLE_PLACES = 8
_SAMPLE_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Head:
    """`start` and `row`: the byte offset and the number of the first record behind the header."""

    zipped: bool
    encoding: TextEncoding
    header: tuple[str, ...]
    start: int
    row: int
    sample: tuple[list[str], ...]


def look_at_head(store: ObjectStore, source: ObjectRef, form: Format) -> Head:
    """Reads at most the first MiB.

    Raises:
        SourceFormatError: no header, or not the format that the job says.
    """
    zipped = is_zipped(store, source)
    data = first_bytes(store, source, zipped)
    encoding = settle_encoding(form.encoding, data)
    reader = RecordReader([data[encoding.bom :]], form, encoding, encoding.bom)
    records = _whole_records(reader, len(data) < HEAD_BYTES)
    first = next(records, None)
    if form.header is not None and (first is None or not is_rejects_header(first[1])):
        sample = [first[1], *_rows(records)] if first else []
        return Head(zipped, encoding, form.header, encoding.bom, 1, tuple(sample))
    if first is None:
        raise SourceFormatError(f"{source.url}: {_why_no_header(data)}")
    row, header, start = first
    _check_text(source, header, encoding)
    return Head(zipped, encoding, tuple(header), start, row + 1, tuple(_rows(records)))


def sample_units(
    store: ObjectStore, source: ObjectRef, form: Format, encoding: TextEncoding, units: Sequence[Unit]
) -> Iterator[list[str]]:
    """Rows from a few places all over the object, the start left out."""
    step = max(1, len(units) // _SAMPLE_PLACES)
    for unit in units[step::step][:_SAMPLE_PLACES]:
        whole = source.size if unit.end is None else unit.end
        end = min(whole, unit.start + _SAMPLE_BYTES)
        reader = RecordReader(store.read(source, unit.start, end), form, encoding)
        yield from _rows(_whole_records(reader, end == whole))


def first_bytes(store: ObjectStore, source: ObjectRef, zipped: bool) -> bytes:
    """The first MiB of the text; less where there is no more."""
    data = b""
    for block in read_text(store, source, zipped, 0, None if zipped else min(HEAD_BYTES, source.size)):
        data += block
        if len(data) >= HEAD_BYTES:
            return data[:HEAD_BYTES]
    return data


def _whole_records(reader: RecordReader, complete: bool) -> Iterator[tuple[int, list[str], int]]:
    """Row, fields and end of the records that are not blank; without the last, which may be cut off,
    unless the data are complete."""
    held = None
    for row, _, fields in reader:
        if held and held[1]:
            yield held
        held = (row, fields, reader.offset)
    if held and held[1] and complete:
        yield held


def _rows(records: Iterator[tuple[int, list[str], int]]) -> Iterator[list[str]]:
    return (fields for _, fields, _ in islice(records, _SAMPLE_ROWS))


def _why_no_header(data: bytes) -> str:
    if not data.strip():
        return "the object is empty; a header is expected (or set format.header to a list of names)"
    return f"the first record is longer than {HEAD_BYTES} bytes: is the job's format right?"


def _check_text(source: ObjectRef, header: Sequence[str], encoding: TextEncoding) -> None:
    if any("\ud800" <= character <= "\udfff" for name in header for character in name):
        raise SourceFormatError(
            f"{source.url}: the header has bytes that are not {encoding.codec}: set format.encoding"
        )
