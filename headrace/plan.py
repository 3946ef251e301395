"""The plan: everything that the workers of a job need to know beside their unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any

import orjson

from headrace import layout
from headrace.delimited.chunk import Chunk
from headrace.delimited.encoding import TextEncoding
from headrace.delimited.rejects import RejectsFormat
from headrace.errors import MessageError
from headrace.items.codec import RowCodec
from headrace.items.lines import LineCodec
from headrace.job.model import Job, Shape
from headrace.job.parse import job_to_json, parse_job
from headrace.jsonlines.rejects import LineRejects
from headrace.ports import KeyAttribute, ObjectRef, ObjectStore

MOST_PLANS = 8
"""That a process keeps in memory."""


class Phase(StrEnum):
    """COUNT: something has to be counted before it is done."""

    COUNT = "count"
    WORK = "work"


@dataclass(frozen=True, slots=True)
class Plan:
    """`keys`: of the table that is written, or else of the one that is read, and of its indexes, the table's
    partition key first.

    Of a job that reads text: `source` is the object, or None where each unit has its own part.
    `header`: names as they stand in the object, types included; of a CSV export, as they are to stand.
    `codec`: the object's encoding, byte order settled. `records`: how many there are behind the header;
    None where only reading tells. `looks_like`: columns of text that look like another type.

    Of a job that reads a table: `read_keys` are that table's own keys, and `table` is what DescribeTable
    says of it: its `items` and `bytes`. `bucket` and `prefix`: where an export goes, which on a person's
    machine need not be the data bucket. `counted`: how many units the count phase has, the first ones of
    the job.
    """

    job_id: str
    job: Job
    source: ObjectRef | None
    codec: str
    zipped: bool
    header: tuple[str, ...]
    keys: tuple[KeyAttribute, ...]
    inferred: tuple[str, ...] = ()
    looks_like: Mapping[str, str] | None = None
    records: int | None = None
    read_keys: tuple[KeyAttribute, ...] = ()
    table: Mapping[str, int] = field(default_factory=dict)
    bucket: str = ""
    prefix: str = ""
    counted: int = 0

    def phase(self, planned: Mapping[str, int]) -> Phase:
        """The phase that the job is in.

        Args:
            planned: of the job's record; empty until what has to be counted is."""
        return Phase.COUNT if self.counted and not planned else Phase.WORK

    @property
    def encoding(self) -> TextEncoding:
        return TextEncoding(self.codec)

    def compile_codec(self) -> RowCodec | LineCodec:
        """Of the text that the job reads."""
        if self.job.format.shape is Shape.DELIMITED:
            return RowCodec.compile(self.header, self.keys, self.job, self.inferred)
        return LineCodec.compile(self.job.format.shape, self.keys, self.job)

    def rejects_format(self) -> RejectsFormat | LineRejects:
        if self.rejects_ending == "csv":
            return RejectsFormat(self.header, self.job.format, self.codec)
        return LineRejects()

    @property
    def rejects_ending(self) -> str:
        """csv: rejects are rows in the source's dialect. jsonl: they are JSON lines."""
        is_rows = self.job.format.shape is Shape.DELIMITED and not self.job.operation.reads_table
        return "csv" if is_rows else "jsonl"

    def to_json(self) -> bytes:
        return orjson.dumps(asdict(self) | {"job": job_to_json(self.job)})

    @classmethod
    def from_json(cls, text: bytes) -> Plan:
        """Also of a plan that another version of this stack made, with other fields beside."""
        found: dict[str, Any] = orjson.loads(text)
        known = {one.name: found[one.name] for one in fields(cls) if one.name in found}
        return cls(
            **known
            | {
                "job": parse_job(found["job"]),
                "source": ObjectRef(**found["source"]) if found["source"] else None,
                "header": tuple(found["header"]),
                "keys": _keys(found["keys"]),
                "read_keys": _keys(found.get("read_keys", ())),
                "inferred": tuple(found["inferred"]),
            }
        )


def _keys(found: Iterable[Mapping[str, Any]]) -> tuple[KeyAttribute, ...]:
    return tuple(KeyAttribute(**key) for key in found)


@dataclass(frozen=True, slots=True)
class Unit:
    """A work unit: bytes `start` to before `end` of the source, whose first record is row `row`.

    `end` and `records` are None where only reading tells (gzip: bytes are counted unpacked). `part`:
    the object that it is of, where that is not the plan's source. Of a job that is resumed: `again`:
    make all of its messages again and send those that are not settled; `resend`: no bytes at all,
    but parked messages, by their keys in the data bucket.
    """

    unit: int
    start: int
    end: int | None
    row: int
    records: int | None
    part: ObjectRef | None = None
    again: bool = False
    resend: tuple[str, ...] = ()


class Task(StrEnum):
    """What is done with the items of a segment. MOVE: what the job's operation says. COUNT: they are
    only counted. PRUNE: those that the copy's source has not are deleted; COUNT_PRUNE: those are counted."""

    MOVE = "move"
    COUNT = "count"
    PRUNE = "prune"
    COUNT_PRUNE = "count-prune"

    @property
    def counts(self) -> bool:
        """It changes nothing."""
        return self in (Task.COUNT, Task.COUNT_PRUNE)


@dataclass(frozen=True, slots=True)
class Segment:
    """A work unit: one of `segments` equal parts of a table's scan."""

    unit: int
    segment: int
    segments: int
    task: Task = Task.MOVE


Work = Unit | Segment


def work_of(fields: Mapping[str, Any]) -> Work:
    """A work unit from the list of units."""
    if "segment" in fields:
        return Segment(**dict(fields) | {"task": Task(fields["task"])})
    part, resend = fields.get("part"), fields.get("resend", ())
    return Unit(**dict(fields) | {"part": ObjectRef(**part) if part else None, "resend": tuple(resend)})


def units_of(chunks: Iterable[Chunk]) -> list[Unit]:
    return [
        Unit(number, chunk.start, chunk.end, chunk.row, chunk.records) for number, chunk in enumerate(chunks)
    ]


class Plans:
    """The plans of the jobs in a bucket; the last few that a worker needed stay in its memory."""

    def __init__(self, store: ObjectStore, bucket: str) -> None:
        self._store = store
        self._bucket = bucket
        self._known: dict[str, Plan] = {}

    def find(self, job: str) -> Plan:
        """The plan as it was when this process read it first; messages of several jobs come in any order.

        Raises MessageError: the job has no plan (any more)."""
        plan = self._known.pop(job, None) or self.read(job)
        if plan is None:
            raise MessageError(f"there is no plan of job {job!r}: it was never made, or has expired")
        self._known[job] = plan
        if len(self._known) > MOST_PLANS:
            del self._known[next(iter(self._known))]
        return plan

    def read(self, job: str) -> Plan | None:
        """The plan as it is now; None where there is none."""
        text = self._store.get(self._bucket, layout.plan_key(job))
        return None if text is None else Plan.from_json(text)

    def save(self, plan: Plan) -> None:
        self._store.put(self._bucket, layout.plan_key(plan.job_id), plan.to_json())
        self._known.pop(plan.job_id, None)
