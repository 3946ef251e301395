"""What all tests share: properties without deadlines, as a slow machine is no bug."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "headrace",
    deadline=None,
    max_examples=100,
    print_blob=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("headrace")
