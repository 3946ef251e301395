"""Manifests are as DynamoDB's own, and tell a restore all that it has to know."""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import replace
from typing import Any

import orjson
import pytest

from headrace.errors import SourceChangedError, SourceFormatError, SourceNotFoundError, TransientError
from headrace.export.manifest import Export, read_export, write_manifests
from headrace.export.naming import FILES, SUMMARY
from headrace.job.model import AttributeType as T
from headrace.job.model import Column, Empty, Format, Job, Shape
from headrace.ledger import JobRecord, UnitState
from headrace.plan import Segment
from headrace.ports import Item
from tests.fakes import MemoryObjectStore
from tests.unit.export.bench import BUCKET, JOB, PREFIX, Bench, job_of, plan_of, read_back

URL = f"s3://{BUCKET}/{PREFIX}"
ITEMS: list[Item] = [{"id": {"S": f"{number}"}, "tags": {"SS": ["a", "b"]}} for number in range(20)]
RECORD = JobRecord(JOB, "arn:aws:states:eu-west-1:123456789012:execution:Headrace:one", 1_604_474_914.028)
ENDED = 1_604_475_223.897

WIRE = job_of(Shape.DYNAMODB_JSON)
JSONL = job_of(Shape.JSONL, columns={"tags": Column(T.SS), "id": Column()})
CSV = job_of(Shape.DELIMITED, format=Format(delimiter=";", encoding="utf-16", null="-"), empty=Empty.KEEP)
JOBS = [WIRE, JSONL, CSV]


def export(job: Job, items: list[Item] = ITEMS) -> MemoryObjectStore:
    """A store with an export of two segments, of two parts each."""
    plan, store, half = plan_of(job, items), MemoryObjectStore(), len(items) // 2
    units = []
    for number, own in enumerate([items[:half], items[half:]]):
        pages = [own[: half // 2], own[half // 2 :]]
        worker = Bench(plan, pages, part_bytes=1, segment=Segment(number, number, 2), store=store)
        units.append(worker.finish())
    given_up = replace(units[0], unit=9, state=UnitState.VOID)
    write_manifests(store, plan, RECORD, [given_up, *reversed(units)], ENDED)
    return store


def read(store: MemoryObjectStore, url: str = URL, shape: Shape = Shape.FOUND) -> Export:
    return read_export(store, url, shape)


def put(store: MemoryObjectStore, key: str, content: Any) -> None:
    store.objects[BUCKET, key] = content if isinstance(content, bytes) else orjson.dumps(content)


@pytest.mark.parametrize("name", ["", "manifest-summary.json", "manifest-files.json"])
@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.format.shape)
def test_an_export_is_found_with_all_that_its_parts_need_to_be_read(job: Job, name: str) -> None:
    store = export(job)
    found = read(store, URL + name)
    assert found == read(store, URL.rstrip("/"))
    assert (found.shape, found.items) == (job.format.shape, (5, 5, 5, 5))
    assert [part.key for part in found.parts] == store.list(BUCKET, PREFIX + "data/")
    texts = [gzip.decompress(store.objects[BUCKET, part.key]) for part in found.parts]
    assert [item for text in texts for item in read_back(text, job)] == ITEMS


def test_an_export_as_csv_tells_its_header_and_its_dialect() -> None:
    store = export(CSV)
    found = read(store)
    assert (found.header, found.format, found.empty) == (("id:S", "tags:SS"), CSV.format, Empty.KEEP)
    text = gzip.decompress(store.objects[BUCKET, found.parts[0].key])
    assert text[: found.start].decode("utf-16") == "id:S;tags:SS\r\n"


def test_an_export_as_json_lines_tells_the_types_of_its_columns() -> None:
    found = read(export(JSONL))
    assert found.columns == {"tags": Column(T.SS)}
    assert (found.header, found.format, found.empty, found.start) == ((), None, None, 0)


def test_the_manifests_have_the_form_of_dynamodbs_own() -> None:
    store = export(WIRE)
    lines = [orjson.loads(line) for line in store.objects[BUCKET, PREFIX + FILES].splitlines()]
    bodies = [store.objects[BUCKET, line["dataFileS3Key"]] for line in lines]
    assert [sorted(line) for line in lines] == [["dataFileS3Key", "etag", "itemCount", "md5Checksum"]] * 4
    assert [base64.b64decode(line["md5Checksum"]) for line in lines] == [
        _md5(body).digest() for body in bodies
    ]
    assert [line["etag"] for line in lines] == [_md5(body).hexdigest() for body in bodies]
    assert orjson.loads(store.objects[BUCKET, PREFIX + SUMMARY]) == {
        "version": "2020-06-30",
        "exportArn": RECORD.execution,
        "startTime": "2020-11-04T07:28:34.028Z",
        "endTime": "2020-11-04T07:33:43.897Z",
        "tableArn": "orders",
        "exportTime": "2020-11-04T07:28:34.028Z",
        "s3Bucket": BUCKET,
        "s3Prefix": PREFIX,
        "manifestFilesS3Key": PREFIX + FILES,
        "billedSizeBytes": sum(map(len, bodies)),
        "itemCount": 20,
        "outputFormat": "DYNAMODB_JSON",
        "exportType": "FULL_EXPORT",
    }


def test_the_summary_is_written_last_and_only_if_all_parts_are_as_they_were_written() -> None:
    plan, store = plan_of(WIRE), MemoryObjectStore()
    record = Bench(plan, [ITEMS], store=store).finish()
    store.faults.on("put", 2, TransientError("busy"))
    with pytest.raises(TransientError):
        write_manifests(store, plan, RECORD, [record], ENDED)
    assert [key for _, key in store.objects if "manifest" in key] == [PREFIX + FILES]
    put(store, record.parts[0].key, b"of a worker that was given up")
    with pytest.raises(
        SourceChangedError, match=f"the ledger of 'one' names, 1 replaced.*{record.parts[0].key}"
    ):
        write_manifests(store, plan, RECORD, [record], ENDED)


def test_an_export_of_nothing_is_found_too() -> None:
    found = read(export(WIRE, []))
    assert (found.parts, found.items) == ((), ())


NATIVE = "2020-Nov/AWSDynamoDB/01604474914028-a1b2c3d4/"
NATIVE_SUMMARY = {
    "version": "2020-06-30",
    "exportArn": "arn:aws:dynamodb:us-east-1:123456789012:table/Catalog/export/01604474914028-a1b2c3d4",
    "startTime": "2020-11-04T07:28:34.028Z",
    "endTime": "2020-11-04T07:33:43.897Z",
    "tableArn": "arn:aws:dynamodb:us-east-1:123456789012:table/Catalog",
    "tableId": "12345a12-abcd-123a-ab12-1234abc12345",
    "exportTime": "2020-11-04T07:28:34.028Z",
    "s3Bucket": BUCKET,
    "s3Prefix": "2020-Nov",
    "s3SseAlgorithm": "AES256",
    "s3SseKmsKeyId": None,
    "manifestFilesS3Key": NATIVE + "manifest-files.json",
    "billedSizeBytes": 0,
    "itemCount": 2,
    "outputFormat": "DYNAMODB_JSON",
    "exportType": "FULL_EXPORT",
}


def native_export(home: str = NATIVE, **fields: Any) -> MemoryObjectStore:
    """As DynamoDB writes it: a part for each partition, an empty one too, marks and checksums."""
    store, lines = MemoryObjectStore(), b""
    parts = {"asdl123dasas": ITEMS[:2], "h2hk3d7pfi2lh": [], "jz6ryw4qpnaqm": ITEMS[2:3]}
    for name, items in parts.items():
        text = b"".join(orjson.dumps({"Item": item}) + b"\n" for item in items)
        body, key = gzip.compress(text, mtime=0), f"{home}data/{name}.json.gz"
        put(store, key, body)
        md5 = _md5(body)
        fields_of_part = {
            "itemCount": len(items),
            "md5Checksum": base64.b64encode(md5.digest()).decode(),
            "etag": md5.hexdigest(),
            "dataFileS3Key": key,
        }
        lines += orjson.dumps(fields_of_part) + b"\n"
    put(store, home + "manifest-files.json", lines)
    put(store, home + "manifest-summary.json", NATIVE_SUMMARY | fields)
    put(store, home + "manifest-files.checksum", b"ABCD==")
    put(store, home + "manifest-summary.checksum", b"ABCD==")
    put(store, home + "_started", b"")
    return store


@pytest.mark.parametrize(
    "url",
    [
        f"s3://{BUCKET}/{NATIVE}",
        f"s3://{BUCKET}/{NATIVE}manifest-summary.json",
        f"s3://{BUCKET}/{NATIVE}manifest-files.json",
        f"s3://{BUCKET}/2020-Nov",
        f"s3://{BUCKET}/",
    ],
)
def test_dynamodbs_own_export_is_found_by_its_manifests_or_any_prefix_above(url: str) -> None:
    store = native_export()
    found = read(store, url)
    assert (found.shape, found.items) == (Shape.DYNAMODB_JSON, (2, 0, 1))
    assert [store.find(part.bucket, part.key) for part in found.parts] == list(found.parts)


def test_an_older_summary_does_not_tell_the_type_of_the_export() -> None:
    store = native_export()
    put(store, NATIVE + SUMMARY, {name: one for name, one in NATIVE_SUMMARY.items() if name != "exportType"})
    assert len(read(store, f"s3://{BUCKET}/{NATIVE}").parts) == 3


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"outputFormat": "ION"}, "as ION; allowed: DYNAMODB_JSON, JSONL, CSV; export the table again as"),
        (
            {"exportType": "INCREMENTAL_EXPORT", "outputView": "NEW_AND_OLD_IMAGES"},
            "of the type INCREMENTAL_EXPORT, which has changes, not items; allowed: FULL_EXPORT",
        ),
        ({"outputFormat": "CSV"}, "does not say how to read the export: KeyError"),
    ],
)
def test_an_export_that_cannot_be_read_is_refused_with_what_to_do(
    fields: dict[str, Any], reason: str
) -> None:
    with pytest.raises(SourceFormatError, match=f"{NATIVE}manifest-summary.json .*{reason}"):
        read(native_export(**fields), f"s3://{BUCKET}/2020-Nov/")


def test_of_several_exports_one_has_to_be_named() -> None:
    store, other = native_export(), native_export("2020-Nov/AWSDynamoDB/01700000000000-ffffffff/")
    store.objects |= other.objects
    with pytest.raises(SourceFormatError, match=f"there are 2 exports below .*name one of them: {NATIVE}, "):
        read(store, f"s3://{BUCKET}/2020-Nov")


def test_parts_that_are_missing_or_replaced_are_named_in_one_error() -> None:
    pages = [[item] for item in ITEMS]
    store, plan = MemoryObjectStore(), plan_of(WIRE)
    record = Bench(plan, pages, part_bytes=1, store=store).finish()
    write_manifests(store, plan, RECORD, [record], ENDED)
    keys = [part.key for part in record.parts]
    for key in keys[:12]:
        del store.objects[BUCKET, key]
    put(store, keys[13], b"another")
    with pytest.raises(SourceNotFoundError) as missing:
        read(store)
    assert str(missing.value) == (
        f"source: of 20 parts that {URL}manifest-files.json names, 12 not there: {', '.join(keys[:10])} "
        f"and 2 more; 1 replaced since: {keys[13]}; put them back, or name the prefix of the parts alone "
        "to read those that are there"
    )
    assert len(read(store, URL + "data/").parts) == 8
    for key in keys[:12]:
        put(store, key, b"back, but another")
    with pytest.raises(SourceChangedError, match="13 replaced since"):
        read(store)


def test_what_the_job_says_has_to_be_what_the_manifest_says() -> None:
    assert read(export(CSV), shape=Shape.DELIMITED).shape is Shape.DELIMITED
    with pytest.raises(
        SourceFormatError, match="the parts are delimited, by the job's `format` they are jsonl"
    ):
        read(export(CSV), shape=Shape.JSONL)


@pytest.mark.parametrize(
    ("key", "content"),
    [(SUMMARY, b"no JSON"), (SUMMARY, []), (FILES, b'{"itemCount": 1, "etag": "x"}'), (FILES, b"{")],
)
def test_a_broken_manifest_is_told(key: str, content: Any) -> None:
    store = export(WIRE)
    put(store, PREFIX + key, content)
    with pytest.raises(SourceFormatError, match=f"source: {URL}{key} "):
        read(store)


def test_a_summary_without_the_list_of_parts_is_told() -> None:
    store = export(WIRE)
    del store.objects[BUCKET, PREFIX + FILES]
    with pytest.raises(SourceNotFoundError, match=f"there is no manifest {URL}{FILES}"):
        read(store)


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("files/items.jsonl", "files/items.jsonl"),
        ("files/data/one.json.gz", "files"),
        ("files/one.json.gz", "files/"),
    ],
)
def test_without_a_manifest_all_objects_are_read(key: str, url: str) -> None:
    store = MemoryObjectStore()
    put(store, key, b"text")
    put(store, "files/", b"")
    put(store, "files-of-others/one.json", b"text")
    for shape, found in [(Shape.FOUND, Shape.DYNAMODB_JSON), (Shape.JSONL, Shape.JSONL)]:
        assert read(store, f"s3://{BUCKET}/{url}", shape) == Export((store.find(BUCKET, key),), None, found)


def test_what_is_beside_the_folder_data_does_not_count() -> None:
    store = native_export()
    del store.objects[BUCKET, NATIVE + SUMMARY]
    assert len(read(store, f"s3://{BUCKET}/{NATIVE}").parts) == 3


@pytest.mark.parametrize("url", [f"s3://{BUCKET}/nothing/", f"s3://{BUCKET}/nothing", f"s3://{BUCKET}/"])
def test_where_nothing_is_that_is_told(url: str) -> None:
    store = MemoryObjectStore()
    put(store, "nothing/_started", b"mark")
    with pytest.raises(SourceNotFoundError, match="there is no object s3://data"):
        read(store, url)


def test_errors_of_the_store_go_through() -> None:
    for method in ("find", "list", "get"):
        store = export(WIRE)
        store.faults.on(method, 1, TransientError("busy"))
        with pytest.raises(TransientError):
            read(store, URL.rstrip("/"))


def _md5(body: bytes) -> Any:
    return hashlib.md5(body, usedforsecurity=False)
