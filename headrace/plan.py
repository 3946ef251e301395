"""The plan: everything that the workers of a job need to know beside their unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from headrace import layout
from headrace.delimited.encoding import TextEncoding
from headrace.delimited.rejects import RejectsFormat
from headrace.delimited.split import Chunk
from headrace.errors import MessageError
from headrace.items.codec import RowCodec
from headrace.job.model import Job
from headrace.job.parse import job_to_json, parse_job
from headrace.ports import KeyAttribute, ObjectRef, ObjectStore


@dataclass(frozen=True, slots=True)
class Plan:
    """`header`: names as they stand in the object, types included. `codec`: the object's encoding,
    byte order settled. `records`: how many there are behind the header; None for gzip, where only
    reading tells. `looks_like`: columns of text that look like another type."""

    job_id: str
    job: Job
    source: ObjectRef
    codec: str
    zipped: bool
    header: tuple[str, ...]
    keys: tuple[KeyAttribute, ...]
    inferred: tuple[str, ...] = ()
    looks_like: Mapping[str, str] | None = None
    records: int | None = None
    units: int = 0

    @property
    def encoding(self) -> TextEncoding:
        return TextEncoding(self.codec)

    def compile_codec(self) -> RowCodec:
        return RowCodec.compile(self.header, self.keys, self.job, self.inferred)

    def rejects_format(self) -> RejectsFormat:
        return RejectsFormat(self.header, self.job.format, self.codec)

    def to_json(self) -> bytes:
        return orjson.dumps(asdict(self) | {"job": job_to_json(self.job)})

    @classmethod
    def from_json(cls, text: bytes) -> Plan:
        fields: dict[str, Any] = orjson.loads(text)
        return cls(
            **fields
            | {
                "job": parse_job(fields["job"]),
                "source": ObjectRef(**fields["source"]),
                "header": tuple(fields["header"]),
                "keys": tuple(KeyAttribute(**key) for key in fields["keys"]),
                "inferred": tuple(fields["inferred"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Unit:
    """A work unit: bytes `start` to before `end` of the source, whose first record is row `row`.

    `end` and `records` are None where only reading tells (gzip: bytes are counted unpacked)."""

    unit: int
    start: int
    end: int | None
    row: int
    records: int | None


def units_of(chunks: Iterable[Chunk]) -> list[Unit]:
    return [
        Unit(number, chunk.start, chunk.end, chunk.row, chunk.records) for number, chunk in enumerate(chunks)
    ]


class Plans:
    """The plans of the jobs in a bucket; a worker reads each of them once."""

    def __init__(self, store: ObjectStore, bucket: str) -> None:
        self._store = store
        self._bucket = bucket
        self._known: dict[str, Plan] = {}

    def find(self, job: str) -> Plan:
        """Raises MessageError: the job has no plan (any more)."""
        if job not in self._known:
            text = self._store.get(self._bucket, layout.plan_key(job))
            if text is None:
                raise MessageError(f"there is no plan of job {job!r}: it was never made, or has expired")
            self._known = {job: Plan.from_json(text)}
        return self._known[job]

    def save(self, plan: Plan) -> None:
        self._store.put(self._bucket, layout.plan_key(plan.job_id), plan.to_json())
