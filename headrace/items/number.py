"""Numbers as DynamoDB keeps them, from text to text: a float would change what it cannot hold.

Limits: 38 significant digits, magnitudes from 1E-130 to 9.9...9E+125, and zero. Source: DynamoDB
Developer Guide, "Supported data types and naming rules", Number. Every function here raises
CellError, a ValueError, for text that is no such number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from headrace.items.text import CellError, shown

MAX_DIGITS = 38
MIN_MAGNITUDE = -130
MAX_MAGNITUDE = 125

_NUMBER = re.compile(r"([+-]?)(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?")
# At most 38 digits near the decimal point: inside every limit, so nothing is left to check.
_SURELY_FINE = re.compile(r"-?[0-9]{1,19}(?:\.[0-9]{1,19})?")
_SURELY_CANONICAL = re.compile(r"0|-?[1-9][0-9]{0,18}|-?(?:0|[1-9][0-9]{0,18})\.[0-9]{0,18}[1-9]")
_ALL_SURELY_FINE, _ALL_SURELY_CANONICAL = (
    re.compile(b"(?:(?:" + one.pattern.encode() + b")\n)*+") for one in (_SURELY_FINE, _SURELY_CANONICAL)
)
# DynamoDB takes a `+`, `.5` and longer exponents too, but it is not documented to.
_PLAIN = re.compile(r"-?[0-9]{1,38}(?:\.[0-9]{1,38})?(?:[eE][+-]?[0-9]{1,3})?")
# No cell is so long that its digits could make up for an exponent of so many.
_MAX_EXPONENT_DIGITS = 18


class Parts(NamedTuple):
    """A number: `digits` times ten to the power of `exponent`."""

    negative: bool
    digits: str
    """Significant digits, no zeros at either end; "" is zero."""
    exponent: int


def number_parts(text: str) -> Parts:
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise CellError(f"{shown(text)} is not a number")
    sign, whole, fraction, power = match.groups(default="")
    leading = (whole + fraction).lstrip("0")
    digits = leading.rstrip("0")
    if not digits:
        return Parts(False, "", 0)
    exponent = _power(text, power) - len(fraction) + len(leading) - len(digits)
    _check_limits(text, len(digits), exponent + len(digits) - 1)
    return Parts(sign == "-", digits, exponent)


def is_surely_fine(text: str) -> bool:
    """It is a number that DynamoDB takes; False: it may well be one, too."""
    return _SURELY_FINE.fullmatch(text) is not None


def is_surely_canonical(text: str) -> bool:
    """It is spelled as `canonical_number` spells it; False: it may well be, too."""
    return _SURELY_CANONICAL.fullmatch(text) is not None


def canonical_number(text: str) -> str:
    """The text that DynamoDB gives back for this number: plain, no `+`, no needless zeros, no exponent."""
    if _SURELY_CANONICAL.fullmatch(text):
        return text
    negative, digits, exponent = number_parts(text)
    sign = "-" if negative else ""
    if exponent >= 0:
        return sign + (digits + "0" * exponent or "0")
    digits = digits.rjust(1 - exponent, "0")
    return f"{sign}{digits[:exponent]}.{digits[exponent:]}"


number_key = canonical_number
"""One text per value: `1`, `1.0`, `01` and `1e0` are one key to DynamoDB and one member of a set."""


def number_text(text: str) -> str:
    """The text to send: as it was typed where that is plain, else the canonical text."""
    if _SURELY_FINE.fullmatch(text):
        return text
    number_parts(text)
    typed = text.strip()
    return typed if _PLAIN.fullmatch(typed) else canonical_number(typed)


def are_plain_numbers(texts: Iterable[bytes]) -> bool:
    """True where `number_text` surely gives back each of the texts, which have no line ends in them."""
    return _ALL_SURELY_FINE.fullmatch(b"\n".join([*texts, b""])) is not None


def are_canonical_numbers(texts: Iterable[bytes]) -> bool:
    """True where `canonical_number` surely gives back each of the texts, which have no line ends in them."""
    return _ALL_SURELY_CANONICAL.fullmatch(b"\n".join([*texts, b""])) is not None


def is_canonical_number(text: str) -> bool:
    """True where nothing is lost by making the text a number: DynamoDB gives it back unchanged."""
    try:
        return canonical_number(text) == text
    except CellError:
        return False


def _power(text: str, power: str) -> int:
    digits = power.lstrip("+-0")
    if len(digits) > _MAX_EXPONENT_DIGITS:
        raise CellError(_out_of_range(text))
    return -int(digits or 0) if power.startswith("-") else int(digits or 0)


def _check_limits(text: str, digits: int, magnitude: int) -> None:
    if digits > MAX_DIGITS:
        raise CellError(f"{shown(text)} has {digits} significant digits; DynamoDB keeps at most {MAX_DIGITS}")
    if not MIN_MAGNITUDE <= magnitude <= MAX_MAGNITUDE:
        raise CellError(_out_of_range(text))


def _out_of_range(text: str) -> str:
    return f"{shown(text)} is out of range; DynamoDB keeps magnitudes from 1E-130 to 9.99E+125, and zero"
