"""From a line of JSON to the item that DynamoDB stores: the codec of items that are spelled as text.

Two shapes, which see a line's members differently: DynamoDB JSON says every type itself, plain JSON
leaves it to the table's keys, to the job's columns, and to what each value plainly is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headrace.errors import HeaderError
from headrace.items.codec import Problem, RowRejected, check_size, key_of
from headrace.items.documents import MOST_MARKS, JsonObject, Value, check_name, parse_json, value_of
from headrace.items.header import MAX_KEY_BYTES, described, named_columns
from headrace.items.plain import typed
from headrace.items.quick import quick_item
from headrace.items.rejected import REJECT_FIELDS, source_line
from headrace.items.size import MAX_ITEM_BYTES, binary_size, text_size
from headrace.items.text import CellError, has_lone_surrogate, shown
from headrace.items.wire import is_wire_value, kind_of, wire_value
from headrace.job.model import Job, Shape, WriteMode
from headrace.ports import Item, KeyAttribute

_BYTES_PER_CHARACTER = 4  # an item's for each character of its line: of UTF-8, or of `[]` in a list
_MOST_WIRE_MARKS = 3 * MAX_ITEM_BYTES
"""Of DynamoDB JSON: in a list `{"SS":[""]},` is one byte."""
_BROKEN: Value = {}
"""Stands in an item for a value that could not be read."""
_OF_ITEMS = ("nesting", "size")
"""What is wrong with the item that a line would be, not with its JSON."""
_INCREMENTAL = frozenset({"Metadata", "Keys", "NewImage", "OldImage"})
_KEY_SIZES: dict[str, Callable[[str], int]] = {"S": text_size, "B": binary_size}


@dataclass(frozen=True, slots=True)
class LineCodec:
    """The lines of one text, compiled for one table and one job."""

    shape: Shape
    job: Job
    attributes: Mapping[str, str | None]
    """What the members that the job or the table names become; None: they are dropped."""
    conversions: Mapping[str, Callable[[Any], Value]]
    """Of plain JSON: by member, what its values become where that is not just what they are."""
    is_as_it_is: bool
    """Lines say all that there is to know of their items."""
    _keys: tuple[KeyAttribute, ...]
    _primary: tuple[tuple[str, str], ...]

    @classmethod
    def compile(cls, shape: Shape, keys: Sequence[KeyAttribute], job: Job) -> LineCodec:
        """Raises HeaderError with all that does not fit.

        Args:
            shape: JSONL or DYNAMODB_JSON.
            keys: the key attributes of the table and of its indexes, the table's partition key first.
        """
        columns = named_columns(keys, job)
        if shape is Shape.DYNAMODB_JSON and (problems := list(_needless_types(job))):
            raise HeaderError(problems)
        own = tuple(key for key in keys if key.index is None)
        is_changed = any(column.dropped or column.name != column.attribute for column in columns)
        return cls(
            shape=shape,
            job=job,
            attributes={column.name: None if column.dropped else column.attribute for column in columns},
            conversions={column.name: typed(column.type) for column in columns if column.declared},
            is_as_it_is=shape is Shape.DYNAMODB_JSON and not is_changed and job.mode is not WriteMode.DELETE,
            _keys=own if job.mode is WriteMode.DELETE else tuple(keys),
            _primary=tuple((key.name, key.type) for key in own),
        )

    def encode(self, line: str) -> Item:
        """The item of a line. Raises RowRejected with all problems of the line."""
        quick = quick_item(line) if self.is_as_it_is else None
        item, problems = self._look_at(line) if quick is None else (quick, [])
        problems += _key_problems(item, self._keys)
        if problems:
            raise RowRejected(problems)
        if len(line) * _BYTES_PER_CHARACTER > MAX_ITEM_BYTES:
            check_size(item)
        return item

    def key_of(self, item: Item) -> tuple[str, ...]:
        """The item's key: equal tuples exactly where DynamoDB sees one key."""
        return key_of(item, self._primary)

    def _look_at(self, line: str) -> tuple[Item, list[Problem]]:
        """Raises RowRejected: there is no item in it."""
        try:
            members, has_types = self._open(line)
        except CellError as error:
            raise RowRejected([Problem(error.code, None, str(error))]) from error
        return self._read(members, has_types)

    def _open(self, line: str) -> tuple[Sequence[tuple[str, Any]], bool]:
        """The members of a line's item, and whether their values are in DynamoDB JSON."""
        line = source_line(line)
        if has_lone_surrogate(line):
            raise CellError(f"{shown(line)} has bytes that are not utf-8", "encoding")
        may_be_wire = self.shape is Shape.DYNAMODB_JSON or REJECT_FIELDS in line
        found = _parsed(line, _MOST_WIRE_MARKS if may_be_wire else MOST_MARKS)
        own = JsonObject(member for member in found if not member[0].startswith(REJECT_FIELDS))
        item = self._wrapped(own)
        if self.shape is Shape.DYNAMODB_JSON:
            _check_form(own, item)
            return own if item is None else item, True
        if item is not None and len(own) < len(found) and _has_types(item):
            return item, True
        return own, False

    def _wrapped(self, members: JsonObject) -> JsonObject | None:
        """What is in `{"Item": {...}}`, or in the `{"Key": {...}}` of a reject that was to be deleted.

        `{"Item": {"S": "x"}}` is an item by itself, with an attribute of that name."""
        names = ("Item", "Key") if self.job.mode is WriteMode.DELETE else ("Item",)
        if len(members) != 1 or members[0][0] not in names:
            return None
        inner = members[0][1]
        is_scalar = is_wire_value(inner) and type(inner[0][1]) is not JsonObject
        return None if is_scalar or type(inner) is not JsonObject else inner

    def _read(self, members: Sequence[tuple[str, Any]], has_types: bool) -> tuple[Item, list[Problem]]:
        item: Item = {}
        problems = []
        for name, found in members:
            attribute = self.attributes.get(name, name)
            if attribute is None:
                continue
            try:
                check_name(attribute, item)
                item[attribute] = wire_value(found) if has_types else self._plain_value(name, found)
            except CellError as error:
                item[attribute] = _BROKEN
                problems.append(self._problem(error.code, name, str(error)))
        return item, problems

    def _plain_value(self, name: str, found: Any) -> Value:
        convert = self.conversions.get(name)
        return convert(found) if convert else value_of(found)

    def _problem(self, code: str, name: str, reason: str) -> Problem:
        """Names that only the text knows are no columns: there may be a new one in every line."""
        column = name if name in self.attributes else None
        return Problem(code, column, f"attribute {shown(name)}: {reason}")


def _needless_types(job: Job) -> Iterator[str]:
    for name, column in job.columns.items():
        if column.type is not None:
            yield (
                f"columns: {shown(name)} is declared as {column.type}, but values in DynamoDB JSON say their "
                "types themselves; remove the type"
            )


def _parsed(line: str, most_marks: int) -> JsonObject:
    try:
        found = parse_json(line, most_marks)
    except CellError as error:
        raise CellError(str(error), error.code if error.code in _OF_ITEMS else "json") from error
    if type(found) is not JsonObject:
        raise CellError(f"{kind_of(found)} where a JSON object is expected", "json")
    return found


def _has_types(members: JsonObject) -> bool:
    return all(is_wire_value(value) for _, value in members)


def _check_form(members: JsonObject, item: JsonObject | None) -> None:
    """Raises CellError: the line is plainly something else than an item in DynamoDB JSON."""
    names = {name for name, _ in members}
    if names >= {"Metadata", "Keys"} and names <= _INCREMENTAL and not _has_types(members):
        raise CellError("a line of an incremental export; only full exports can be loaded", "json")
    if members and item is None and not any(is_wire_value(value) for _, value in members):
        raise CellError(
            'neither {"Item": {...}} nor an item in DynamoDB JSON; for plain JSON set format.preset to jsonl',
            "json",
        )


def _key_problems(item: Item, keys: Iterable[KeyAttribute]) -> Iterator[Problem]:
    told = set()
    for key in keys:
        reason = _why_no_key(key, item.get(key.name))
        if reason and key.name not in told:
            told.add(key.name)
            yield Problem("key", key.name, f"attribute {shown(key.name)}: {reason}")


def _why_no_key(key: KeyAttribute, value: Value | None) -> str | None:
    if value is _BROKEN:
        return None
    if value is None:
        return None if key.index else "a key of the table is missing; DynamoDB stores no item without it"
    if key.type not in value:
        return f"is of type {next(iter(value))}, but it is {described(key)}, of type {key.type}"
    measure, most = _KEY_SIZES.get(key.type), MAX_KEY_BYTES[key.role]
    if measure is None or 1 <= (size := measure(value[key.type])) <= most:
        return None
    return f"a key of {size} bytes; DynamoDB allows 1 to {most}: {shown(value[key.type])}"
