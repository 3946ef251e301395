"""A job's fields as options of a command: made from the table of fields, so that none is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import click

from headrace.job.columns import Columns, Header
from headrace.job.expressions import NAMES, VALUES
from headrace.job.fields import JOB
from headrace.job.groups import NO_DEFAULT, Field, Group
from headrace.job.kinds import Choice, Either, Flag, Kind, Number, Text
from headrace.job.located import Located
from headrace.job.model import Operation

Path = tuple[str, ...]

_FLAGS: Final[Mapping[Path, str]] = {
    ("format", "preset"): "--format",
    ("tolerate", "rejects"): "--tolerate",
    ("tolerate", "rejects_percent"): "--tolerate-percent",
    ("scan", "names"): "--name",
    ("scan", "values"): "--value",
}
"""Options that are not called as their fields are."""
_DOCS: Final[Mapping[Path, str]] = {
    ("format", "header"): "The columns' names, where the first record does not hold them.",
    ("format", "quote"): 'What encloses a cell, or "" for nothing; by preset " (csv, tsv) or none (mysql).',
    ("format", "escape"): 'What takes the next character\'s meaning away, or "" for nothing; '
    "by preset none, or \\ (mysql).",
    ("scan", "names"): "What #NAME stands for in the expressions.",
    ("scan", "values"): "What :VALUE stands for in the expressions: JSON, or else a text.",
}
"""Where the field's own text does not fit its option."""
_NOT_OPTIONS: Final = frozenset({"operation", "source", "target", "confirm", "columns"})
_COLUMN_HELP: Final = {
    "type": (
        "--column",
        "NAME=TYPE",
        "The type of a column: S, N, B, BOOL, NULL, SS, NS, BS, L, M, JSON or TTL.",
    ),
    "rename": ("--rename", "OLD=NEW", "The attribute's name where it is not the column's."),
    "drop": ("--drop", "NAME", "Leave a column or an attribute out."),
}


@dataclass(frozen=True, slots=True)
class FieldOption:
    """One option, and what it says of a job: `path` is where its value goes, `read` makes it of the text."""

    path: Path
    option: click.Option
    read: Callable[[Any], Any]

    @property
    def name(self) -> str:
        found = self.option.name
        assert found is not None
        return found


def field_options(operation: Operation) -> list[FieldOption]:
    """All options that mean something for the operation, whatever its format."""
    group = JOB.of(operation)
    return [*_leaves(group, ()), *_column_options(group)]


def _leaves(group: Group, above: Path) -> Iterator[FieldOption]:
    for field in group.fields:
        path = (*above, field.name)
        if isinstance(field.kind, Group):
            yield from _leaves(field.kind, path)
        elif field.name not in _NOT_OPTIONS:
            yield _field_option(path, field)


def _field_option(path: Path, field: Field) -> FieldOption:
    flag = _FLAGS.get(path, "--" + field.name.replace("_", "-"))
    settings, read = _settings_of(field.kind)
    has_default = path not in _DOCS and field.default not in (NO_DEFAULT, False)
    default = f"  [default: {_told(field.default)}]" if has_default else ""
    option = click.Option(["_".join(path), flag], help=_DOCS.get(path, field.doc) + default, **settings)
    return FieldOption(path, option, read)


def _told(default: Any) -> str:
    return default if isinstance(default, str) else json.dumps(default)


def _settings_of(kind: Kind) -> tuple[dict[str, Any], Callable[[Any], Any]]:
    """How the option of a field of this kind is made, and how its value is read."""
    if isinstance(kind, Either):
        return _settings_of(kind.kinds[0])
    if isinstance(kind, Choice):
        return {"type": click.Choice([str(value) for value in kind.values])}, str
    if isinstance(kind, Number):
        number = int if kind.whole else float
        return {"type": number, "metavar": "N"}, number
    if isinstance(kind, Text) and kind.nullable and not re.fullmatch(kind.pattern, ""):
        return {"metavar": "TEXT"}, lambda text: text or None
    known = (
        one for one in _KINDS if kind is one[0] or (isinstance(one[0], type) and isinstance(kind, one[0]))
    )
    _, settings, read = next(known, (None, {"metavar": "TEXT"}, str))
    return dict(settings), read


def _values(texts: Sequence[str]) -> dict[str, Any]:
    """What is JSON is read as that, so that 5 is a number and "5" a text; all else is a text."""
    return {name: _json_or_text(text) for name, text in map(_pair, texts)}


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _pair(text: str) -> tuple[str, str]:
    name, is_pair, value = text.partition("=")
    if not is_pair:
        raise click.UsageError(f"{text!r} has no =; allowed: NAME=VALUE")
    return name, value


_KINDS: Final[Sequence[tuple[Any, Mapping[str, Any], Callable[[Any], Any]]]] = (
    (Flag, {"is_flag": True, "default": None}, bool),
    (Header, {"metavar": "A,B,C"}, lambda text: text.split(",")),
    (NAMES, {"multiple": True, "metavar": "#NAME=ATTRIBUTE"}, lambda texts: dict(map(_pair, texts))),
    (VALUES, {"multiple": True, "metavar": ":NAME=VALUE"}, _values),
)
"""By the kind, or by the class of kinds."""


def _column_options(group: Group) -> Iterator[FieldOption]:
    columns = next((field.kind for field in group.fields if field.name == "columns"), None)
    kinds = columns.kinds if isinstance(columns, Either) else (columns,)
    said = {name: None for kind in kinds if isinstance(kind, Columns) for name in kind.said}
    for name in said:
        flag, metavar, text = _COLUMN_HELP[name]
        option = click.Option([f"columns_{name}", flag], multiple=True, metavar=metavar, help=text)
        yield FieldOption(("columns", name), option, _column_reader(name))


def _column_reader(name: str) -> Callable[[Sequence[str]], dict[str, Any]]:
    if name == "drop":
        return lambda texts: {text: {"drop": True} for text in texts}
    return lambda texts: {column: {name: value} for column, value in map(_pair, texts)}


def place_options(operation: Operation) -> list[FieldOption]:
    """Of both sides: where a table or a queue is, and as who it is used."""
    return [
        FieldOption(
            (field.name, inner.name),
            click.Option(
                [f"{field.name}_{inner.name}", f"--{field.name}-{inner.name.replace('_', '-')}"],
                metavar="TEXT",
                help=inner.doc,
            ),
            str,
        )
        for field in JOB.of(operation).fields
        if isinstance(field.kind, Located)
        for inner in field.kind.place
    ]


def document_of(
    operation: Operation,
    start: Mapping[str, Any],
    sides: Mapping[str, str | None],
    options: Sequence[FieldOption],
    given: Mapping[str, Any],
) -> dict[str, Any]:
    """The job as JSON: what a file says, overridden by arguments and options.

    Args:
        start: a job, or a part of one.
        sides: `source` and `target`, as they were given.
        given: the values of options by their names, None or empty where they were not given.
    """
    document: dict[str, Any] = json.loads(json.dumps({"operation": str(operation), **start}))
    for side, name in sides.items():
        if name is not None:
            document[side] = name
    for one in options:
        value = given.get(one.name)
        if value not in (None, ()):
            _put(document, one.path, one.read(value))
    return document


def _put(document: dict[str, Any], path: Path, value: Any) -> None:
    *above, last = path
    inside = document
    for name in above:
        found = inside.get(name, {})
        inside[name] = found if isinstance(found, dict) else _as_object(name, found)
        inside = inside[name]
    if above == ["columns"]:
        for column, said in value.items():
            entry = inside.get(column, {})
            inside[column] = (entry if isinstance(entry, dict) else {"type": entry}) | said
    elif isinstance(value, dict) and isinstance(inside.get(last), dict):
        inside[last] |= value
    else:
        inside[last] = value


def _as_object(side: str, name: Any) -> dict[str, Any]:
    """A table's or a queue's name in the form that has room for its place."""
    is_queue = side == "target" and isinstance(name, str) and "://" in name
    return {"queue" if is_queue else "table": name}
