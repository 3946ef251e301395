"""Plans a job that reads text: load, from one object, and restore, from the parts of an export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from itertools import chain
from typing import Any

import orjson

from headrace import layout
from headrace.allowed import Allowed
from headrace.delimited.chunk import Limits
from headrace.delimited.split import find_chunks
from headrace.errors import JobInvalidError
from headrace.head import sample_units
from headrace.items.infer import Suggestions, look_at
from headrace.job.model import Job
from headrace.job.parse import job_to_json
from headrace.plan import Plan, Unit
from headrace.planning.draft import MAX_UNITS, Draft, Findings, Outline
from headrace.planning.sources import Source, Text, find_source
from headrace.ports import ObjectRef, ObjectStore, Places, Remaining, TableSchema
from headrace.source import read_text
from headrace.window import max_rows


class TextPlanner:
    """
    Args:
        bucket: the data bucket, where units are kept that were found before time ran out.
    """

    def __init__(self, store: ObjectStore, places: Places, bucket: str, allowed: Allowed) -> None:
        self._store = store
        self._places = places
        self._bucket = bucket
        self._allowed = allowed

    def plan(self, name: str, job: Job, home: str, remaining: Remaining, reserve: float) -> Draft | None:
        """None where time ran out; what was found so far is kept for the next call.

        Args:
            home: see `Allowed`.

        Raises JobError, TransientError."""
        source, schema = self._examine(job, home)
        plan = _plan_of(name, source, schema)
        units = self._units(name, source, remaining, reserve)
        return None if units is None else self._draft(plan, source, schema, units)

    def outline(self, name: str, job: Job, home: str, most_bytes: int) -> Outline:
        """What planning would come to, with no more read than `most_bytes` and a unit; nothing is kept.

        Raises JobError, TransientError."""
        source, schema = self._examine(job, home)
        plan = _plan_of(name, source, schema)
        units, is_whole = self._first_units(source, most_bytes)
        return Outline(self._draft(plan, source, schema, units), source.texts, is_whole)

    def _draft(self, plan: Plan, source: Source, schema: TableSchema, units: Sequence[Unit]) -> Draft:
        seen = self._look(source, schema, units)
        plan = replace(plan, inferred=seen.inferred, looks_like=seen.looks_like, records=_add_up(units))
        return Draft(plan, units)

    def _examine(self, job: Job, home: str) -> tuple[Source, TableSchema]:
        """Asks for the table and for the source before it complains about either."""
        findings = Findings()
        schema = findings.ask(lambda: self._describe(job, home))
        source = findings.ask(lambda: self._find_source(job))
        if source:
            findings.ask(lambda: _check_size(source))
        findings.raise_if_any()
        assert source is not None, "or it would have been a problem"
        assert schema is not None, "or it would have been a problem"
        return source, schema

    def _find_source(self, job: Job) -> Source:
        self._allowed.check_source(job.source)
        return find_source(self._store, job)

    def _describe(self, job: Job, home: str) -> TableSchema:
        self._allowed.check_table(job.target, job.target_place, home)
        return self._places.tables(job.target_place).describe(job.target)

    def _units(self, name: str, source: Source, remaining: Remaining, reserve: float) -> list[Unit] | None:
        """All units; None where time ran out and those found so far are kept for the next call."""
        key, pinned = layout.unfinished_units_key(name), _pin(source)
        kept = orjson.loads(self._store.get(self._bucket, key) or b"{}")
        units = list(map(_unit_of, kept["units"])) if kept.get("of") == pinned else []
        last = source.texts[-1]
        for text, unit in self._rest(source, tuple(units)):
            units.append(unit)
            if remaining() < reserve and not (text is last and _is_at_end(text, unit)):
                self._store.put(self._bucket, key, orjson.dumps({"of": pinned, "units": units}))
                return None
        return units or [_empty_unit(source)]

    def _first_units(self, source: Source, most_bytes: int) -> tuple[list[Unit], bool]:
        """Units until they have so many bytes, and whether those are all."""
        units: list[Unit] = []
        size, last = 0, source.texts[-1]
        for text, unit in self._rest(source, ()):
            units.append(unit)
            size += 0 if unit.end is None else unit.end - unit.start
            if size >= most_bytes and not (text is last and _is_at_end(text, unit)):
                return units, False
        return units or [_empty_unit(source)], True

    def _rest(self, source: Source, found: Sequence[Unit]) -> Iterator[tuple[Text, Unit]]:
        """The units behind those that were found before, each with the text that it is of."""
        last = {unit.part: unit for unit in found}
        number = len(found)
        for text in source.texts:
            for unit in self._units_of(source, text, last.get(source.part(text))):
                yield text, replace(unit, unit=number)
                number += 1

    def _units_of(self, source: Source, text: Text, last: Unit | None) -> Iterator[Unit]:
        """Gzip is one unit, whose end only reading tells."""
        part = source.part(text)
        if last is not None and _is_at_end(text, last):
            return
        if text.zipped:
            yield Unit(0, text.start, None, text.row, text.records, part)
            return
        start, row = _behind(last) if last else (text.start, text.row)
        blocks = read_text(self._store, text.ref, False, start, text.ref.size)
        limits = Limits(source.job.chunk_bytes, max_rows(source.header))
        for chunk in find_chunks(blocks, source.dialect, source.encoding, limits, start, row):
            yield Unit(0, chunk.start, chunk.end, chunk.row, chunk.records, part)

    def _look(self, source: Source, schema: TableSchema, units: Sequence[Unit]) -> Suggestions:
        """What columns of no declared type look like. An export's header declares them all."""
        if not source.has_rows:
            return Suggestions()
        single, job = source.single, source.job
        more = sample_units(self._store, single, job.format, source.encoding, units) if single else ()
        return look_at(source.header, chain(source.sample, more), job, schema.keys)


def _plan_of(name: str, source: Source, schema: TableSchema) -> Plan:
    """Raises HeaderError: text and table do not fit."""
    plan = Plan(
        job_id=name,
        job=source.job,
        source=source.single,
        codec=source.encoding.codec,
        zipped=source.single is not None and source.texts[0].zipped,
        header=source.header,
        keys=schema.keys,
    )
    plan.compile_codec()
    return plan


def _check_size(source: Source) -> None:
    """Raises JobInvalidError: it would be cut into too many units."""
    job, many = source.job, len(source.texts)
    sizes = [text.ref.size for text in source.texts if not text.zipped]
    if many - len(sizes) + sum(-(-size // job.chunk_bytes) for size in sizes) <= MAX_UNITS:
        return
    if many > MAX_UNITS:
        raise JobInvalidError(
            [f"source: there are {many} parts; allowed: {MAX_UNITS}; restore some of them at a time"]
        )
    what = source.single.url if source.single else f"the {many} parts of {job.source}"
    raise JobInvalidError(
        [
            f"parallel.chunk_bytes: {job.chunk_bytes} would cut the {sum(sizes)} bytes of {what} "
            f"into more than {MAX_UNITS} units; use {sum(sizes) // (MAX_UNITS - many + 1) + 1} or more"
        ]
    )


def _pin(source: Source) -> list[Any]:
    """What units that were found before are worth nothing without: a folder's options, or the objects,
    may be others by now."""
    return [[asdict(text.ref) for text in source.texts], job_to_json(source.job)]


def _unit_of(fields: dict[str, Any]) -> Unit:
    part = fields.pop("part")
    return Unit(**fields | {"part": ObjectRef(**part) if part else None, "resend": ()})


def _is_at_end(text: Text, unit: Unit) -> bool:
    return unit.end is None or unit.end >= text.ref.size


def _behind(unit: Unit) -> tuple[int, int]:
    """Byte offset and row behind a chunk, which knows both."""
    assert unit.end is not None, "only gzip does not"
    return unit.end, unit.row + (unit.records or 0)


def _empty_unit(source: Source) -> Unit:
    text = source.texts[0]
    return Unit(0, text.start, text.start, text.row, 0, source.part(text))


def _add_up(units: Sequence[Unit]) -> int | None:
    records = [unit.records for unit in units if unit.records is not None]
    return sum(records) if len(records) == len(units) else None
