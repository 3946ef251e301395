"""Which of two values is the greater one to DynamoDB: numbers by value, texts and binary by their bytes."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

_ORDER: dict[str, Callable[[str], Any]] = {"N": Decimal, "S": str.encode, "B": base64.b64decode}


def is_greater(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Of values of two types, or of a type without an order, none is greater."""
    ((kind, content),) = one.items()
    rank = _ORDER.get(kind)
    return rank is not None and kind in other and rank(content) > rank(other[kind])
