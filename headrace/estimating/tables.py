"""A sample of the table that a job reads, spelled as the job would spell it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import orjson

from headrace.estimating.sample import Sample
from headrace.export.spelling import spelling_of
from headrace.items.codec import RowRejected
from headrace.job.model import Operation
from headrace.messages import content_of, delete_request
from headrace.plan import Plan, Segment, Task, Work
from headrace.ports import Item, Page, ReadRequest, Tables, TableSchema
from headrace.scanning.request import read_request
from headrace.scanning.requests import copying

_PLACES = 4
_PAGE_ITEMS = 250
"""That are looked at in one place."""
_Spell = Callable[[Item], tuple[Item, int]]
"""The item as it is written, and the bytes of its text. Raises RowRejected."""


def sample_table(tables: Tables, plan: Plan, units: Sequence[Work], written: TableSchema | None) -> Sample:
    """The first items of some of the segments.

    Args:
        written: the table that the job changes, if any.
    """
    sample = Sample()
    segments = [one for one in units if isinstance(one, Segment) and one.task in (Task.MOVE, Task.COUNT)]
    ends = []
    for segment in segments[:: max(1, -(-len(segments) // _PLACES))]:
        page = tables.read(_request(plan, segment))
        ends.append(page.next is None)
        _add(sample, page, _speller(plan), written)
    sample.is_all = all(ends) and len(ends) == len(segments)
    return sample


def _request(plan: Plan, segment: Segment) -> ReadRequest:
    """Items with all that the job writes or deletes of them."""
    request = read_request(plan, replace(segment, task=Task.MOVE))
    if plan.job.operation is Operation.TRUNCATE:
        request = replace(request, projection=None, names=plan.job.scan.names)
    return replace(request, limit=_PAGE_ITEMS, count=False)


def _add(sample: Sample, page: Page, spell: _Spell, written: TableSchema | None) -> None:
    sample.places += 1
    sample.rows += page.count
    sample.scanned += page.scanned
    sample.read_units += page.units
    for item in map(orjson.loads, page.texts):
        try:
            sample.add(*spell(item), written)
        except RowRejected as rejected:
            first = rejected.problems[0]
            sample.reject(first.code, first.column, first.reason)


def _speller(plan: Plan) -> _Spell:
    match plan.job.operation:
        case Operation.COPY:
            return _copier(plan)
        case Operation.EXPORT:
            spelling = spelling_of(plan)
            return lambda item: (item, len(spelling.line(item)))
        case Operation.TRUNCATE:
            names = [key.name for key in plan.read_keys]
            return lambda item: (item, len(delete_request({name: item[name] for name in names})))
    return lambda item: (item, len(orjson.dumps(item)))


def _copier(plan: Plan) -> _Spell:
    make = copying(plan)

    def spell(item: Item) -> tuple[Item, int]:
        made = make(Page((orjson.dumps(item),), 1, 1, None))
        for rejected in made.rejected:
            raise RowRejected([rejected.problem])
        (request,) = made.bodies
        return content_of(request.decode())[1], len(request)

    return spell
