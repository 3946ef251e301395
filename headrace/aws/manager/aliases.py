"""Gives attributes whose names DynamoDB reserves a placeholder, so that expressions can be written plainly.

`SET Name = :name` is refused, as NAME is one of some 570 reserved words; `SET #Name = :name` with
`{"#Name": "Name"}` is not. What a word is follows from where it stands: where an operand may begin it is
a function, a keyword that an operand follows, or a name; behind an operand it is a keyword.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping
from functools import cache
from importlib.resources import files

_TOKEN = re.compile(r"\s+|\w+|[#:]\w+|\[\s*\d+\s*\]|.", re.ASCII | re.DOTALL)
_WORD = re.compile(r"\w+", re.ASCII)
_OPERAND_END = re.compile(r"[#:]\w+|.*[\])]", re.ASCII | re.DOTALL)
_OPERAND_START = re.compile(r"\s*[\w#:(]", re.ASCII)
_CALL = re.compile(r"\s*\(")
_CLAUSES = frozenset({"SET", "REMOVE", "ADD", "DELETE"})


@cache
def reserved_words() -> frozenset[str]:
    """In upper case."""
    lines = (files(__package__) / "reserved_words.txt").read_text().splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def needs_alias(name: str) -> bool:
    """Whether a name cannot stand in an expression: it is reserved, or begins with a digit or `_`."""
    return name.upper() in reserved_words() or not name[0].isalpha()


def alias_names(expression: str, names: MutableMapping[str, str], is_update: bool = False) -> str:
    """The expression with a placeholder for each name that needs one; `names` gets what they stand for.

    Placeholders, values, functions and keywords stay as they are, and so does every other name.

    Args:
        is_update: the first word opens a clause, such as SET.

    >>> names = {}
    >>> alias_names("SET Name = :name, Age = if_not_exists(Age, :zero) + :one", names, is_update=True)
    'SET #Name = :name, Age = if_not_exists(Age, :zero) + :one'
    >>> names
    {'#Name': 'Name'}
    """
    return "".join(_aliased(expression, names, is_update))


def _aliased(expression: str, names: MutableMapping[str, str], is_update: bool) -> Iterator[str]:
    operand_may_begin, opens = True, is_update
    for found in _TOKEN.finditer(expression):
        token, end = found[0], found.end()
        if token.isspace():
            yield token
            continue
        if not _WORD.fullmatch(token):
            operand_may_begin = not _OPERAND_END.fullmatch(token)
        elif not operand_may_begin or _is_keyword(token, opens, expression, end):
            operand_may_begin = True
        else:
            operand_may_begin = False
            if needs_alias(token) and not _CALL.match(expression, end):
                token = _placeholder(token, names)
        opens = False
        yield token


def _is_keyword(word: str, opens: bool, expression: str, end: int) -> bool:
    """Of a word where an operand may begin."""
    if opens:
        return word.upper() in _CLAUSES
    return word.upper() == "NOT" and _OPERAND_START.match(expression, end) is not None


def _placeholder(name: str, names: MutableMapping[str, str]) -> str:
    placeholder = f"#{name}"
    while names.setdefault(placeholder, name) != name:
        placeholder += "_"
    return placeholder
