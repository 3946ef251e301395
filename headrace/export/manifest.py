"""The manifests of an export, in the form of DynamoDB's own: written here, and read to restore.

`manifest-files.json` has a line for each part, `manifest-summary.json` tells what they are. The summary
is written last: an export that has one is whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from headrace.errors import SourceFormatError, SourceNotFoundError
from headrace.export.listing import find_named
from headrace.export.naming import DATA, FILES, SUMMARY, folder
from headrace.export.row_text import RowText
from headrace.export.summary import Contents, contents_from_json, contents_to_json
from headrace.job.model import Column, Empty, Format, Shape
from headrace.ledger import JobRecord, Part, UnitRecord, UnitState
from headrace.locations import split_url, url_of
from headrace.plan import Plan
from headrace.ports import ObjectRef, ObjectStore

_VERSION = "2020-06-30"
_MOST_NAMED = 10
_WEAK = "W/"
"""How the etag of a file begins: another copy of the file has another one."""
_MARKS = ("_", ".")
_CHECKSUMS = (".checksum", ".md5")
_EXPORT_AGAIN = "export the table again"
_PUT_BACK = "put them back, or name the prefix of the parts alone to read those that are there"


@dataclass(frozen=True, slots=True)
class Export:
    """What a restore reads. `items`: of each part; None where no manifest tells.

    Of CSV whose manifest tells: `header`, `format`, `empty`, and in `start` the bytes, unpacked, that
    stand before the first row of each part, which is row 2. `columns`: types of attributes in JSON lines.
    """

    parts: tuple[ObjectRef, ...]
    items: tuple[int, ...] | None
    shape: Shape
    header: tuple[str, ...] = ()
    format: Format | None = None
    empty: Empty | None = None
    start: int = 0
    columns: Mapping[str, Column] = field(default_factory=dict)


def write_manifests(
    store: ObjectStore, plan: Plan, record: JobRecord, units: Iterable[UnitRecord], ended: float
) -> None:
    """Writes both manifests of an export of which all units are done.

    Args:
        ended: seconds since 1970.

    Raises:
        SourceNotFoundError, SourceChangedError: parts that are not there as they were written.
        SourceAccessError, TransientError: as the store does.
    """
    made = [part for unit in units if unit.state is not UnitState.VOID for part in unit.parts]
    parts = sorted(made, key=lambda part: part.key)
    etags = {part.key: part.etag for part in parts}
    find_named(store, plan.bucket, etags, f"the ledger of {plan.job_id!r}", _EXPORT_AGAIN)
    prefix = folder(plan.prefix)
    store.put_stream(plan.bucket, prefix + FILES, _lines(parts))
    summary = {
        "version": _VERSION,
        "exportArn": record.execution,
        "startTime": _time(record.started),
        "endTime": _time(ended),
        "tableArn": plan.job.source,
        "exportTime": _time(record.started),
        "s3Bucket": plan.bucket,
        "s3Prefix": prefix,
        "manifestFilesS3Key": prefix + FILES,
        "billedSizeBytes": sum(part.bytes for part in parts),
        "itemCount": sum(part.items for part in parts),
        **contents_to_json(plan),
    }
    store.put(plan.bucket, prefix + SUMMARY, orjson.dumps(summary, option=orjson.OPT_INDENT_2))


def _lines(parts: Iterable[Part]) -> Iterator[bytes]:
    for part in parts:
        fields = {
            "itemCount": part.items,
            "md5Checksum": part.md5,
            "etag": None if part.etag.startswith(_WEAK) else part.etag.strip('"'),
            "dataFileS3Key": part.key,
        }
        yield orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_export(store: ObjectStore, url: str, shape: Shape) -> Export:
    """What there is to restore.

    Args:
        url: of an export of Headrace's or of DynamoDB's: its prefix, or one of its manifests; or of
            a prefix or an object without a manifest.
        shape: what the job says; FOUND: what the manifest says, else DynamoDB JSON.

    Raises:
        SourceNotFoundError: there is nothing, or not all that the manifest names.
        SourceChangedError: parts were replaced since the manifest was written.
        SourceFormatError: an export that cannot be read, several of them, or another than the job says.
        SourceAccessError, TransientError: as the store does.
    """
    bucket, key = split_url(url)
    name = key.rpartition("/")[2]
    if name in (SUMMARY, FILES):
        return _by_manifest(store, bucket, key.removesuffix(name), shape)
    if name and (ref := _find(store, bucket, key)):
        return _without_manifest([ref], shape)
    return _below(store, bucket, folder(key), shape)


def _find(store: ObjectStore, bucket: str, key: str) -> ObjectRef | None:
    try:
        return store.find(bucket, key)
    except SourceNotFoundError:
        return None


def _below(store: ObjectStore, bucket: str, prefix: str, shape: Shape) -> Export:
    listed = list(store.list_objects(bucket, prefix))
    homes = [ref.key.removesuffix(SUMMARY) for ref in listed if _name(ref) == SUMMARY]
    if prefix in homes or len(homes) == 1:
        return _by_manifest(store, bucket, prefix if prefix in homes else homes[0], shape)
    if homes:
        raise SourceFormatError(
            f"source: there are {len(homes)} exports below {url_of(bucket, prefix)}; "
            f"name one of them: {', '.join(homes[:_MOST_NAMED])}{', …' * (len(homes) > _MOST_NAMED)}"
        )
    data = [ref for ref in listed if _is_data(ref)]
    if not data:
        raise SourceNotFoundError(
            f"source: there is no object {url_of(bucket, prefix.rstrip('/'))}, and none below it"
        )
    return _without_manifest([ref for ref in data if ref.key.startswith(prefix + DATA)] or data, shape)


def _without_manifest(parts: Sequence[ObjectRef], shape: Shape) -> Export:
    return Export(tuple(parts), None, Shape.DYNAMODB_JSON if shape is Shape.FOUND else shape)


def _name(ref: ObjectRef) -> str:
    return ref.key.rpartition("/")[2]


def _is_data(ref: ObjectRef) -> bool:
    """Empty objects, marks such as `_started` and checksums are none."""
    name = _name(ref)
    return ref.size > 0 and name != FILES and not name.startswith(_MARKS) and not name.endswith(_CHECKSUMS)


def _by_manifest(store: ObjectStore, bucket: str, home: str, shape: Shape) -> Export:
    """
    Args:
        home: what stands before the manifests' names in their keys.
    """
    summary, files = (url_of(bucket, home + name) for name in (SUMMARY, FILES))
    contents = _contents(store.get(bucket, home + SUMMARY), summary, shape)
    lines = store.get(bucket, home + FILES)
    if lines is None:
        raise SourceNotFoundError(f"source: there is no manifest {files}; name the prefix of the parts alone")
    entries = dict(_entry(line, files) for line in lines.splitlines() if line.strip())
    parts = find_named(store, bucket, {key: etag for key, (etag, _) in entries.items()}, files, _PUT_BACK)
    return Export(
        parts=tuple(parts),
        items=tuple(items for _, items in entries.values()),
        shape=contents.shape,
        header=contents.header,
        format=contents.format,
        empty=contents.empty,
        start=len(RowText(contents.header, contents.format).opening) if contents.format else 0,
        columns=contents.columns,
    )


def _contents(text: bytes | None, url: str, shape: Shape) -> Contents:
    """What the summary says; without one, what the job says."""
    if text is None:
        return Contents(Shape.DYNAMODB_JSON if shape is Shape.FOUND else shape)
    found = contents_from_json(_fields(text, url), url)
    if shape not in (Shape.FOUND, found.shape):
        raise SourceFormatError(
            f"source: by {url} the parts are {found.shape}, by the job's `format` they are {shape}; "
            "leave `format` out"
        )
    return found


def _entry(line: bytes, url: str) -> tuple[str, tuple[str | None, int]]:
    """A part's key, its etag and how many items it has."""
    fields = _fields(line, url)
    key, etag, items = fields.get("dataFileS3Key"), fields.get("etag"), fields.get("itemCount")
    if not isinstance(key, str) or not isinstance(etag, str | None) or not isinstance(items, int):
        raise SourceFormatError(f"source: {url} has a line without dataFileS3Key, etag or itemCount")
    return key, (etag, items)


def _fields(text: bytes, url: str) -> dict[str, Any]:
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise SourceFormatError(f"source: {url} is no manifest of an export: {error}") from error
    if not isinstance(fields, dict):
        raise SourceFormatError(f"source: {url} is no manifest of an export: it has no fields")
    return fields
