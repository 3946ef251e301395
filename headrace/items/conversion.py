"""What the cells of one column become: the type's encoder, and around it the rules for empty cells,
nulls, keys and inferred numbers. All of it is settled per column, so that a cell costs a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headrace.items.header import HeaderColumn
from headrace.items.number import is_canonical_number
from headrace.items.size import binary_size, text_size
from headrace.items.text import CellError, shown
from headrace.items.types import Encoder, encoder
from headrace.job.model import AttributeType, Empty, Job

Conversion = Callable[[str], dict[str, Any] | None]
"""From a cell's text to a value, or None where the attribute is absent; raises CellError."""

_KEY_SIZES = {AttributeType.S: text_size, AttributeType.B: binary_size}


def conversion(column: HeaderColumn, job: Job) -> Conversion:
    if column.dropped:
        return lambda _: None
    encode = _typed(column)
    if column.primary:
        return _required(encode, job.format.null_cell)
    if column.is_key:
        return _with_absences(encode, None, None, job.format.null_cell)
    empty, null = _absences(column.type, job.empty)
    return _with_absences(encode, empty, null, job.format.null_cell)


def _typed(column: HeaderColumn) -> Encoder:
    encode = _canonical_only(encoder(column.type)) if column.inferred else encoder(column.type)
    if column.max_bytes and (measure := _KEY_SIZES.get(column.type)):
        return _limited(encode, str(column.type), measure, column.max_bytes)
    return encode


def _absences(kind: AttributeType, policy: Empty) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """What an empty cell and what a null become; None: the attribute is absent."""
    if policy is Empty.DROP:
        return None, None
    null = {"NULL": True}
    if policy is Empty.NULL or kind is AttributeType.NULL:
        return null, null
    return ({str(kind): ""} if kind in (AttributeType.S, AttributeType.B) else None), null


def _with_absences(
    encode: Encoder, empty: dict[str, Any] | None, null: dict[str, Any] | None, null_text: str | None
) -> Conversion:
    def convert(cell: str) -> dict[str, Any] | None:
        if cell == null_text:
            return null
        return encode(cell) if cell else empty

    return convert


def _required(encode: Encoder, null_text: str | None) -> Conversion:
    def convert(cell: str) -> dict[str, Any]:
        if not cell or cell == null_text:
            raise CellError("a key of the table is empty; DynamoDB stores no item without it", "key")
        return encode(cell)

    return convert


def _limited(encode: Encoder, kind: str, measure: Callable[[str], int], max_bytes: int) -> Encoder:
    def limited(cell: str) -> dict[str, Any]:
        value = encode(cell)
        size = measure(value[kind])
        if not 1 <= size <= max_bytes:
            raise CellError(f"a key of {size} bytes; DynamoDB allows 1 to {max_bytes}: {shown(cell)}", "key")
        return value

    return limited


def _canonical_only(encode: Encoder) -> Encoder:
    def strict(cell: str) -> dict[str, Any]:
        if not is_canonical_number(cell):
            raise CellError(
                f"{shown(cell)} would not come back from DynamoDB as it is, and the sampled rows made "
                'this column a number; give its type in `columns`: "N", or "S" to keep the text'
            )
        return encode(cell)

    return strict
