"""Texts of any size: orders as a shop has them, and the shapes that are hardest to load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import count
from pathlib import Path

from headrace.delimited.dialect import MAX_RECORD_BYTES
from headrace.items.size import MAX_ITEM_BYTES

ORDERS_HEADER = "order_id,customer,placed,status,amount,items,city,note\n"
ORDERS_COLUMNS = {"customer": "N", "amount": "N", "items": "N"}
PAIR_HEADER = "order_id,note\n"

_BLOCK = 1024 * 1024
_LONGEST = MAX_RECORD_BYTES * 9 // 10
_EMPTY_SET = '{"SS":[""]}'
_MOST_SETS = 340_000  # whose line is within the limit of a record
_MOST_NUMBERS = MAX_ITEM_BYTES // 3 - 10
_CITIES = ("Zürich", "Kraków", "São Paulo", "Lagos", "Osaka", "Quito", "Oslo", "Boston")
_STATES = ("placed", "packed", "sent", "returned")
_WORDS = "please ring the bell twice and leave the parcel with the neighbour if nobody opens " * 12
_TEXT = _WORDS * 12


class Quoting(StrEnum):
    NONE = "no quotes"
    SOME = "5 % of the rows with a quoted field"
    ALL = "every field quoted"


def order(number: int, quoting: Quoting = Quoting.SOME, note: int = 131) -> str:
    """A row of 8 columns and about 70 bytes, and `note` bytes more, up to 10,000; the key is distinct. One
    row in 20 has a quoted note with commas and quotes, one in 200 a note with line ends."""
    mixed = number * 2654435761 % 2**32
    text = _TEXT[mixed % 500 : mixed % 500 + note]
    fields = (
        f"ord-{number:012d}",
        str(mixed % 900_000 + 100_000),
        f"2026-{mixed % 12 + 1:02d}-{mixed % 28 + 1:02d}T{mixed % 24:02d}:{mixed % 60:02d}:00Z",
        _STATES[mixed % 4],
        f"{mixed % 90_000 / 100 + 100:.2f}",
        str(mixed % 9 + 1),
        _CITIES[mixed % 8],
    )
    if quoting is Quoting.ALL:
        return '"' + '","'.join(fields) + f'","{text}"\n'
    if quoting is Quoting.SOME and number % 20 == 0:
        middle = "\r\n" if number % 200 == 0 else ", "
        text = f'"{text[: note // 2 - 8]}{middle}""{text[note // 2 :]}"""'
    return ",".join(fields) + f",{text}\n"


def orders(rows: int, quoting: Quoting = Quoting.SOME, note: int = 131) -> Iterator[str]:
    yield ORDERS_HEADER
    for number in range(rows):
        yield order(number, quoting, note)


def pairs(size: int, row: Callable[[int], str]) -> Iterator[str]:
    """Rows of two columns until there are `size` bytes of ASCII."""
    yield PAIR_HEADER
    yield from lines(size, row)


def lines(size: int, row: Callable[[int], str]) -> Iterator[str]:
    """Lines until there are `size` bytes of ASCII."""
    for number in count():
        if size <= 0:
            return
        text = row(number)
        size -= len(text)
        yield text


HARD: dict[str, Callable[[int], str]] = {
    "shortest rows, all keys distinct": "{0:x},a\n".format,
    "shortest rows, all of one key": lambda _: "1,a\n",
    "shortest rows, all rejected": lambda _: "1\n",
    "rows of 70 bytes, all rejected": lambda _: (
        "a row of one field where the header has two of them many times over\n"
    ),
    "blank lines": lambda _: "\n",
    "dense quotes": '"{0:x}","""a"""\n'.format,
    "quotes inside unquoted fields": '{0:x},5" pipe 𝄞\n'.format,
    "rows of 60 control characters": lambda number: f"{number:x}," + "\x01" * 55 + "\n",
    "rows of 300 KB": lambda number: f"{number},{_WORDS * 300}\n",
    "rows of 100,000 fields": lambda _: "," * 100_000 + "\n",
    "one quoted field as long as a record may be": lambda _: '1,"' + "a line\n" * (_LONGEST // 7) + '"\n',
    "one row of commas as long as a record may be": lambda _: "," * _LONGEST + "\n",
}
"""Rows of two columns, by what is hard about them."""


def _array(value: str, count: int) -> str:
    return "[" + ",".join([value] * count) + "]"


_PLAIN, _WIRE = "jsonl", "dynamodb-json"
HARD_LINES: dict[str, tuple[str, Callable[[int], str]]] = {
    "shortest items, all keys distinct": (_WIRE, lambda number: f'{{"order_id":{{"S":"{number:x}"}}}}\n'),
    "lines of 70 bytes, all rejected": (
        _WIRE,
        lambda _: '{"Item":{"note":{"S":"an item without the key that it should have"}}}\n',
    ),
    "items of as many values as there can be": (
        _WIRE,
        lambda number: (
            f'{{"order_id":{{"S":"{number:x}"}},"sets":{{"L":{_array(_EMPTY_SET, _MOST_SETS)}}}}}\n'
        ),
    ),
    "items of as many numbers as there can be": (
        _PLAIN,
        lambda number: f'{{"order_id":"{number:x}","numbers":{_array("1", _MOST_NUMBERS)}}}\n',
    ),
    "lists of more numbers than there can be": (
        _PLAIN,
        lambda number: f'{{"order_id":"{number:x}","numbers":{_array("1", 15 * _MOST_NUMBERS)}}}\n',
    ),
}
"""Lines of JSON, by what is hard about them, each with its format."""


def save(path: Path, rows: Iterator[str], encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="", buffering=_BLOCK) as file:
        file.writelines(rows)
    return path
