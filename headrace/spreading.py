"""Spreads rows, so that those that are near each other in a file are not written at once: they are often in
one partition of the table, which takes only so much.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import chain, count
from typing import TypeVar

from headrace.messages import MAX_REQUESTS

_Value = TypeVar("_Value")


def spread(values: Sequence[_Value], seed: str) -> list[_Value]:
    """The values in another order, the same of as many values with one seed: every n-th from one of the first
    n on, then from another. So a BatchWriteItem has some of the whole file.

    n is a prime, so that it is not in step with values that come in turn.
    """
    step = _prime_from(len(values) // MAX_REQUESTS)
    starts = list(range(step))
    # The same in every version of Python since 3.2.
    random.Random(seed).shuffle(starts)
    return list(chain.from_iterable(values[start::step] for start in starts))


def _prime_from(least: int) -> int:
    return next(number for number in count(max(least, 2)) if _is_prime(number))


def _is_prime(number: int) -> bool:
    return all(number % divisor for divisor in range(2, int(number**0.5) + 1))
