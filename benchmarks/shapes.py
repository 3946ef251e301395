"""Texts by what is hard about finding where their records end, a row of about 200 bytes each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks.samples import Quoting, order


@dataclass(frozen=True, slots=True)
class Shape:
    """A row by its number, and how it is written."""

    row: Callable[[int], str]
    preset: str = "csv"
    encoding: str = "utf-8"


def _plain(number: int) -> str:
    return order(number, Quoting.NONE)


def _every_other_quoted(number: int) -> str:
    cells = _plain(number).rstrip("\n").split(",")
    return ",".join(f'"{cell}"' if at % 2 else cell for at, cell in enumerate(cells)) + "\n"


def _json(number: int) -> str:
    names = "".join(f'""name{at}"":""value"",' for at in range(8))
    return f'{number},"{{{names}""last"":1}}"\n'


def _lines_in_quotes(number: int) -> str:
    return f'{number},"' + "a line of a note\n" * 11 + '"\n'


def _inches(number: int) -> str:
    return _plain(number).replace("00Z,", '5" pipe,')


def _some_inches(number: int) -> str:
    return _inches(number) if number % 100 == 50 else order(number, Quoting.SOME)


def _inches_beside_quotes(number: int) -> str:
    return _every_other_quoted(number).replace("rich", 'r" ich')


def _inches_last(number: int) -> str:
    return _every_other_quoted(number).replace("rich", 'rich"')


def _escaped(number: int) -> str:
    return order(number, Quoting.SOME).replace("\r\n", "\\\n").replace('"', "\\,").replace(",", "\t")


def _same(row: str) -> Callable[[int], str]:
    return lambda _: row


ORDERS = {str(quoting): Shape(partial(order, quoting=quoting)) for quoting in Quoting}
"""The shapes that planning is to be quick with."""

HARD = {
    "no quotes, CR LF": Shape(lambda number: _plain(number).replace("\n", "\r\n")),
    "every field quoted, CR LF": Shape(lambda number: order(number, Quoting.ALL).replace("\n", "\r\n")),
    "every other field quoted": Shape(_every_other_quoted),
    "short quoted fields": Shape(_same('"1","a","2","b"\n' * 12)),
    "JSON in a quoted field": Shape(_json),
    "line ends in quotes": Shape(_lines_in_quotes),
    "nothing but quotes": Shape(_same('"' * 200 + "\n")),
    "a quote inside an unquoted field": Shape(_inches),
    "the same in 1 % of the rows, 5 % with a quoted field": Shape(_some_inches),
    "the same in all rows, every other field quoted": Shape(_inches_beside_quotes),
    "at the end of an unquoted field in all rows, every other field quoted": Shape(_inches_last),
    "rows of 4 bytes": Shape(_same("1,a\n" * 50)),
    "a MySQL dump with 5 % of the rows with escapes": Shape(_escaped, "mysql"),
    "UTF-16, 5 % of the rows with a quoted field": Shape(
        partial(order, quoting=Quoting.SOME), encoding="utf-16"
    ),
}
"""Those that planning has to look closer at."""
