"""The shuffle of `random.Random`, in less time: it is done with every row that is loaded.

Messages are made again by shuffling again, so the order must never change. That of `random.shuffle` has been
the same since Python 3.2; a test compares the two.
"""

from __future__ import annotations

import random
from typing import Any


def shuffle(values: list[Any], seed: str) -> None:
    """Does what `random.Random(seed).shuffle(values)` does."""
    draw = random.Random(seed).getrandbits
    for last in range(len(values) - 1, 0, -1):
        bits = (last + 1).bit_length()
        other = draw(bits)
        while other > last:
            other = draw(bits)
        values[last], values[other] = values[other], values[last]
