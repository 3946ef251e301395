"""Items of every type that DynamoDB has, each at its limits somewhere, in DynamoDB JSON."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from typing import Any

from headrace.ports import Item

_NUMBERS = (
    "0",
    "-1",
    "12345678901234567890123456789012345678",
    "-0.00000000000000000000000000000000000012345678901234567890123456789012345678",
    "9.9999999999999999999999999999999999999E+125",
    "1E-130",
    "3.14159",
)
_TEXTS = (
    "",
    "plain",
    'quoted "twice", with commas',
    "line\nbreak\r\n",
    "ümläut 漢字 🚰",
    "\x00\x1f\ufffe\uffff",
    " ",
)
_LARGE = 399 * 1024


def everything(count: int, large: int = 0, seed: int = 1) -> Iterator[Item]:
    """`count` items with the key `id` (S), of which the last `large` have 399 KiB.

    Each third is flat and of plain types, so that every format can carry some."""
    rng = random.Random(seed)
    for number in range(count):
        item: Item = {"id": {"S": f"item-{number:07d}"}, "number": {"N": str(number)}}
        if number >= count - large:
            item["large"] = {"S": "x" * (_LARGE - 100)}
        elif number % 3:
            item |= _nested(number, rng)
        else:
            item |= {"text": {"S": f"text {number}"}, "flag": {"BOOL": number % 2 == 0}}
        yield item


def _nested(number: int, rng: random.Random) -> Item:
    text, digits = _TEXTS[number % len(_TEXTS)], _NUMBERS[number % len(_NUMBERS)]
    return {
        "text": {"S": text},
        "digits": {"N": digits},
        "flag": {"BOOL": bool(number % 2)},
        "nothing": {"NULL": True},
        "bytes": {"B": _binary(rng)},
        "texts": {"SS": [f"{number}-{i}" for i in range(1 + number % 3)]},
        "numbers": {"NS": [str(number), digits] if digits != str(number) else [digits]},
        "blobs": {"BS": sorted({_binary(rng), _binary(rng)})},
        "list": {"L": [{"S": text}, {"N": digits}, {"L": []}, {"M": {}}, {"NULL": True}]},
        "map": {"M": {"deeper": {"M": {"deepest": {"SS": ["a", "b"]}, "empty": {"S": ""}}}, "B": {"B": ""}}},
    }


def _binary(rng: random.Random) -> str:
    return base64.b64encode(rng.randbytes(rng.randrange(1, 40))).decode()


def comparable(item: Item) -> Any:
    """Equal where DynamoDB has the same item: sets have no order."""
    return {name: _comparable(value) for name, value in item.items()}


def _comparable(value: dict[str, Any]) -> Any:
    ((kind, content),) = value.items()
    if kind in ("SS", "NS", "BS"):
        return kind, frozenset(content)
    if kind == "L":
        return kind, [_comparable(one) for one in content]
    if kind == "M":
        return kind, {name: _comparable(one) for name, one in content.items()}
    return kind, content


def from_wire(item: Item) -> dict[str, Any]:
    """The item as the SDK's client takes and gives it: binaries are bytes."""
    return {name: _from_wire(value) for name, value in item.items()}


def _from_wire(value: dict[str, Any]) -> Any:
    ((kind, content),) = value.items()
    if kind == "B":
        return {kind: base64.b64decode(content)}
    if kind == "BS":
        return {kind: [base64.b64decode(one) for one in content]}
    if kind == "L":
        return {kind: [_from_wire(one) for one in content]}
    if kind == "M":
        return {kind: from_wire(content)}
    return value


def to_wire(item: dict[str, Any]) -> Item:
    """The other way round."""
    return {name: _to_wire(value) for name, value in item.items()}


def _to_wire(value: dict[str, Any]) -> Any:
    ((kind, content),) = value.items()
    if kind == "B":
        return {kind: base64.b64encode(content).decode()}
    if kind == "BS":
        return {kind: [base64.b64encode(one).decode() for one in content]}
    if kind == "L":
        return {kind: [_to_wire(one) for one in content]}
    if kind == "M":
        return {kind: to_wire(content)}
    return value
