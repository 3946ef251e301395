"""How long to wait before trying again: exponential backoff with full jitter."""

from __future__ import annotations

import random


def full_jitter(attempt: int, rng: random.Random, base: float = 0.05, cap: float = 5.0) -> float:
    """Seconds to wait after try number `attempt`, counted from 0."""
    return rng.uniform(0, min(cap, base * 2 ** min(attempt, 30)))
