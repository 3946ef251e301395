"""Conditions on keys as a person types them, such as `customer=c1 'order>=5'`, in DynamoDB's words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headrace.errors import RequestInvalidError
from headrace.items.order import is_greater
from headrace.items.text import CellError
from headrace.items.types import encoder
from headrace.job.model import AttributeType
from headrace.job.problems import INVALID, Problems, seen
from headrace.ports import KeyAttribute, TableSchema

_SIGNS = ("==", "<=", ">=", "^=", "=", "<", ">")
_TYPED = re.compile(rf"(.+?)({'|'.join(map(re.escape, _SIGNS))})(.*)", re.DOTALL)
_FORMS = {
    "=": "{name} = {value}",
    "<": "{name} < {value}",
    "<=": "{name} <= {value}",
    ">": "{name} > {value}",
    ">=": "{name} >= {value}",
    "..": "{name} BETWEEN {value} AND {value}_to",
    "*": "begins_with({name}, {value})",
}
_SPELLINGS = "NAME=VALUE, and for a sort key also <, <=, >, >=, NAME=FROM..TO, NAME=START*"


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """`text` with the names and values that it refers to, values in DynamoDB JSON."""

    text: str
    names: Mapping[str, str]
    values: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Term:
    """`typed`: as it was given. `form`: one of `_FORMS`. `operands`: their texts, one or two."""

    typed: str
    name: str
    form: str
    operands: tuple[str, ...]


def key_condition(
    typed: Sequence[str], schema: TableSchema, index: str | None, taken: Collection[str] = ()
) -> KeyCondition:
    """
    Args:
        typed: conditions, one a key; all have to hold. `==` takes what follows as it is, also `..` and `*`.
        index: whose keys they are of; None: the table's own.
        taken: placeholders that stand for something else.

    Raises RequestInvalidError with all that is wrong.
    """
    problems = Problems(RequestInvalidError)
    keys = {key.name: key for key in schema.keys_of(index)}
    if not keys:
        indexes = sorted({key.index for key in schema.keys if key.index})
        problems.add("--index", f"{schema.name!r} has no index {index!r}", ", ".join(indexes) or "none")
        problems.raise_if_any()
    terms = [term for text in typed if (term := _read(text, keys, schema, problems))]
    _find_missing([_split(text, keys)[0] for text in typed], keys.values(), problems)
    stem = _free_stem(taken)
    written = [
        _written(term, keys[term.name], f"{stem}{position}", problems) for position, term in enumerate(terms)
    ]
    problems.raise_if_any()
    return KeyCondition(
        " AND ".join(one.text for one in written),
        {placeholder: name for one in written for placeholder, name in one.names.items()},
        {placeholder: value for one in written for placeholder, value in one.values.items()},
    )


def described(keys: Collection[KeyAttribute]) -> str:
    """Such as `customer (S, partition key), order (N, sort key)`."""
    return ", ".join(f"{key.name} ({key.type}, {key.role} key)" for key in keys)


def _read(
    text: str, keys: Mapping[str, KeyAttribute], schema: TableSchema, problems: Problems
) -> _Term | None:
    name, sign, operand = _split(text, keys)
    if not sign:
        problems.add(seen(text), "is no condition", _SPELLINGS)
        return None
    if name not in keys:
        fault = f"{name!r} is no key here"
        problems.add(seen(text), fault, described(keys.values()), _other_place(name, schema))
        return None
    term = _Term(text, name, *_form(sign, operand))
    if keys[name].role == "partition" and term.form != "=":
        advice = f"{name}=={operand} if the value is just that" if sign == "=" else ""
        problems.add(seen(text), "is about the partition key", f"{name}=VALUE", advice)
        return None
    return term


def _split(text: str, keys: Collection[str]) -> tuple[str, str, str]:
    """Name, sign, and what is behind it. The names of keys come before all others: they may have signs."""
    for name in sorted(keys, key=len, reverse=True):
        rest = text.removeprefix(name)
        sign = next((sign for sign in _SIGNS if rest.startswith(sign)), None)
        if rest != text and sign:
            return name, sign, rest.removeprefix(sign)
    match = _TYPED.fullmatch(text)
    return (match[1], match[2], match[3]) if match else (text, "", "")


def _form(sign: str, operand: str) -> tuple[str, tuple[str, ...]]:
    if sign == "==":
        return "=", (operand,)
    if sign == "^=":
        return "*", (operand,)
    if sign == "=" and ".." in operand:
        low, _, high = operand.partition("..")
        return "..", (low, high)
    if sign == "=" and operand.endswith("*"):
        return "*", (operand[:-1],)
    return sign, (operand,)


def _other_place(name: str, schema: TableSchema) -> str:
    """Where a name that is no key here belongs."""
    places = sorted({key.index or "" for key in schema.keys if key.name == name and key.role == "partition"})
    return " or ".join(f"--index {place}" if place else "leave out --index" for place in places) or "--filter"


def _find_missing(named: Sequence[str], keys: Collection[KeyAttribute], problems: Problems) -> None:
    for key in keys:
        times = named.count(key.name)
        if key.role == "partition" and not times:
            problems.add(key.name, "is missing", f"{key.name}=VALUE", "a query reads one partition")
        if times > 1:
            problems.add(key.name, f"has {times} conditions", "one", f"a range is {key.name}=FROM..TO")


def _written(term: _Term, key: KeyAttribute, stem: str, problems: Problems) -> KeyCondition:
    values = [_value(term, operand, key, problems) for operand in term.operands]
    if INVALID not in values and len(values) == 2 and is_greater(*values):
        problems.add(seen(term.typed), "ends before it begins", f"{key.name}=FROM..TO")
    if term.form == "*" and key.type == "N":
        problems.add(seen(term.typed), "a number has no beginning", f"{key.name}=FROM..TO, or <, <=, >, >=")
    text = _FORMS[term.form].format(name=f"#{stem}", value=f":{stem}")
    return KeyCondition(
        text, {f"#{stem}": term.name}, dict(zip((f":{stem}", f":{stem}_to"), values, strict=False))
    )


def _value(term: _Term, operand: str, key: KeyAttribute, problems: Problems) -> Any:
    if not operand:
        return problems.add(seen(term.typed), "has an empty value, which no key has", _SPELLINGS)
    try:
        return encoder(AttributeType(key.type))(operand)
    except CellError as error:
        return problems.add(seen(term.typed), str(error), f"a key of type {key.type}")


def _free_stem(taken: Collection[str]) -> str:
    return next(stem for stem in _stems() if not any(one[1:].startswith(stem) for one in taken))


def _stems() -> Iterator[str]:
    stem = "key"
    while True:
        yield stem
        stem += "_"
