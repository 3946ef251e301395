"""Users' tables and queues, for the functions that reach them."""

from __future__ import annotations

from functools import cache

from headrace.aws.places import AwsPlaces


@cache
def places() -> AwsPlaces:
    return AwsPlaces()
